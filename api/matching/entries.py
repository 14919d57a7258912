"""The rows of stored match lists that may be shown now, with the statements that they quote.

One statement reads a part of a list: who may be met, who they are, and what may be quoted, all as of that moment. It
comes as one JSON value, which takes a fraction of the time of as many rows.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from api import clock
from api.accounts.schemas import Meets
from api.database import fetch_one
from api.matching.schemas import ChoiceState, Strength
from api.profiles.errors import PurposeOffError
from api.profiles.schemas import Purpose, Role
from api.profiles.visibility import (
    are_connected,
    both_have_its_purpose,
    can_see_member,
    have_open_request,
    places_taken,
)
from api.sealing import opened

Marks = list[tuple[int, int]]
MarksOfPair = tuple[Marks, Marks]

MARK = 5
"""Bytes, all of them random."""

# Rows that are read beyond those wanted, so that a few who cannot be met just now cost no second reading.
_SPARE = 3


class Position(NamedTuple):
    """A place in the order of reading."""

    later: bool
    """Whether the member was put off until later: they come after all others."""
    position: int


START = Position(later=False, position=-1)


class Quote(msgspec.Struct, frozen=True, array_like=True):
    """A statement that the viewer may read and that is as it was when the list was computed."""

    id: UUID
    role: Role
    sealed: str
    language: str | None

    @property
    def text(self) -> str:
        """What it says, opened only where it is shown or looked at."""
        return opened(self.sealed, about="statement.text", row=self.id)


class QuotedPair(msgspec.Struct, frozen=True, array_like=True):
    """Two statements that spoke for a member, and still do."""

    number: int
    """Which of the pairs that were kept, from 0."""
    close: bool
    mine: Quote
    theirs: Quote


class Row(msgspec.Struct, frozen=True):
    """One member on a stored list who may be met now."""

    id: UUID
    member: UUID
    display_name: str
    pronouns: str | None
    place_id: int | None
    meets: Meets
    strength: Strength
    kept: int
    """How many pairs there were when the list was computed."""
    pairs: list[QuotedPair]
    marks: list[MarksOfPair | None] | None
    """The words to mark in each pair that was kept; None where they were not found yet."""


class Part(msgspec.Struct, frozen=True):
    """Some rows in the order of reading, each with a pair that can be quoted."""

    rows: list[tuple[Position, Row]]
    end: Position | None
    """Where reading goes on; None at the end of the list."""


class _Listed(msgspec.Struct, frozen=True, array_like=True):
    later: bool
    position: int
    row: Row | None
    """None for whoever cannot be met just now."""


_DECODER = msgspec.json.Decoder(list[_Listed])


async def entries(
    viewer_id: UUID, purpose: Purpose, *, after: Position, most: int, given: Sequence[bytes] = ()
) -> Part:
    """A part of the stored list as it is, without the members of `given`, see `mark_of`.

    Raises:
        PurposeOffError: The viewer has not switched the purpose on.
    """
    found = await fetch_one(
        "SELECT {} AS part FROM member_purpose AS viewer LEFT JOIN match_list AS kept "
        "ON kept.viewer = viewer.member AND kept.purpose = viewer.purpose "
        "WHERE viewer.member = {} AND viewer.purpose = {}",
        part_of(viewer_id, after=after, most=most, only=_not_in(given)),
        viewer_id,
        purpose,
    )
    if found is None:
        raise PurposeOffError
    return as_part(found["part"], most=most)


def mark_of(member_id: UUID) -> bytes:
    """By what a cursor knows a member whom it was given for: of 200, two have the same once in fifty million lists."""
    return member_id.bytes[:MARK]


def _not_in(given: Sequence[bytes]) -> QueryString:
    if not given:
        return QueryString("TRUE")
    return QueryString(f"substring(uuid_send(entry.member) FOR {MARK}) <> ALL({{}}::bytea[])", list(given))


async def entry_of(viewer_id: UUID, purpose: Purpose, *, member_id: UUID) -> Part:
    """The row of one member, if they are on the stored list and could still be met."""
    found = await fetch_one(
        "SELECT {} AS part FROM match_list AS kept WHERE kept.viewer = {} AND kept.purpose = {}",
        part_of(viewer_id, after=START, most=1, only=QueryString("entry.member = {}", member_id)),
        viewer_id,
        purpose,
    )
    return as_part(None if found is None else found["part"], most=1)


def part_of(
    viewer_id: UUID,
    *,
    after: Position,
    most: int,
    only: QueryString = QueryString("TRUE"),  # noqa: B008 - never changed
) -> QueryString:
    """A part of the list `kept` as a value in another query, for `as_part`."""
    return QueryString(
        _PART,
        clock.now(),
        are_connected(viewer_id, "other.id"),
        have_open_request(viewer_id, "other.id"),
        can_see_member(viewer_id, "other.id"),
        places_taken("other.id"),
        viewer_id,
        both_have_its_purpose(viewer_id, "theirs"),
        ChoiceState.LATER,
        viewer_id,
        only,
        ChoiceState.NOT_FOR_ME,
        *after,
        most + _SPARE,
    )


def as_part(found: str | None, *, most: int) -> Part:
    """What a query with `part_of` found."""
    listed = [] if found is None else _DECODER.decode(found)
    last = listed[-1] if len(listed) == most + _SPARE else None
    return Part(
        [(Position(one.later, one.position), one.row) for one in listed if one.row is not None and one.row.pairs],
        None if last is None else Position(last.later, last.position),
    )


_PART = """(
    SELECT json_agg(json_build_array(listed.later, listed.position, CASE WHEN
        (other.paused_until IS NULL OR other.paused_until <= {}) AND NOT {} AND NOT {} AND {}
        AND other.request_capacity > {}
    THEN json_build_object(
        'id', listed.id, 'member', other.id, 'display_name', other.display_name, 'pronouns', other.pronouns,
        'place_id', other.place_id, 'meets', other.meets, 'strength', listed.strength,
        'kept', jsonb_array_length(listed.reasons), 'marks', listed.marks, 'pairs', (
            SELECT coalesce(json_agg(json_build_array(
                pair.number - 1, coalesce((pair.ids ->> 2)::boolean, false),
                json_build_array(mine.id, mine.role, mine.text, mine.language),
                json_build_array(theirs.id, theirs.role, theirs.text, theirs.language)
            ) ORDER BY pair.number), '[]')
            FROM jsonb_array_elements(listed.reasons) WITH ORDINALITY AS pair (ids, number)
            JOIN statement AS mine ON mine.id = (pair.ids ->> 0)::uuid AND mine.author = {}
                AND mine.purpose = kept.purpose AND mine.audience = 'purpose' AND mine.updated_at <= kept.computed_at
            JOIN statement AS theirs ON theirs.id = (pair.ids ->> 1)::uuid AND theirs.author = other.id
                AND theirs.purpose = kept.purpose AND theirs.audience = 'purpose'
                AND theirs.updated_at <= kept.computed_at AND {}
        )
    ) END) ORDER BY listed.later, listed.position)
    FROM (
        SELECT entry.id, entry.member, entry.position, entry.strength, entry.reasons, entry.marks,
            coalesce(chosen.state = {}, false) AS later
        FROM match_entry AS entry
        LEFT JOIN match_choice AS chosen ON chosen.viewer = {} AND chosen.member = entry.member
        WHERE entry.match_list = kept.id AND {} AND chosen.state IS DISTINCT FROM {}
        AND (coalesce(chosen.state = 'later', false), entry.position) > ({}, {})
        ORDER BY later, entry.position LIMIT {}
    ) AS listed
    JOIN account AS other ON other.id = listed.member
)"""
