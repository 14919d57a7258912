"""The rows of stored match lists that may be shown now, and the statements that they quote."""

from typing import Annotated, Any, NamedTuple
from uuid import UUID

import msgspec
from msgspec import Meta
from piccolo.querystring import QueryString

from api import clock
from api.database import fetch
from api.matching.ranking import MOST_ENTRIES, KeptPair
from api.matching.schemas import ChoiceState, MarkedStatement, Strength
from api.profiles.schemas import Purpose, Role
from api.profiles.visibility import (
    are_connected,
    can_read_statement,
    can_see_member,
    have_open_request,
    places_taken,
)

Marks = list[tuple[int, int]]
MarksOfPair = tuple[Marks, Marks]


class Position(NamedTuple):
    """A place in the order of reading."""

    later: bool
    """Whether the member was put off until later: they come after all others."""
    position: Annotated[int, Meta(ge=-1, le=MOST_ENTRIES)]


START = Position(later=False, position=-1)


class Row(msgspec.Struct, frozen=True):
    """One member on a stored list, with the pairs of statements that spoke for them when it was computed."""

    id: UUID
    member: UUID
    strength: Strength
    place: Position
    pairs: list[KeptPair]
    marks: list[MarksOfPair | None]
    """The words to mark in each pair; None where they were not found yet."""
    computed_at: Any


async def entries(viewer_id: UUID, purpose: Purpose, *, after: Position, most: int) -> list[Row]:
    """Rows of the stored list whose members could still be met, in the order of reading."""
    return await _rows(viewer_id, purpose, after=after, most=most, only=QueryString("TRUE"))


async def entry_of(viewer_id: UUID, purpose: Purpose, *, member_id: UUID) -> list[Row]:
    """The row of one member, if they are on the stored list and could still be met."""
    return await _rows(viewer_id, purpose, after=START, most=1, only=QueryString("entry.member = {}", member_id))


async def quotes(viewer_id: UUID, purpose: Purpose, rows: list[Row]) -> dict[UUID, MarkedStatement]:
    """The statements of these rows that the viewer may read and that are as they were when the list was computed."""
    if not rows:
        return {}
    found = await fetch(
        "SELECT quoted.id, quoted.role, quoted.text, quoted.language FROM statement AS quoted "
        "WHERE quoted.id = ANY({}::uuid[]) AND quoted.purpose = {} AND quoted.audience = 'purpose' "
        "AND quoted.updated_at <= {} AND {}",
        list({key for row in rows for pair in row.pairs for key in (pair.mine, pair.theirs)}),
        purpose,
        rows[0].computed_at,
        can_read_statement(viewer_id, "quoted"),
    )
    return {row["id"]: MarkedStatement(row["id"], Role(row["role"]), row["text"], row["language"]) for row in found}


async def _rows(viewer_id: UUID, purpose: Purpose, *, after: Position, most: int, only: QueryString) -> list[Row]:
    found = await fetch(
        _ENTRIES,
        ChoiceState.LATER,
        viewer_id,
        purpose,
        only,
        clock.now(),
        ChoiceState.NOT_FOR_ME,
        are_connected(viewer_id, "entry.member"),
        have_open_request(viewer_id, "entry.member"),
        can_see_member(viewer_id, "entry.member"),
        places_taken("other.id"),
        *after,
        most,
    )
    return [_row(row) for row in found]


def _row(row: dict[str, Any]) -> Row:
    pairs = msgspec.json.decode(row["reasons"], type=list[KeptPair])
    return Row(
        id=row["id"],
        member=row["member"],
        strength=Strength(row["strength"]),
        place=Position(row["later"], row["position"]),
        pairs=pairs,
        marks=msgspec.json.decode(row["marks"], type=list[MarksOfPair | None]) if row["marks"] else [None] * len(pairs),
        computed_at=row["computed_at"],
    )


_ENTRIES = """
    SELECT * FROM (
        SELECT entry.id, entry.member, entry.position, entry.strength, entry.reasons, entry.marks, kept.computed_at,
            coalesce(chosen.state = {}, false) AS later
        FROM match_list AS kept
        JOIN match_entry AS entry ON entry.match_list = kept.id
        JOIN account AS other ON other.id = entry.member
        LEFT JOIN match_choice AS chosen ON chosen.viewer = kept.viewer AND chosen.member = entry.member
        WHERE kept.viewer = {} AND kept.purpose = {} AND {}
        AND (other.paused_until IS NULL OR other.paused_until <= {})
        AND chosen.state IS DISTINCT FROM {}
        AND NOT {} AND NOT {} AND {}
        AND other.request_capacity > {}
    ) AS readable
    WHERE (later, position) > ({}, {}) ORDER BY later, position LIMIT {}
"""
