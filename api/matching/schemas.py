"""What goes in and out of the matching domain."""

from enum import StrEnum

import msgspec

from api.profiles.schemas import MemberSummary, Purpose, QuotedStatement


class Strength(StrEnum):
    """How much two members have in common, in words; never a number."""

    STRONG = "strong"
    GOOD = "good"
    SOME = "some"


class ChoiceState(StrEnum):
    """What a viewer may say of a match."""

    LATER = "later"
    NOT_FOR_ME = "not_for_me"


class ReasonPair(msgspec.Struct, frozen=True):
    """What I wrote and what they wrote that goes with it."""

    mine: QuotedStatement
    theirs: QuotedStatement


class MatchRead(msgspec.Struct, frozen=True):
    """Another member worth meeting for one purpose, and why."""

    member: MemberSummary
    purpose: Purpose
    strength: Strength
    reasons: list[ReasonPair]


class MatchChoiceSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a viewer says of a match."""

    state: ChoiceState


class WhyEmpty(StrEnum):
    """What a list without matches is empty of."""

    ADD_STATEMENTS = "add_statements"
    """The viewer has written nothing that others with the purpose may read."""
    NOBODY_YET = "nobody_yet"
    ALL_SET_ASIDE = "all_set_aside"
    """Whoever there is, the viewer said *not for me*."""
    ALL_ASKED = "all_asked"
    """Whoever there is, the viewer is connected with, or one of the two has asked the other."""


class EmptyMatches(msgspec.Struct, frozen=True):
    """Why a list is empty, and what would help."""

    why: WhyEmpty
    nearest_purpose: Purpose | None
    """Another purpose the viewer has switched on, in which there are matches."""
    read_poorly: bool
    """Whether all that the viewer could be found by here is in languages that matching reads less well."""
