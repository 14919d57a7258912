"""What a draft holds."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from api.profiles.schemas import Purpose


class DraftKind(StrEnum):
    """What the words are to become."""

    REASON = "reason"
    """Why somebody wants to meet another; it is about the other, under a purpose."""
    MESSAGE = "message"
    """What somebody writes in a conversation; it is about the connection."""


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a draft belongs: a member has one at most for each."""

    kind: DraftKind
    about: UUID
    purpose: Purpose | None = None


class DraftWords(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything that is kept of a draft beside whose it is; sealed as a whole."""

    place: Place
    text: str
    anchor: str = ""
    """For a reason, as far as it was chosen: the id of one of the other's statements, or `met`."""
    where: str = ""
    """Where the two have met."""


class Draft(msgspec.Struct, frozen=True):
    """A draft as its writer reads it."""

    id: UUID
    words: DraftWords
    changed_at: datetime
