"""Requests as rows: locked, settled and written back, with their history.

Whoever changes anything between two members first locks both accounts, in the order of their ids. So there is one
change at a time for a pair, for a sender's slots and for a recipient's capacity, and nobody waits in a circle.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from msgspec import Struct
from msgspec.structs import asdict

from api import clock
from api.connections import request_machine
from api.connections.request_machine import OPEN, RequestFacts
from api.connections.schemas import AnchorKind, RequestState
from api.database import fetch, fetch_as, transaction
from api.errors import NotFoundError
from api.profiles.schemas import Purpose

ROW = (
    "r.id, r.sender, r.recipient, r.purpose, r.anchor_kind, r.anchor_statement, r.anchor_text, r.reason, r.state, "
    "r.rounds, r.created_at, r.opened_at, r.expires_at, r.asked_at, r.closed_at, r.declined_silently_at, "
    "r.closed_silently, r.holds_slot, r.may_ask_again_at, "
    "EXISTS (SELECT 1 FROM member_purpose AS mp WHERE mp.member = r.sender AND mp.purpose = r.purpose "
    "AND mp.switched_on_at <= r.opened_at) AS sender_has, "
    "(r.recipient IS NULL OR EXISTS (SELECT 1 FROM member_purpose AS mp WHERE mp.member = r.recipient "
    "AND mp.purpose = r.purpose AND mp.switched_on_at <= r.opened_at)) AS recipient_has"
)
"""The columns of a `RequestRow`, from `connection_request AS r`."""

DUE_AT_ONCE = 500


class RequestRow(Struct, frozen=True, kw_only=True):
    """A request as it was last written, and whether both have had its purpose on ever since it was opened."""

    id: UUID
    sender: UUID
    recipient: UUID | None
    purpose: Purpose
    anchor_kind: AnchorKind
    anchor_statement: UUID | None
    anchor_text: str | None
    reason: str
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
    may_ask_again_at: datetime | None
    sender_has: bool
    recipient_has: bool

    def written(self) -> RequestFacts:
        """What was last written about it."""
        return RequestFacts(**{name: getattr(self, name) for name in RequestFacts.__struct_fields__})

    def settled(self, now: datetime) -> RequestFacts:
        """Where it stands at a moment."""
        return request_machine.settled(
            self.written(), now, sender_has=self.sender_has, recipient_has=self.recipient_has
        )


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
    if facts.state is RequestState.EXPIRED:
        await record(row.id, actor_id=None, kind="expired", at=facts.expires_at)
    elif facts.state is RequestState.CLOSED:
        await record(row.id, actor_id=row.sender, kind="closed")
    else:
        await record(row.id, actor_id=row.recipient, kind="closed", only_recipient_sees=True)
    return facts


async def write(request_id: UUID, facts: RequestFacts) -> None:
    """Write down what became of a locked request."""
    columns = asdict(facts)
    await fetch(
        f"UPDATE connection_request SET {', '.join(f'{name} = {{}}' for name in columns)} WHERE id = {{}}",
        *columns.values(),
        request_id,
    )


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
    await fetch(
        "INSERT INTO request_event (id, request, actor, kind, text, at, only_recipient_sees, number) "
        "SELECT {}, {}, {}, {}, {}, {}, {}, coalesce(max(number), 0) + 1 FROM request_event WHERE request = {}",
        uuid4(),
        request_id,
        actor_id,
        kind,
        text,
        at or clock.now(),
        only_recipient_sees,
        request_id,
    )


async def expire_due_requests() -> int:
    """Write down the end of every request that has run out or whose purpose was switched off; how many there were.

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
    rows = await fetch(
        f"SELECT id FROM (SELECT {ROW} FROM connection_request AS r WHERE r.state IN ('pending', 'asked')) AS found "
        "WHERE (state = 'pending' AND expires_at <= {}) OR NOT sender_has OR NOT (recipient_has OR closed_silently) "
        "LIMIT {}",
        clock.now(),
        DUE_AT_ONCE,
    )
    return [row["id"] for row in rows]
