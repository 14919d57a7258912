"""What goes in and out of the matching domain."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

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


class ReasonKind(StrEnum):
    """Who gives what to whom."""

    THEY_OFFER = "they_offer"
    """What they bring meets what I seek."""
    YOU_OFFER = "you_offer"
    """What I bring meets what they seek."""
    SHARED = "shared"
    """Both wrote about it."""


class Closeness(StrEnum):
    """How surely two statements are about the same."""

    CLOSE = "close"
    LOOSE = "loose"
    """They may be; it would be too much to say that they are."""


class MarkedStatement(QuotedStatement, frozen=True):
    """A statement with the words that made it go with the other."""

    marks: Annotated[
        list[tuple[int, int]],
        Meta(
            description="Where the words begin and end that carried the pair, in Unicode code points of `text`. May be "
            "empty. For example `[[7, 12]]` marks `honey` in `I sell honey.`.",
            examples=[[[7, 12]]],
        ),
    ] = msgspec.field(default_factory=list)


class ReasonPair(msgspec.Struct, frozen=True):
    """What I wrote and what they wrote that goes with it, and who gives what to whom."""

    kind: Annotated[
        ReasonKind,
        Meta(
            description="Who gives what to whom. `they_offer`: what they bring meets what I seek. `you_offer`: what I "
            "bring meets what they seek. `shared`: both wrote about it.",
            examples=["they_offer"],
        ),
    ]
    closeness: Annotated[
        Closeness,
        Meta(
            description="`close`: the two meet. `loose`: they may, and it would be too much to say that they do.",
            examples=["close"],
        ),
    ]
    mine: MarkedStatement
    theirs: MarkedStatement


class MatchRead(msgspec.Struct, frozen=True):
    """Another member worth meeting for one purpose, and why."""

    member: MemberSummary
    purpose: Purpose
    strength: Strength
    reasons: list[ReasonPair]


class HeldBack(msgspec.Struct, frozen=True):
    """Why some on this part of the list are not shown: they are new to the reader, whose quota of people is used up."""

    more_at: Annotated[datetime, Meta(description="When there is room for somebody new.")]
    detail: Annotated[str, Meta(description="The same in plain words.")]


class MatchPage(msgspec.Struct, frozen=True):
    """One part of a list of matches, and where the next begins."""

    items: list[MatchRead]
    next: str | None
    held_back: Annotated[
        HeldBack | None,
        Meta(description="Null unless some on this part are held back; those seen before are shown all the same."),
    ] = None


class MatchExplained(msgspec.Struct, frozen=True):
    """A match with all its reasons, and in plain words what played a part in finding it and what did not."""

    match: MatchRead
    used: Annotated[list[str], Meta(description="What played a part in finding this match, a sentence each.")]
    not_used: Annotated[list[str], Meta(description="What played no part, a sentence each.")]


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
