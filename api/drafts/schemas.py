"""What a draft holds."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from api.profiles.schemas import Purpose

LONGEST_DRAFT = 8_000
"""Far more than can be sent: what is too long has to be kept too, until it is shortened."""


class DraftKind(StrEnum):
    """What the words are to become."""

    REASON = "reason"
    """Why somebody wants to meet another; it is about the other, under a purpose."""
    MESSAGE = "message"
    """What somebody writes in a conversation; it is about the connection."""
    QUESTION = "question"
    """What somebody asks about a request before they answer it; this and the next two are about the request."""
    ANSWER = "answer"
    REFUSAL = "refusal"
    """A no with a sentence."""
    NOTE = "note"
    """For oneself, about a connection."""
    STATEMENT = "statement"
    """About the statement that is being changed; a new one is about its writer, under a purpose."""
    FIRST_WORDS = "first words"
    """The first statements for a purpose; about their writer."""
    REPORT = "report"
    """About what is being reported."""
    APPEAL = "appeal"
    """About the notice."""
    DECISION = "decision"
    """Of a moderator, about the case."""


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
    fields: dict[str, list[str]] = {}
    """Everything in the form of a page, by the names of its fields; such a draft has no `text`."""


class Draft(msgspec.Struct, frozen=True):
    """A draft as its writer reads it."""

    id: UUID
    words: DraftWords
    changed_at: datetime
