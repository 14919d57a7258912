"""Making and changing webhooks, and asking that something be sent."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from msgspec import UNSET

from api import clock, jobs
from api.accounts.holding import hold_signed_in
from api.accounts.recent import needs_recent
from api.accounts.schemas import Credential, Member
from api.accounts.telling import tell
from api.database import fetch, transaction
from api.errors import FieldError, InvalidError, NotFoundError, ScopeMissingError
from api.event_kinds import Kind
from api.events import WEBHOOKS, Told
from api.idempotency.services import once
from api.limits.policies import WEBHOOKS_MADE
from api.limits.services import spend
from api.live.streams import SCOPES
from api.mail.schemas import MailKind
from api.sealing import opened, seal
from api.settings import settings
from api.unchanged import check_unchanged
from api.webhooks import queries
from api.webhooks.addresses import NOT_FOUND, UnusableUrlError, target_of
from api.webhooks.calling import leads_somewhere
from api.webhooks.errors import TooManyWebhooksError, WebhookOffError, WebhooksClosedError
from api.webhooks.schemas import (
    DeliveryRead,
    SecretCreated,
    WebhookCreate,
    WebhookCreated,
    WebhookRead,
    WebhookUpdate,
    WhyOff,
)
from api.webhooks.signatures import new_secret

MOST_WEBHOOKS: Final = 5
OLD_SECRET_SIGNS: Final = timedelta(hours=24)
"""For so long after a new one the secret before it signs too, so that a receiver can change over without a gap."""


async def make_webhook(actor: Member, *, credential: Credential, draft: WebhookCreate) -> WebhookCreated:
    """Have an address called when there is something new for the actor.

    Raises:
        SignInAgainError: The actor has not proved lately who they are.
        ScopeMissingError: What they are signed in with does not reach as far as what they want to be told of.
        InvalidError: The address or the kinds cannot be used.
        TooManyWebhooksError: There is no room for one more.
        WebhooksClosedError: None are called here.
    """
    needs_recent(credential)
    _check_reach(credential, draft.kinds)
    _check_open()
    url, kinds = await _checked(draft.url, draft.kinds)
    webhook_id, secret = uuid4(), new_secret()
    async with once(actor) as doing:
        await hold_signed_in(actor, credential)
        await _check_room(actor)
        await fetch(
            "INSERT INTO webhook (id, member, url, kinds, secret, created_at) VALUES ({}, {}, {}, {}, {}, {})",
            webhook_id,
            actor.id,
            seal(url, about="webhook.url", row=webhook_id),
            kinds,
            seal(secret, about="webhook.secret", row=webhook_id),
            clock.now(),
        )
        await tell(actor.id, MailKind.WEBHOOK_MADE)
        return await doing.answer(WebhookCreated(await queries.webhook(actor, webhook_id), secret))


async def change_webhook(
    actor: Member, webhook_id: UUID, *, credential: Credential, change: WebhookUpdate
) -> WebhookRead:
    """Change where a webhook leads or what it is told of, or turn it off or on.

    Raises:
        SignInAgainError: Another address, or turning on, needs a proof of who one is that is not old.
        NotSignedInError: What they are signed in with was ended meanwhile.
        TooManyError: It was led elsewhere often in a short time.
        ScopeMissingError, InvalidError, NotFoundError, WebhooksClosedError: As for `make_webhook`.
        ChangedMeanwhileError: It is not as the call expects it.
    """
    was = await queries.webhook(actor, webhook_id)  # first of all: who has none is told nothing else
    opens = change.url is not UNSET or change.is_on is True
    if opens:
        needs_recent(credential)
        _check_open()
    if opens or change.kinds is not UNSET:
        _check_reach(credential, was.kinds if change.kinds is UNSET else change.kinds)
    if change.url is not UNSET and change.url != was.url:
        await spend(WEBHOOKS_MADE, who=f"member {actor.id}")  # it is as good as another one
    new_url, new_kinds = await _checked(
        was.url if change.url is UNSET else change.url, was.kinds if change.kinds is UNSET else change.kinds
    )
    async with transaction():
        if opens:
            await hold_signed_in(actor, credential)
        await _lock(actor, webhook_id)
        await check_unchanged(queries.webhook, actor, webhook_id)
        is_now = await queries.webhook(actor, webhook_id)
        url = is_now.url if change.url is UNSET else new_url
        kinds = is_now.kinds if change.kinds is UNSET else new_kinds
        if opens:
            _check_reach(credential, kinds)
        await fetch(
            "UPDATE webhook SET url = {}, kinds = {} WHERE id = {}",
            seal(url, about="webhook.url", row=webhook_id),
            kinds,
            webhook_id,
        )
        if change.is_on is False and is_now.is_on:
            await _turn_off(webhook_id)
        elif change.is_on is True or url != is_now.url:
            await _begin_anew(webhook_id, turn_on=change.is_on is True)
        if url != is_now.url:
            await tell(actor.id, MailKind.WEBHOOK_MADE)
        return await queries.webhook(actor, webhook_id)


async def delete_webhook(actor: Member, webhook_id: UUID) -> None:
    """Delete a webhook, what waits to be sent to it, and what is kept of what was.

    Raises:
        NotFoundError: There is none.
    """
    if not await fetch("DELETE FROM webhook WHERE id = {} AND member = {} RETURNING id", webhook_id, actor.id):
        raise NotFoundError


async def renew_secret(actor: Member, webhook_id: UUID, *, credential: Credential) -> SecretCreated:
    """Give a webhook another secret; the one before signs too for a day, and one before that no longer.

    Raises:
        NotFoundError: There is none.
        SignInAgainError: The actor has not proved lately who they are.
        NotSignedInError: What they are signed in with was ended meanwhile.
    """
    await queries.webhook(actor, webhook_id)  # first of all: who has none is told nothing else
    needs_recent(credential)
    secret, until = new_secret(), clock.now() + OLD_SECRET_SIGNS
    async with once(actor) as doing:
        await hold_signed_in(actor, credential)
        row = await _lock(actor, webhook_id)
        old = opened(row["secret"], about="webhook.secret", row=webhook_id)
        await fetch(
            "UPDATE webhook SET secret = {}, old_secret = {}, old_secret_until = {} WHERE id = {}",
            seal(secret, about="webhook.secret", row=webhook_id),
            seal(old, about="webhook.old_secret", row=webhook_id),
            until,
            webhook_id,
        )
        return await doing.answer(SecretCreated(secret, until))


async def test_webhook(actor: Member, webhook_id: UUID) -> DeliveryRead:
    """Send something that says nothing, to see whether it arrives; what came of it stands among the deliveries.

    Raises:
        NotFoundError: There is none.
        WebhookOffError: It is off.
        WebhooksClosedError: None are called here.
    """
    _check_open()
    delivery_id, now = uuid4(), clock.now()
    async with once(actor) as doing:
        await _lock_on(actor, webhook_id)
        await fetch(
            "INSERT INTO webhook_delivery (id, webhook, event, kind, created_at, queued_at, next_try_at) "
            "VALUES ({}, {}, {}, {}, {}, {}, {})",
            delivery_id,
            webhook_id,
            uuid4(),
            queries.TEST,
            *[now] * 3,
        )
        await _send_soon(webhook_id)
        return await doing.answer(await queries.delivery(actor, webhook_id, delivery_id))


async def send_again(
    actor: Member, webhook_id: UUID, delivery_id: UUID, *, scopes: Collection[str] = ()
) -> DeliveryRead:
    """Send once more what arrived, was given up, or waits: as if it were new, with the same id.

    Raises:
        NotFoundError: There is none, or none that these scopes open.
        WebhookOffError: The webhook is off.
        WebhooksClosedError: None are called here.
    """
    _check_open()
    now = clock.now()
    async with once(actor) as doing:
        await _lock_on(actor, webhook_id)
        await queries.delivery(actor, webhook_id, delivery_id, scopes=scopes)
        await fetch(
            "UPDATE webhook_delivery SET next_try_at = {}, queued_at = {}, tries = 0, delivered_at = NULL, "
            "dead_at = NULL WHERE id = {}",
            now,
            now,
            delivery_id,
        )
        await _send_soon(webhook_id)
        return await doing.answer(await queries.delivery(actor, webhook_id, delivery_id, scopes=scopes))


def _check_open() -> None:
    if settings().webhooks == "no":
        raise WebhooksClosedError


def _check_reach(credential: Credential, kinds: Collection[Kind]) -> None:
    """A token that may not read messages is not told of them either."""
    missing = [SCOPES[kind] for kind in kinds if SCOPES[kind] not in credential.scopes]
    if missing:
        raise ScopeMissingError(missing[:1])


async def _checked(url: str, kinds: list[Kind]) -> tuple[str, list[Kind]]:
    """Both in their normal form."""
    errors = []
    try:
        target = target_of(url.strip(" "))
        if not await leads_somewhere(target):
            raise UnusableUrlError(NOT_FOUND)  # noqa: TRY301 - told beside the others
        url = target.url
    except UnusableUrlError as error:
        errors.append(FieldError("/url", "unusable-url", str(error)))
    if not kinds:
        errors.append(FieldError("/kinds", "missing", "Choose at least one thing that the webhook is told of."))
    if errors:
        raise InvalidError("Some of what you wrote needs to be put right.", errors=tuple(errors))
    return url, [kind for kind in Kind if kind in kinds]


async def _check_room(actor: Member) -> None:
    rows = await fetch("SELECT id FROM webhook WHERE member = {}", actor.id)
    if len(rows) >= MOST_WEBHOOKS:
        raise TooManyWebhooksError(f"There is room for {MOST_WEBHOOKS}. Delete one that you do not use any more.")


async def _lock(actor: Member, webhook_id: UUID) -> dict[str, Any]:
    rows = await fetch(
        "SELECT secret, off_at FROM webhook WHERE id = {} AND member = {} FOR NO KEY UPDATE", webhook_id, actor.id
    )
    if not rows:
        raise NotFoundError
    return rows[0]


async def _lock_on(actor: Member, webhook_id: UUID) -> None:
    if (await _lock(actor, webhook_id))["off_at"] is not None:
        raise WebhookOffError


async def _turn_off(webhook_id: UUID) -> None:
    await fetch("UPDATE webhook SET off_at = {}, why_off = {} WHERE id = {}", clock.now(), WhyOff.CHOSEN, webhook_id)


async def _begin_anew(webhook_id: UUID, *, turn_on: bool) -> None:
    """What was held against its receiver counts no more."""
    await fetch(
        "UPDATE webhook SET failures = 0, failing_since = NULL, rest_until = NULL"
        + (", off_at = NULL, why_off = NULL" if turn_on else "")
        + " WHERE id = {}",
        webhook_id,
    )
    await jobs.enqueue(WEBHOOKS, Told(webhook_id))


async def _send_soon(webhook_id: UUID) -> None:
    """Its owner waits for it: however often it failed, it is called at once."""
    await fetch("UPDATE webhook SET rest_until = NULL WHERE id = {}", webhook_id)
    await jobs.enqueue(WEBHOOKS, Told(uuid4()))
