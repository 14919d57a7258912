"""What members are told at once: that something is new, by its kind and ids, sent by the transaction that writes it.

PostgreSQL passes it on to every process when the transaction is committed, in the order of the commits, and never when
it is rolled back. Whether the member may still be told then is decided in `api.live`. For the member's own webhooks it
is written down in the same transaction, so that it is never lost; `api.webhooks` calls them.
"""

from uuid import UUID, uuid4

import msgspec

from api import clock, jobs
from api.database import fetch
from api.event_kinds import Kind
from api.piccolo_conf import DB

CHANNEL = "wherefore_events"
WEBHOOKS = "send_webhooks"
"""The job that is asked for when a webhook is to be called."""


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """That something is new for a member. What it is they read where they read it anyway."""

    id: UUID
    to: UUID
    kind: Kind
    request_id: UUID | None = None
    connection_id: UUID | None = None
    message_id: UUID | None = None


class Told(msgspec.Struct, frozen=True):
    """Which event made a job look for webhooks to call; one for each, as two transactions never wait for each other."""

    event: UUID


async def tell(
    kind: Kind,
    *,
    to: UUID,
    request_id: UUID | None = None,
    connection_id: UUID | None = None,
    message_id: UUID | None = None,
) -> None:
    """Let a member be told once the caller's transaction is committed.

    Raises:
        RuntimeError: There is no transaction.
    """
    if not DB.transaction_exists():
        raise RuntimeError(f"{kind} is told outside of the transaction that makes it so.")
    event = Event(
        id=uuid4(), to=to, kind=kind, request_id=request_id, connection_id=connection_id, message_id=message_id
    )
    if await _tell(event):
        await jobs.enqueue(WEBHOOKS, Told(event.id))


async def _tell(event: Event) -> bool:
    """Tell open streams, and write it down for webhooks, in one statement; whether there are any."""
    now = clock.now()
    [row] = await fetch(
        "WITH written AS (INSERT INTO webhook_delivery (id, webhook, event, kind, request_id, connection_id, "
        "message_id, created_at, queued_at, next_try_at) SELECT gen_random_uuid(), id, {}, {}, {}, {}, {}, {}, {}, {} "
        "FROM (SELECT id FROM webhook WHERE member = {} AND off_at IS NULL AND {} = ANY(kinds) "
        # One that is being deleted is waited for, and then is not there.
        "ORDER BY id FOR KEY SHARE) AS heard RETURNING 1) "
        "SELECT pg_notify({}, {}), EXISTS (SELECT FROM written) AS for_webhooks",
        event.id,
        event.kind,
        event.request_id,
        event.connection_id,
        event.message_id,
        *[now] * 3,
        event.to,
        event.kind,
        CHANNEL,
        msgspec.json.encode(event).decode(),
    )
    return bool(row["for_webhooks"])


async def tell_no_webhook_of(member_id: UUID) -> None:
    """Turn all webhooks of a member off, as everything else is ended that lets others act or listen for them.

    One may be somebody else's, who had got in. Its owner turns it on again. Within the caller's transaction.
    """
    await fetch(
        "UPDATE webhook SET off_at = {}, why_off = 'signed_out' WHERE member = {} AND off_at IS NULL",
        clock.now(),
        member_id,
    )
