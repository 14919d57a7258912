"""What goes in and out of the conversations domain."""

from datetime import datetime
from uuid import UUID

import msgspec

from api.profiles.schemas import MemberSummary, Purpose


class MessageCreate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message to write."""

    text: str


class MessageRead(msgspec.Struct, frozen=True):
    """A message; `author_id` tells whose it is."""

    id: UUID
    author_id: UUID
    text: str
    created_at: datetime


class ConversationSummary(msgspec.Struct, frozen=True):
    """One conversation in the list of one's conversations."""

    connection_id: UUID
    member: MemberSummary
    purpose: Purpose
    last_text: str | None
    last_at: datetime
    has_unread: bool
