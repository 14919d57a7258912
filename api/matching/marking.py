"""The words to mark in the reasons of a list: found once by the model, and kept with the list's rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from api.database import fetch
from api.encoding import encoder
from api.matching.entries import START, MarksOfPair, Row, entries
from api.matching.ranking import KeptPair
from api.profiles.schemas import Purpose
from embeddings.marks import marks_of_pairs

KnownMarks = dict[tuple[UUID, UUID], MarksOfPair]
"""By the ids of the viewer's statement and of the other's."""

MARKED_AT_FIRST = 20
MOST_PAIRS_AT_ONCE = 60
"""Nobody waits for more than a part of a second: the rest is marked when it is read again."""
LONGEST_QUEUE = 0.25
"""Seconds that others' texts take before: behind more, a list comes without marks, and they are found another time."""

_KEEP = """
    WITH free AS (SELECT id FROM match_entry WHERE id = ANY({}::uuid[]) FOR UPDATE SKIP LOCKED)
    UPDATE match_entry SET marks = found.marks::jsonb
    FROM free JOIN unnest({}::uuid[], {}::text[]) AS found(id, marks) ON found.id = free.id
    WHERE match_entry.id = free.id
"""


_MarksOfRow = list[MarksOfPair | None]


async def mark_first(viewer_id: UUID, purpose: Purpose) -> None:
    """Find the words to mark for the beginning of a list that a job has stored, before anybody reads it."""
    part = await entries(viewer_id, purpose, after=START, most=MARKED_AT_FIRST)
    await with_marks([row for _, row in part.rows[:MARKED_AT_FIRST]])


async def with_marks(rows: list[Row]) -> list[Row]:
    """These rows with the words to mark in every pair that can be quoted.

    Kept ones are taken as they are. What is missing is found now and kept, unless the model is not loaded yet or has
    others to do first: then nothing is marked this time, as no list waits for that. Only texts that are quoted are
    looked at: the viewer may read them, and they are as they were when the list was computed.
    """
    missing = [(row, pair) for row in rows for pair in row.pairs if row.marks is None or row.marks[pair.number] is None]
    missing = missing[:MOST_PAIRS_AT_ONCE]
    if not missing or not encoder().ready or encoder().seconds_waiting > LONGEST_QUEUE:
        return rows
    found = await marks_of_pairs(encoder(), [(pair.mine.text, pair.theirs.text) for _, pair in missing])
    marks: dict[UUID, _MarksOfRow] = {row.id: list(row.marks or [None] * row.kept) for row, _ in missing}
    for (row, pair), of_pair in zip(missing, found, strict=True):
        marks[row.id][pair.number] = of_pair
    await _keep(marks)
    return [msgspec.structs.replace(row, marks=marks.get(row.id, row.marks)) for row in rows]


async def still_right(rows: Sequence[Mapping[str, Any]], *, since: datetime | None) -> KnownMarks:
    """The marks in rows of a list that is computed anew, of every pair whose other text is as it was then."""
    pairs: KnownMarks = {}
    for row in rows:
        if row["marks"] is not None:
            ids = msgspec.json.decode(row["reasons"], type=list[KeptPair])
            for pair, of_pair in zip(ids, msgspec.json.decode(row["marks"], type=_MarksOfRow), strict=True):
                if of_pair is not None:
                    pairs[pair.mine, pair.theirs] = of_pair
    unchanged = {row["id"] for row in await _unchanged([theirs for _, theirs in pairs], since)} if pairs else set()
    return {pair: of_pair for pair, of_pair in pairs.items() if pair[1] in unchanged}


def as_kept(pairs: Sequence[KeptPair], marks: KnownMarks) -> str | None:
    """The marks of a row with these pairs as they are kept, of those that are known; None without any."""
    known = [marks.get((pair.mine, pair.theirs)) for pair in pairs]
    return None if all(of_pair is None for of_pair in known) else msgspec.json.encode(known).decode()


async def _unchanged(ids: list[UUID], since: datetime | None) -> list[dict[str, Any]]:
    return await fetch("SELECT id FROM statement WHERE id = ANY({}::uuid[]) AND updated_at <= {}", ids, since)


async def _keep(marks: dict[UUID, _MarksOfRow]) -> None:
    """Write marks to their rows. A list that was computed anew meanwhile has other rows; locked ones can wait."""
    await fetch(_KEEP, list(marks), list(marks), [msgspec.json.encode(of_row).decode() for of_row in marks.values()])
