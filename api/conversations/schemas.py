"""What goes in and out of the conversations domain."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from api.profiles.schemas import MemberSummary, Purpose
from api.texts import length

LONGEST_MESSAGE = 4000


class MessageCreate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message to write."""

    text: Annotated[str, length(LONGEST_MESSAGE)]
    send_anyway: bool = False
    """Whether to send it also when it reads as a pitch."""


class Promise(msgspec.Struct, frozen=True):
    """What one of the two connected about, in the words that were given as the reason."""

    reason: str
    by_me: bool
    """Whether the reader wrote these words; else the other did, and the reader said yes to them."""


class ReminderCreate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Answering a message with what the two had connected about."""

    end_connection: bool = False
    """Whether the connection ends with it, quietly."""


class MessageRead(msgspec.Struct, frozen=True):
    """A message; `author_id` tells whose it is."""

    id: UUID
    author_id: UUID
    text: str
    created_at: datetime
    reminds_of: UUID | None = None
    """The message that this one answers with what the two had connected about."""


class ConversationSummary(msgspec.Struct, frozen=True):
    """One conversation in the list of one's conversations."""

    connection_id: UUID
    member: MemberSummary
    purpose: Purpose
    last_text: str | None
    last_at: datetime
    has_unread: bool
