"""Drawing the map of each purpose at night, anew from what is there, with areas that stay where they were."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import msgspec
import numpy as np

from api import clock
from api.apart import work_apart
from api.database import fetch, fetch_one, transaction
from api.encoding import encoder
from api.interest_map.gathering import Gathered, gather
from api.interest_map.naming import subjects
from api.interest_map.working_out import Area, Basis, Earlier, to_bytes, work_out
from api.profiles.schemas import Purpose
from embeddings.areas import LEAST_PEOPLE
from embeddings.similarity import Vectors

NOT_AGAIN_WITHIN = timedelta(hours=12)
NEW_COUNTS_AFTER = timedelta(days=6, hours=12)
"""What is new or changed comes in once a week, all together; what is gone is gone after one night."""
MOST_AMONG_REQUESTS = 2_000
"""Areas of more statements are worked out in a process of their own: those of so many take a moment."""
_ONE_AT_A_TIME = 0x4D4150  # any constant: the key of an advisory lock


async def draw_due_maps() -> int:
    """Draw the map of every purpose that was not drawn today; how many were.

    May be called at any time by any process: one does it, and the others find it done.
    """
    drawn = 0
    for purpose in Purpose:
        drawn += await draw_map(purpose, not_after=clock.now() - NOT_AGAIN_WITHIN)
    return drawn


async def draw_map(purpose: Purpose, *, not_after: datetime | None = None) -> bool:
    """Draw the map of a purpose, unless it was drawn after a moment; whether it was drawn.

    No transaction is open while it is worked out. Where somebody else has drawn it meanwhile, theirs stays.
    """
    last = await _last(purpose)
    if last is not None and not_after is not None and last["drawn_at"] > not_after:
        return False
    earlier = await _earlier(purpose) if last is not None and last["model"] == encoder().model.name else []
    until = _counts_until(last, there_is_a_map=bool(earlier))
    gathered = await gather(purpose, until=until)
    mean, areas = await _worked_out(purpose, gathered, earlier)
    async with transaction():
        await fetch("SELECT pg_advisory_xact_lock({}, hashtext({}))", _ONE_AT_A_TIME, purpose)
        if await _last(purpose) != last:
            return False
        await _keep(purpose, areas, mean, until=until)
    return True


async def _last(purpose: Purpose) -> dict[str, Any] | None:
    return await fetch_one("SELECT model, drawn_at, counts_until FROM interest_map WHERE purpose = {}", purpose)


def _counts_until(last: dict[str, Any] | None, *, there_is_a_map: bool) -> datetime:
    """Where there is no map yet, whatever there is counts."""
    now = clock.now()
    if last is None or not there_is_a_map or last["counts_until"] <= now - NEW_COUNTS_AFTER:
        return now
    until: datetime = last["counts_until"]
    return until


async def _earlier(purpose: Purpose) -> list[Earlier]:
    rows = await fetch("SELECT id, place, name, centre FROM interest_area WHERE of_map = {} ORDER BY place", purpose)
    return [Earlier(row["id"], row["place"], msgspec.json.decode(row["name"]), row["centre"]) for row in rows]


async def _worked_out(purpose: Purpose, gathered: Gathered, earlier: list[Earlier]) -> tuple[Vectors, list[Area]]:
    """What all share, and the areas; of much in a process of its own, which no page and no call waits for."""
    subject_vectors = np.empty((0, encoder().model.dimensions), dtype=np.float32)
    if len(np.unique(gathered.owner)) >= LEAST_PEOPLE:
        subject_vectors = await encoder().encode(subjects(purpose))
    basis = Basis(gathered.vectors, gathered.owner, members=gathered.members, purpose=purpose, subjects=subject_vectors)
    if len(gathered.owner) > MOST_AMONG_REQUESTS:
        return await work_apart(work_out, basis, earlier)
    return await asyncio.to_thread(work_out, basis, earlier)


async def _keep(purpose: Purpose, areas: list[Area], mean: Vectors, *, until: datetime) -> None:
    """Put the new drawing in the place of the last, within the caller's transaction."""
    await fetch("DELETE FROM interest_map WHERE purpose = {}", purpose)
    await fetch(
        "INSERT INTO interest_map (purpose, model, drawn_at, counts_until, mean) VALUES ({}, {}, {}, {}, {})",
        purpose,
        encoder().model.name,
        clock.now(),
        until,
        to_bytes(mean),
    )
    for area in areas:
        await fetch(
            "INSERT INTO interest_area (id, of_map, place, people, name, words, centre) "
            "VALUES ({}, {}, {}, {}, {}::jsonb, {}::jsonb, {})",
            area.id,
            purpose,
            area.place,
            area.people,
            msgspec.json.encode(area.named.name).decode(),
            msgspec.json.encode(area.named.words).decode(),
            to_bytes(area.centre),
        )
