"""Examples of webhooks, and of what they were told."""

from typing import Final

import msgspec

from api.event_kinds import Kind
from api.openapi.shown.story import DELIVERY, LATER, NOW, WEBHOOK
from api.webhooks.schemas import (
    Attempt,
    DeliveryRead,
    DeliveryState,
    SecretCreated,
    WebhookCreate,
    WebhookCreated,
    WebhookRead,
    WebhookUpdate,
)

_URL: Final = "https://hooks.example.org/wherefore"
_SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="  # noqa: S105 - nobody's
_WEBHOOK: Final = WebhookRead(
    id=WEBHOOK,
    url=_URL,
    kinds=[Kind.REQUEST_RECEIVED, Kind.MESSAGE_RECEIVED],
    is_on=True,
    why_off=None,
    off_at=None,
    created_at=NOW,
    failing_since=None,
    old_secret_until=None,
)

SHOWN: Final[tuple[msgspec.Struct, ...]] = (
    WebhookCreate(_URL, [Kind.REQUEST_RECEIVED, Kind.MESSAGE_RECEIVED]),
    WebhookUpdate(kinds=[Kind.MESSAGE_RECEIVED], is_on=False),
    _WEBHOOK,
    WebhookCreated(_WEBHOOK, _SECRET),
    SecretCreated(_SECRET, LATER),
    DeliveryRead(
        id=DELIVERY,
        event_id="5b1c6f6e-7f0e-4f43-9c89-0a4b8e0d2d11",
        type="message.received",
        created_at=NOW,
        state=DeliveryState.DELIVERED,
        attempts=[Attempt(NOW, "503"), Attempt(LATER, "204")],
        next_try_at=None,
    ),
)
