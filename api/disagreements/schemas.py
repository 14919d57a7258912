"""What goes in and out of the disagreements domain."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from api.profiles.schemas import Purpose
from api.texts import length

LONGEST_TEXT = 4000


class Judged(StrEnum):
    """What a finding was found in."""

    REASON = "reason"
    MESSAGE = "message"


class DisagreementCreate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A finding that is wrong, in the eyes of whoever wrote the words."""

    code: str
    judged: Judged = Judged.REASON
    text: Annotated[str, length(LONGEST_TEXT)] | None = None
    """The words, only where their writer agrees that they are kept for 90 days and read by moderators."""
    purpose: Purpose | None = None
    """What the words were written for. A text without it, or under a sensitive one, is not kept."""


class DisagreementRead(msgspec.Struct, frozen=True):
    """What was kept of a disagreement."""

    code: str
    judged: Judged
    engine: str
    created_at: datetime
    text_id: UUID | None = None
    text_kept_until: datetime | None = None
    text_not_kept: str | None = None
    """Why the text that came with it was not kept."""


class GivenText(msgspec.Struct, frozen=True):
    """A text that a member let be kept, as they read it."""

    id: UUID
    code: str
    judged: Judged
    text: str
    created_at: datetime
    kept_until: datetime


class FindingSeen(msgspec.Struct, frozen=True):
    """How many members a finding stopped, each once a day, and how many called it wrong, likewise."""

    code: str
    judged: Judged
    engine: str
    shown: int
    called_wrong: int


class TextKept(msgspec.Struct, frozen=True):
    """A text that its writer let be kept, with what they called wrong; nobody is named."""

    code: str
    judged: Judged
    text: str
    created_at: datetime
