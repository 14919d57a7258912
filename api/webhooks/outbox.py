"""What waits to be sent: claimed by one process at a time, ended once, and looked at anew before each attempt.

A webhook is claimed as a whole, so that its receiver is never called twice at once and nobody's webhook takes more
than one place. A claim ends by itself some time after its process has died; what it was sending is then sent again.
"""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from api import clock
from api.accounts.schemas import Member
from api.accounts.telling import tell
from api.database import fetch, fetch_one, transaction
from api.event_kinds import Kind
from api.events import Event
from api.mail.schemas import MailKind
from api.sealing import open_in
from api.webhooks.calling import WHOLE_SECONDS, Answer
from api.webhooks.patience import OLDEST, is_hopeless, next_try, rest_after
from api.webhooks.queries import TEST, is_there
from api.webhooks.schemas import WhyOff

CLAIMED_FOR: Final = timedelta(seconds=4 * WHOLE_SECONDS)
"""Longer than an attempt may take: a webhook whose process died is served by another after this."""
ATTEMPTS_KEPT: Final = 20
MOST_COUNTED: Final = 100

_ITS_MEMBER_IS_HERE: Final = (
    "EXISTS (SELECT FROM account AS m WHERE m.id = w.member AND m.suspended_at IS NULL AND m.erased_at IS NULL)"
)
_DUE: Final = (
    "w.off_at IS NULL AND (w.claimed_until IS NULL OR w.claimed_until <= {}) "
    "AND (w.rest_until IS NULL OR w.rest_until <= {}) "
    f"AND {_ITS_MEMBER_IS_HERE} AND w.id IN (SELECT webhook FROM webhook_delivery WHERE next_try_at <= {{}})"
)


class Claim(msgspec.Struct, frozen=True):
    """A webhook that belongs to this process for a while."""

    webhook: UUID
    until: datetime
    failing: bool


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be sent now, with all that it takes, as it is at this moment."""

    delivery: UUID
    event: UUID
    kind: str
    request_id: UUID | None
    connection_id: UUID | None
    message_id: UUID | None
    created_at: datetime
    queued_at: datetime
    tries: int
    webhook: UUID
    member: UUID
    display_name: str
    url: str
    secret: str
    old_secret: str | None
    old_secret_until: datetime | None


async def waiting_webhooks() -> int:
    """How many webhooks have something to send now and are nobody's."""
    now = clock.now()
    rows = await fetch(f"SELECT w.id FROM webhook AS w WHERE {_DUE} LIMIT {MOST_COUNTED}", now, now, now)
    return len(rows)


async def claim(*, only_healthy: bool) -> Claim | None:
    """Take the webhook that has waited longest for its turn; of two that try this at once only one gets it.

    Args:
        only_healthy: None whose last attempt failed.
    """
    now = clock.now()
    row = await fetch_one(
        "UPDATE webhook SET claimed_until = {}, served_at = {} WHERE id = (SELECT w.id FROM webhook AS w "
        f"WHERE {_DUE} AND (w.failures = 0 OR NOT {{}}) ORDER BY w.served_at NULLS FIRST, w.id LIMIT 1 "
        "FOR NO KEY UPDATE SKIP LOCKED) RETURNING id, claimed_until, failures",
        now + CLAIMED_FOR,
        now,
        now,
        now,
        now,
        only_healthy,
    )
    return None if row is None else Claim(row["id"], row["claimed_until"], failing=row["failures"] > 0)


async def renewed(held: Claim) -> Claim | None:
    """The same for longer; None where it is not to be called now: lost, off, resting, deleted, or nobody's any more."""
    now = clock.now()
    row = await fetch_one(
        "UPDATE webhook AS w SET claimed_until = {} WHERE id = {} AND claimed_until = {} AND off_at IS NULL "
        f"AND (rest_until IS NULL OR rest_until <= {{}}) AND {_ITS_MEMBER_IS_HERE} RETURNING claimed_until",
        now + CLAIMED_FOR,
        held.webhook,
        held.until,
        now,
    )
    return None if row is None else msgspec.structs.replace(held, until=row["claimed_until"])


async def release(held: Claim) -> None:
    """Give it back."""
    await fetch(
        "UPDATE webhook SET claimed_until = NULL WHERE id = {} AND claimed_until = {}", held.webhook, held.until
    )


async def next_due(held: Claim) -> Due | None:
    """What is to be sent next: what has waited longest in its line."""
    due = await waiting(
        QueryString(
            "d.webhook = {} AND d.next_try_at <= {} ORDER BY d.queued_at, d.created_at, d.id LIMIT 1",
            held.webhook,
            clock.now(),
        )
    )
    return due[0] if due else None


