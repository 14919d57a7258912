"""What goes in and out of the webhooks domain."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from api.event_kinds import Kind

LONGEST_URL = 500


class WhyOff(StrEnum):
    """Why a webhook is off."""

    CHOSEN = "chosen"
    """Its owner turned it off."""
    FAILING = "failing"
    """It failed for days."""
    GONE = "gone"
    """Its receiver answered 410: that it wants no more."""
    SIGNED_OUT = "signed_out"
    """Everything that opens the account was ended, as with a new password: it may have been somebody else's."""


class DeliveryState(StrEnum):
    """How a delivery stands."""

    WAITING = "waiting"
    """It is tried again at `next_try_at`."""
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"
    """It is tried no more by itself; its owner may send it again."""


class WebhookCreate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where news are to be sent, and which."""

    url: Annotated[str, msgspec.Meta(max_length=4 * LONGEST_URL)]
    """An `https` address with a name and the port 443 or 8443."""
    kinds: list[Kind]


class WebhookUpdate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be changed; what is left out stays."""

    url: Annotated[str, msgspec.Meta(max_length=4 * LONGEST_URL)] | msgspec.UnsetType = msgspec.UNSET
    kinds: list[Kind] | msgspec.UnsetType = msgspec.UNSET
    is_on: bool | msgspec.UnsetType = msgspec.UNSET


class WebhookRead(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook as its owner reads it. Its secret is told once, when it is made."""

    id: UUID
    url: str
    kinds: list[Kind]
    is_on: bool
    why_off: WhyOff | None
    off_at: datetime | None
    created_at: datetime
    failing_since: datetime | None
    """Since when no delivery has arrived; None where the last one did."""
    old_secret_until: datetime | None
    """Until when the secret before this one signs too."""


class WebhookCreated(msgspec.Struct, frozen=True):
    """A new webhook, and the secret by which its receiver knows that a delivery is ours. It is shown this once."""

    webhook: WebhookRead
    secret: str


class SecretCreated(msgspec.Struct, frozen=True):
    """A new secret, shown this once, and until when the one before it signs too."""

    secret: str
    old_secret_until: datetime


class Attempt(msgspec.Struct, frozen=True):
    """One call of a receiver."""

    at: datetime
    outcome: str
    """The status, such as `204`, or in a few words why there was none."""


class DeliveryRead(msgspec.Struct, frozen=True, kw_only=True):
    """What became of telling a webhook of one event."""

    id: UUID
    event_id: str
    """What the receiver gets as `webhook-id`: the same in every attempt."""
    type: str
    created_at: datetime
    state: DeliveryState
    attempts: list[Attempt]
    """The latest twenty, the first one first."""
    next_try_at: datetime | None
