"""Drawing the map of each purpose at night, anew from what is there, with areas that stay where they were."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import numpy as np

from api import clock
from api.database import fetch, fetch_one, transaction
from api.encoding import encoder
from api.interest_map.gathering import Gathered, gather, texts_of
from api.interest_map.naming import Named, Written, names_of_areas, subjects
from api.interest_map.places_on_map import put
from api.interest_map.schemas import ROUND_NUMBERS
from api.profiles.schemas import Purpose
from embeddings.areas import cosines_among, find_areas, mean_of_all
from embeddings.similarity import Vectors, centred

NOT_AGAIN_WITHIN = timedelta(hours=12)
NEW_COUNTS_AFTER = timedelta(days=6, hours=12)
"""What is new or changed comes in once a week, all together; what is gone is gone after one night."""
_ONE_AT_A_TIME = 0x4D4150  # any constant: the key of an advisory lock


class Area(msgspec.Struct, frozen=True):
    """One area as it is kept."""

    id: UUID
    place: int
    people: int
    named: Named
    centre: Vectors


class Earlier(msgspec.Struct, frozen=True):
    """An area of the last drawing."""

    id: UUID
    place: int
    name: list[str]
    centre: bytes


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
    mean = await asyncio.to_thread(mean_of_all, gathered.vectors, gathered.owner)
    areas = await _areas(purpose, gathered, mean, earlier)
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


async def _areas(purpose: Purpose, gathered: Gathered, mean: Vectors, earlier: list[Earlier]) -> list[Area]:
    """The areas with all that is said of them, in the order of their places."""
    before = np.array([to_vector(area.centre) for area in earlier], dtype=np.float32).reshape(len(earlier), len(mean))
    found = await asyncio.to_thread(find_areas, gathered.vectors, gathered.owner, mean=mean, earlier=before)
    if not len(found.centres):
        return []
    from_which = [None if index is None else earlier[index] for index in found.earlier]
    places = await asyncio.to_thread(
        put, cosines_among(found.centres), [None if area is None else area.place for area in from_which]
    )
    points = await asyncio.to_thread(centred, gathered.vectors, mean)
    named = await asyncio.to_thread(
        names_of_areas,
        Written(await texts_of(gathered.ids), points, gathered.owner, found.place),
        purpose,
        await encoder().encode(subjects(purpose)),
        found.centres,
        known=[() if area is None else tuple(area.name) for area in from_which],
    )
    taken = len(np.unique(gathered.owner))
    return sorted(
        (
            Area(
                uuid4() if was is None else was.id,
                places[index],
                _rounded(len(np.unique(gathered.owner[found.place == index])) * gathered.members // taken),
                named[index],
                found.centres[index],
            )
            for index, was in enumerate(from_which)
        ),
        key=lambda area: area.place,
    )


def _rounded(people: int) -> int:
    """The largest round number that is no more."""
    return max(number for number in ROUND_NUMBERS if number <= people)


def to_vector(kept: bytes) -> Vectors:
    """A vector as it was kept."""
    return np.frombuffer(kept, dtype="<f4").astype(np.float32)


def _to_bytes(vector: Vectors) -> bytes:
    packed: bytes = vector.astype("<f4").tobytes()
    return packed


async def _keep(purpose: Purpose, areas: list[Area], mean: Vectors, *, until: datetime) -> None:
    """Put the new drawing in the place of the last, within the caller's transaction."""
    await fetch("DELETE FROM interest_map WHERE purpose = {}", purpose)
    await fetch(
        "INSERT INTO interest_map (purpose, model, drawn_at, counts_until, mean) VALUES ({}, {}, {}, {}, {})",
        purpose,
        encoder().model.name,
        clock.now(),
        until,
        _to_bytes(mean),
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
            _to_bytes(area.centre),
        )
