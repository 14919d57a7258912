"""Requests as rows: locked, settled and written back, with their history.

Whoever changes anything between two members first locks both accounts, in the order of their ids. So there is one
change at a time for a pair, for a sender's slots and for a recipient's capacity, and nobody waits in a circle.
Whoever switches a purpose off has only their own account locked, which holds back every such change of theirs, and
takes the rows in the order of their ids.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from msgspec import Struct
from msgspec.structs import asdict
from piccolo.querystring import QueryString

from api import clock
from api.connections import request_machine
from api.connections.request_machine import OPEN, RequestFacts
from api.connections.schemas import AnchorKind, RequestState
from api.database import fetch, fetch_as, transaction
from api.errors import NotFoundError
from api.profiles.leaving import on_leaving
from api.profiles.schemas import Purpose
from api.protections import Refused
from api.sealing import opened, seal

ROW = (
    "r.id, r.sender, r.recipient, r.purpose, r.anchor_kind, r.anchor_statement, "
    "r.anchor_text AS sealed_anchor_text, r.reason AS sealed_reason, r.state, "
    "r.rounds, r.created_at, r.opened_at, r.expires_at, r.asked_at, r.closed_at, r.declined_silently_at, "
    "r.sender_left_at, r.recipient_left_at, r.closed_silently, r.holds_slot, r.may_ask_again_at"
)
"""The columns of a `RequestRow`, from `connection_request AS r`."""

DUE = (
    "(SELECT id FROM connection_request WHERE state = 'pending' AND expires_at <= {} LIMIT {}) UNION "
    "(SELECT id FROM connection_request WHERE state IN ('pending', 'asked') "
    "AND (sender_left_at IS NOT NULL OR recipient_left_at IS NOT NULL AND NOT closed_silently) LIMIT {})"
)
"""Whose end is to be written down: what ran out, and what one side has left; each half is what one index holds."""

DUE_AT_ONCE = 250
"""Of each half."""

MOST_UNSEEN_EVENTS = 10
"""Of a request, the latest of those that its sender never sees: refusals in silence, and thinking better of them."""


class RequestRow(Struct, frozen=True, kw_only=True):
    """A request as it was last written."""

    id: UUID
    sender: UUID
    recipient: UUID | None
    purpose: Purpose
    anchor_kind: AnchorKind
    anchor_statement: UUID | None
    sealed_anchor_text: str | None
    sealed_reason: str
    state: RequestState
    rounds: int
    created_at: datetime
    opened_at: datetime
    expires_at: datetime
    asked_at: datetime | None
    closed_at: datetime | None
    declined_silently_at: datetime | None
    closed_silently: bool
    holds_slot: bool
    sender_left_at: datetime | None
    recipient_left_at: datetime | None
    may_ask_again_at: datetime | None

    @property
    def reason(self) -> str:
        """What its sender gave as the reason."""
        return opened(self.sealed_reason, about="connection_request.reason", row=self.id)

    @property
    def anchor_text(self) -> str | None:
        """The recipient's statement as the sender read it, or where the two met."""
        if self.sealed_anchor_text is None:
            return None
        return opened(self.sealed_anchor_text, about="connection_request.anchor_text", row=self.id)

    def written(self) -> RequestFacts:
        """What was last written about it."""
        return RequestFacts(**{name: getattr(self, name) for name in RequestFacts.__struct_fields__})

    def settled(self, now: datetime) -> RequestFacts:
        """Where it stands at a moment."""
        return request_machine.settled(self.written(), now)


class Event(Struct, frozen=True, kw_only=True):
    """One step in the history of a request."""

    actor: UUID | None
    kind: str
    at: datetime
    text: str | None = None
    only_recipient_sees: bool = False


async def lock_members(*member_ids: UUID) -> None:
    """Hold back every other change between these members, as far as they exist, until the transaction ends."""
    await fetch(
        "SELECT id FROM account WHERE id = ANY({}::uuid[]) ORDER BY id FOR NO KEY UPDATE", sorted(set(member_ids))
    )


async def lock_request(request_id: UUID) -> tuple[RequestRow, RequestFacts]:
    """A request and where it stands, written down, with both its members locked in the caller's transaction.

    Raises:
        NotFoundError: There is no such request.
    """
    parties = await fetch("SELECT sender, recipient FROM connection_request WHERE id = {}", request_id)
    if not parties:
        raise NotFoundError
    await lock_members(*(member_id for member_id in parties[0].values() if member_id is not None))
    found = await fetch_as(
        RequestRow, f"SELECT {ROW} FROM connection_request AS r WHERE r.id = {{}} FOR UPDATE", request_id
    )
    if not found:
        raise NotFoundError
    return found[0], await settle(found[0])


async def lock_open_between(one: UUID, other: UUID) -> tuple[RequestRow, RequestFacts] | None:
    """The request that the sender sees as open between two members whom the caller has locked."""
    found = await fetch_as(
        RequestRow,
        f"SELECT {ROW} FROM connection_request AS r WHERE r.state IN ('pending', 'asked') "
        "AND ((r.sender = {} AND r.recipient = {}) OR (r.sender = {} AND r.recipient = {})) FOR UPDATE",
        one,
        other,
        other,
        one,
    )
    if not found:
        return None
    [row] = found  # the database holds that there is no other
    facts = await settle(row)
    return (row, facts) if facts.state in OPEN else None