async def waiting(narrowed: QueryString) -> list[Due]:
    """Deliveries `d` of webhooks `w` that wait, with all that it takes to send them."""
    rows = await fetch(
        "SELECT d.id AS delivery, d.event, d.kind, d.request_id, d.connection_id, d.message_id, d.created_at, "
        "d.queued_at, d.tries, w.id AS webhook, w.member, m.display_name, w.url, w.secret, w.old_secret, "
        "w.old_secret_until FROM webhook_delivery AS d JOIN webhook AS w ON w.id = d.webhook "
        "JOIN account AS m ON m.id = w.member WHERE d.next_try_at IS NOT NULL AND {}",
        narrowed,
    )
    open_in(rows, key="webhook", **{column: f"webhook.{column}" for column in ("url", "secret", "old_secret")})
    return msgspec.convert(rows, list[Due])


async def may_be_sent(due: Due) -> bool:
    """Whether its member reads at this moment what it is about; what they do not leaves no trace."""
    if due.kind == TEST:
        return True
    event = Event(
        id=due.event,
        to=due.member,
        kind=Kind(due.kind),
        request_id=due.request_id,
        connection_id=due.connection_id,
        message_id=due.message_id,
    )
    if await is_there(Member(id=due.member, display_name=due.display_name), event):
        return True
    await fetch("DELETE FROM webhook_delivery WHERE id = {}", due.delivery)
    return False


async def note(due: Due, answer: Answer) -> None:
    """Write down what came of an attempt, unless the delivery was put in line anew meanwhile."""
    now, tries = clock.now(), due.tries + 1
    again = None if answer.arrived or answer.gone else next_try(tries, now=now, asked_for=answer.asked_for)
    async with transaction():
        # In this order, as whoever sends again or turns off does: the webhook, then what is sent to it.
        await fetch("SELECT 1 FROM webhook WHERE id = {} FOR NO KEY UPDATE", due.webhook)
        await fetch(
            "UPDATE webhook_delivery SET tries = {}, next_try_at = {}, delivered_at = {}, dead_at = {}, "
            f"tried_at = (tried_at || {{}}::timestamptz)[greatest(1, cardinality(tried_at) + 2 - {ATTEMPTS_KEPT}):], "
            f"outcomes = (outcomes || {{}}::varchar)[greatest(1, cardinality(outcomes) + 2 - {ATTEMPTS_KEPT}):] "
            "WHERE id = {} AND queued_at = {} AND next_try_at IS NOT NULL",
            tries,
            again,
            now if answer.arrived else None,
            None if answer.arrived or again is not None else now,
            now,
            answer.outcome,
            due.delivery,
            due.queued_at,
        )
        if answer.arrived:
            await _note_arrival(due.webhook)
        else:
            await _note_failure(due, answer, now)


async def give_up(due: Due) -> None:
    """Try it no more by itself: it has waited too long."""
    await fetch(
        "UPDATE webhook_delivery SET next_try_at = NULL, dead_at = {} "
        "WHERE id = {} AND queued_at = {} AND next_try_at IS NOT NULL",
        clock.now(),
        due.delivery,
        due.queued_at,
    )


def is_too_old(due: Due) -> bool:
    """Whether it has waited too long to be sent by itself."""
    return due.queued_at <= clock.now() - OLDEST


async def _note_arrival(webhook_id: UUID) -> None:
    await fetch(
        "UPDATE webhook SET failures = 0, failing_since = NULL, rest_until = NULL WHERE id = {} AND failures > 0",
        webhook_id,
    )


async def _note_failure(due: Due, answer: Answer, now: datetime) -> None:
    """Let the receiver be for a while; turn the webhook off where that is what it asks for, or nothing helps."""
    row: dict[str, Any] | None = await fetch_one(
        "UPDATE webhook SET failures = failures + 1, failing_since = coalesce(failing_since, {}) "
        "WHERE id = {} RETURNING failures, failing_since, off_at",
        now,
        due.webhook,
    )
    if row is None:
        return
    hopeless = is_hopeless(failures=row["failures"], failing_since=row["failing_since"], now=now)
    if row["off_at"] is None and (answer.gone or hopeless):
        await fetch(
            "UPDATE webhook SET off_at = {}, why_off = {} WHERE id = {}",
            now,
            WhyOff.GONE if answer.gone else WhyOff.FAILING,
            due.webhook,
        )
        await tell(due.member, MailKind.WEBHOOK_OFF)
        return
    rest = rest_after(row["failures"])
    await fetch("UPDATE webhook SET rest_until = {} WHERE id = {}", now + rest, due.webhook)
