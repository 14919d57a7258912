"""What goes in and out of the profiles domain."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from api.accounts.schemas import LONGEST_NAME, Meets
from api.texts import length

LONGEST_STATEMENT = 280
LONGEST_PRONOUNS = 40


class Purpose(StrEnum):
    """Why someone wants to meet people."""

    BUSINESS = "business"
    HOBBY = "hobby"
    INTEREST = "interest"
    BELIEF = "belief"
    CARETAKING = "caretaking"
    PARTNERSHIP = "partnership"


class Role(StrEnum):
    """Whether a statement tells of oneself or of whom one hopes to find."""

    ABOUT = "about"
    SEEKING = "seeking"


class Audience(StrEnum):
    """Who may read a statement."""

    PURPOSE = "purpose"
    CONNECTIONS = "connections"
    NOBODY = "nobody"


class PurposeRead(msgspec.Struct, frozen=True):
    """One of the six purposes in plain words; `consent_*` only for sensitive ones."""

    purpose: Purpose
    name: str
    description: str
    sensitive: bool
    consent_text: str | None
    consent_version: str | None


class MyPurposeRead(msgspec.Struct, frozen=True):
    """A purpose that one has switched on."""

    purpose: Purpose
    switched_on_at: datetime
    consent_version: str | None
    consent_given_at: datetime | None


class PurposeSwitch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Switching a purpose on; a sensitive one needs the version of the consent text that was read."""

    consent: str | None = None


class StatementCreate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new statement."""

    purpose: Purpose
    role: Role
    text: Annotated[str, length(LONGEST_STATEMENT)]
    audience: Audience = Audience.PURPOSE


class StatementUpdate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A change to a statement; what is left out stays as it is."""

    role: Role | UnsetType = UNSET
    text: Annotated[str, length(LONGEST_STATEMENT)] | UnsetType = UNSET
    audience: Audience | UnsetType = UNSET


class StatementRead(msgspec.Struct, frozen=True):
    """One of one's own statements."""

    id: UUID
    purpose: Purpose
    role: Role
    text: str
    audience: Audience
    created_at: datetime
    updated_at: datetime
    language: str | None
    """The language that it seems to be in, as a BCP 47 tag; null when it is short or not plain."""
    read_well: bool
    """False when matching reads that language less well than others, so that fewer people may be found by it."""


class QuotedStatement(msgspec.Struct, frozen=True):
    """A statement as others see it."""

    id: UUID
    role: Role
    text: str
    language: str | None = None
    """The language that it seems to be in, as a BCP 47 tag; null when it is short or not plain."""


class MemberSummary(msgspec.Struct, frozen=True):
    """Another member, as far as a list shows them."""

    id: UUID
    display_name: str
    pronouns: str | None
    place: str | None
    meets: Meets


class PurposeCard(msgspec.Struct, frozen=True):
    """What another member wrote under one purpose, as far as the viewer may read it."""

    purpose: Purpose
    statements: list[QuotedStatement]


class MemberRead(msgspec.Struct, frozen=True):
    """Another member, as far as the viewer may see them."""

    id: UUID
    display_name: str
    pronouns: str | None
    place: str | None
    meets: Meets
    languages: list[str]
    purposes: list[PurposeCard]
    connected: bool


class PlaceRead(msgspec.Struct, frozen=True):
    """A place that can be chosen: the centre of an area."""

    id: int
    name: str
    country: str


class MeRead(msgspec.Struct, frozen=True):
    """One's own account."""

    id: UUID
    email: str
    display_name: str
    pronouns: str | None
    place_id: int | None
    place: str | None
    meets: Meets
    languages: list[str]
    request_capacity: int
    paused_until: datetime | None
    created_at: datetime


class MeUpdate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A change to one's own account; what is left out stays as it is."""

    display_name: Annotated[str, length(LONGEST_NAME)] | UnsetType = UNSET
    pronouns: Annotated[str, length(LONGEST_PRONOUNS, least=0)] | UnsetType | None = UNSET
    place_id: int | UnsetType | None = UNSET
    meets: Meets | UnsetType = UNSET
    languages: list[str] | UnsetType = UNSET
    request_capacity: int | UnsetType = UNSET
    paused_until: datetime | UnsetType | None = UNSET
