"""What members read of their webhooks, and whether there is still something to be told."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from api import clock
from api.accounts.schemas import Member
from api.connections import queries as connections
from api.connections.request_views import UNSEEN
from api.database import fetch
from api.errors import NotFoundError
from api.event_kinds import Kind
from api.events import Event
from api.live.queries import reads
from api.live.streams import SCOPES
from api.pagination import DEFAULT_LIMIT, Moment, Page, beyond, page_of
from api.sealing import open_in
from api.webhooks.schemas import Attempt, DeliveryRead, DeliveryState, WebhookRead

TEST: Final = "webhook.test"
"""The type of a delivery that its owner asked for, to see whether it arrives."""

_WEBHOOK: Final = (
    "SELECT id, url, kinds, off_at IS NULL AS is_on, why_off, off_at, created_at, failing_since, "
    "CASE WHEN old_secret_until > {} THEN old_secret_until END AS old_secret_until "
    "FROM webhook WHERE member = {} AND {}"
)
_DELIVERY: Final = (
    "SELECT d.id, d.event, d.kind, d.created_at, d.tried_at, d.outcomes, d.next_try_at, d.delivered_at, d.dead_at "
    "FROM webhook_delivery AS d JOIN webhook AS w ON w.id = d.webhook WHERE w.member = {} AND d.webhook = {} "
    # That something waits which was never sent, or was withheld, is told to nobody: it may be gone already.
    f"AND (d.kind = '{TEST}' OR (cardinality(d.tried_at) > 0 AND d.kind = ANY({{}}))) AND {{}}"
)


async def webhooks(actor: Member) -> list[WebhookRead]:
    """The actor's webhooks, the oldest first."""
    return await _webhooks(actor, QueryString("TRUE ORDER BY created_at, id"))


async def webhook(actor: Member, webhook_id: UUID) -> WebhookRead:
    """One of the actor's webhooks.

    Raises:
        NotFoundError: There is none.
    """
    found = await _webhooks(actor, QueryString("id = {}", webhook_id))
    if not found:
        raise NotFoundError
    return found[0]


async def deliveries(
    actor: Member,
    webhook_id: UUID,
    *,
    scopes: Collection[str] = (),
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[DeliveryRead]:
    """What one of the actor's webhooks was told, the newest first; beside test calls only what these scopes open.

    Raises:
        NotFoundError: There is no such webhook.
        InvalidError: The cursor is not one of this list.
    """
    following = beyond(cursor, "(d.created_at, d.id) < ({}, {})")
    await webhook(actor, webhook_id)
    narrowed = QueryString("{} ORDER BY d.created_at DESC, d.id DESC LIMIT {}", following, limit + 1)
    read = await _deliveries(actor, webhook_id, scopes, narrowed)
    last = read[:limit][-1] if read else None
    return page_of(read, limit=limit, position=None if last is None else Moment(last.created_at, last.id))


async def delivery(actor: Member, webhook_id: UUID, delivery_id: UUID, *, scopes: Collection[str] = ()) -> DeliveryRead:
    """One telling of one of the actor's webhooks.

    Raises:
        NotFoundError: There is none, or none that these scopes open.
    """
    found = await _deliveries(actor, webhook_id, scopes, QueryString("d.id = {}", delivery_id))
    if not found:
        raise NotFoundError
    return found[0]


async def is_there(actor: Member, event: Event) -> bool:
    """Whether what an event is about is there for the actor to read at this moment, as on their pages.

    A request that they have answered meanwhile still is: unlike an open page, a webhook may be told hours later.
    """
    if event.kind is not Kind.REQUEST_RECEIVED or event.request_id is None:
        return await reads(actor, event)
    try:
        request = await connections.request(actor, event.request_id)
    except NotFoundError:
        return False
    return request.sender.id not in {UNSEEN.id, actor.id}


async def _webhooks(actor: Member, narrowed: QueryString) -> list[WebhookRead]:
    rows = await fetch(_WEBHOOK, clock.now(), actor.id, narrowed)
    open_in(rows, url="webhook.url")
    return msgspec.convert(rows, list[WebhookRead])


async def _deliveries(
    actor: Member, webhook_id: UUID, scopes: Collection[str], narrowed: QueryString
) -> list[DeliveryRead]:
    told = [str(kind) for kind in Kind if SCOPES[kind] in scopes]
    return [_read(row) for row in await fetch(_DELIVERY, actor.id, webhook_id, told, narrowed)]


def _read(row: dict[str, Any]) -> DeliveryRead:
    if row["delivered_at"] is not None:
        state = DeliveryState.DELIVERED
    else:
        state = DeliveryState.WAITING if row["dead_at"] is None else DeliveryState.GIVEN_UP
    return DeliveryRead(
        id=row["id"],
        event_id=str(row["event"]),
        type=row["kind"],
        created_at=row["created_at"],
        state=state,
        attempts=[Attempt(at, outcome) for at, outcome in zip(row["tried_at"], row["outcomes"], strict=True)],
        next_try_at=row["next_try_at"],
    )
