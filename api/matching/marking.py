"""The words to mark in the reasons of a list: found once by the model, and kept with the list's rows."""

from uuid import UUID

import msgspec

from api.database import fetch
from api.encoding import encoder
from api.matching.entries import START, MarksOfPair, Row, entries
from api.profiles.schemas import Purpose
from embeddings.marks import marks_of_pairs

MARKED_AT_FIRST = 20
MOST_PAIRS_AT_ONCE = 60
"""Nobody waits for more than a part of a second: the rest is marked when it is read again."""

_KEEP = """
    WITH free AS (SELECT id FROM match_entry WHERE id = ANY({}::uuid[]) FOR UPDATE SKIP LOCKED)
    UPDATE match_entry SET marks = found.marks::jsonb
    FROM free JOIN unnest({}::uuid[], {}::text[]) AS found(id, marks) ON found.id = free.id
    WHERE match_entry.id = free.id
"""


async def mark_first(viewer_id: UUID, purpose: Purpose) -> None:
    """Find the words to mark for the beginning of a list that was just stored, before anybody reads it."""
    part = await entries(viewer_id, purpose, after=START, most=MARKED_AT_FIRST)
    await with_marks([row for _, row in part.rows[:MARKED_AT_FIRST]])


async def with_marks(rows: list[Row]) -> list[Row]:
    """These rows with the words to mark in every pair that can be quoted.

    Kept ones are taken as they are. What is missing is found now and kept, unless the model is not loaded yet: then
    nothing is marked this time, as no list waits for that. Only texts that are quoted are looked at: the viewer may
    read them, and they are as they were when the list was computed.
    """
    missing = [(row, pair) for row in rows for pair in row.pairs if row.marks is None or row.marks[pair.number] is None]
    missing = missing[:MOST_PAIRS_AT_ONCE]
    if not missing or not encoder().ready:
        return rows
    found = await marks_of_pairs(encoder(), [(pair.mine.text, pair.theirs.text) for _, pair in missing])
    marks: dict[UUID, list[MarksOfPair | None]] = {row.id: list(row.marks or [None] * row.kept) for row, _ in missing}
    for (row, pair), of_pair in zip(missing, found, strict=True):
        marks[row.id][pair.number] = of_pair
    await _keep(marks)
    return [msgspec.structs.replace(row, marks=marks.get(row.id, row.marks)) for row in rows]


async def _keep(marks: dict[UUID, list[MarksOfPair | None]]) -> None:
    """Write marks to their rows. A list that was computed anew meanwhile has other rows; locked ones can wait."""
    await fetch(_KEEP, list(marks), list(marks), [msgspec.json.encode(of_row).decode() for of_row in marks.values()])