async def settle(row: RequestRow) -> RequestFacts:
    """Write down where a locked request stands by now."""
    written, facts = row.written(), row.settled(clock.now())
    if facts == written:
        return facts
    await write(row.id, facts)
    for event in unwritten(row, facts):
        await record(
            row.id,
            actor_id=event.actor,
            kind=event.kind,
            at=event.at,
            only_recipient_sees=event.only_recipient_sees,
        )
    return facts


def unwritten(row: RequestRow, facts: RequestFacts) -> list[Event]:
    """What has happened to a request by itself since it was last written, for its history; in order."""
    events = []
    if facts.closed_silently and not row.closed_silently and row.recipient_left_at is not None:
        left_at = row.recipient_left_at
        events.append(Event(actor=row.recipient, kind="closed", at=left_at, only_recipient_sees=True))
    if facts.state is not row.state and facts.closed_at is not None:
        expired = facts.state is RequestState.EXPIRED
        kind, actor = ("expired", None) if expired else ("closed", row.sender)
        events.append(Event(actor=actor, kind=kind, at=facts.closed_at))
    return events


@on_leaving
async def note_leaving(member_id: UUID, purpose: Purpose) -> None:
    """Note on a locked member's open requests of a purpose that they have left; `settled` says what that means."""
    now = clock.now()
    await fetch(
        "WITH theirs AS (SELECT id FROM connection_request WHERE purpose = {} AND state IN ('pending', 'asked') "
        "AND (sender = {} OR recipient = {}) AND sender_left_at IS NULL ORDER BY id FOR NO KEY UPDATE) "
        "UPDATE connection_request AS r SET sender_left_at = CASE WHEN r.sender = {} THEN {}::timestamptz END, "
        "recipient_left_at = CASE WHEN r.recipient = {} THEN coalesce(r.recipient_left_at, {}) "
        "ELSE r.recipient_left_at END FROM theirs WHERE r.id = theirs.id",
        purpose,
        *[member_id] * 2,
        *[member_id, now] * 2,
    )


async def write(request_id: UUID, facts: RequestFacts, *, provided: QueryString | None = None) -> None:
    """Write down what became of a locked request.

    Args:
        request_id: Which.
        facts: Where it stands now.
        provided: What must hold of the row `r` at that very moment, for whoever acts.

    Raises:
        NotFoundError: That does not hold.
    """
    columns = asdict(facts)
    written = await fetch(
        f"UPDATE connection_request AS r SET {', '.join(f'{name} = {{}}' for name in columns)} "
        "WHERE r.id = {} AND {} RETURNING r.id",
        *columns.values(),
        request_id,
        provided or QueryString("TRUE"),
    )
    if not written:
        raise NotFoundError


async def record(
    request_id: UUID,
    *,
    actor_id: UUID | None,
    kind: str,
    text: str | None = None,
    at: datetime | None = None,
    only_recipient_sees: bool = False,
) -> None:
    """Add to the history of a locked request."""
    event_id = uuid4()
    await fetch(
        "INSERT INTO request_event (id, request, actor, kind, text, at, only_recipient_sees, number) "
        "SELECT {}, {}, {}, {}, {}, {}, {}, coalesce(max(number), 0) + 1 FROM request_event WHERE request = {}",
        event_id,
        request_id,
        actor_id,
        kind,
        None if text is None else seal(text, about="request_event.text", row=event_id),
        at or clock.now(),
        only_recipient_sees,
        request_id,
    )
    if only_recipient_sees:  # it can be declined in silence and reopened as often as its recipient likes
        await fetch(
            "DELETE FROM request_event WHERE id IN (SELECT id FROM request_event WHERE request = {} "
            "AND only_recipient_sees ORDER BY number DESC OFFSET {})",
            request_id,
            MOST_UNSEEN_EVENTS,
        )


def refused(row: RequestRow, facts: RequestFacts, *, for_good: bool) -> Refused:
    """What is noted of a request that its recipient wants nothing of, lest a restore bring it back."""
    if row.recipient is None:
        raise NotFoundError
    return Refused(
        request=row.id,
        sender=row.sender,
        recipient=row.recipient,
        purpose=row.purpose,
        opened_at=facts.opened_at,
        expires_at=request_machine.runs_out_at(facts, clock.now()),
        for_good=for_good,
    )


async def expire_due_requests() -> int:
    """Write down the end of every request that ran out or whose purpose was switched off; how many there were.

    Reads know these ends without it. Each is written by itself, so that this can stop and start again anywhere.
    """
    number = 0
    while due := await _due():
        for request_id in due:
            async with transaction():
                try:
                    await lock_request(request_id)
                except NotFoundError:
                    continue  # its sender has just left
            number += 1
    return number


async def _due() -> Iterable[UUID]:
    return [row["id"] for row in await fetch(DUE, clock.now(), DUE_AT_ONCE, DUE_AT_ONCE)]
