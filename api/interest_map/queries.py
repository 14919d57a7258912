"""Reading the map of a purpose: a drawing that is ready, the same for all who have the purpose, and one's own place."""

from collections import Counter
from typing import Any

import msgspec
import numpy as np

from api.accounts.schemas import Member
from api.database import fetch, fetch_one
from api.encoding import encoder
from api.errors import NotFoundError
from api.interest_map.schemas import PEOPLE_NEEDED, AreaRead, Between, MapRead, MyPlace
from api.interest_map.standing import nearest_areas, places_of, what_lies_between
from api.interest_map.working_out import to_vector
from api.profiles.schemas import Purpose
from api.profiles.visibility import has_purpose_on
from api.sealing import opened
from embeddings.areas import cosines_among
from embeddings.columns import from_sent
from embeddings.similarity import Vectors

_MINE = (
    "SELECT own.id, own.text, halfvec_send(v.vector) AS vector FROM statement AS own "
    "LEFT JOIN statement_vector AS v ON v.statement = own.id AND v.purpose = own.purpose AND v.model = {} "
    "WHERE own.author = {} AND own.purpose = {} AND own.audience = 'purpose' ORDER BY own.created_at, own.id"
)


async def interest_map(actor: Member, *, purpose: Purpose) -> MapRead:
    """Where what members wrote for a purpose lies by meaning, as it was last drawn, and where the actor stands.

    Raises:
        NotFoundError: The actor has not switched the purpose on, or taken their consent back.
    """
    if not await _has_on(actor, purpose):
        raise NotFoundError
    drawn = await fetch_one("SELECT model, drawn_at, mean FROM interest_map WHERE purpose = {}", purpose)
    rows = await fetch("SELECT * FROM interest_area WHERE of_map = {} ORDER BY place", purpose)
    if drawn is None or drawn["model"] != encoder().model.name:
        rows = []
    centres = _vectors([row["centre"] for row in rows])
    likeness = cosines_among(centres)
    areas = [_area(row, near, rows) for row, near in zip(rows, nearest_areas(likeness), strict=True)]
    written = await fetch(_MINE, encoder().model.name, actor.id, purpose)
    stand = _standing(written, centres, to_vector(drawn["mean"]) if rows and drawn else None)
    mine = [place for place, _ in Counter(place for place in stand if place is not None).most_common()]
    return MapRead(
        purpose,
        areas,
        drawn["drawn_at"].date() if drawn is not None else None,
        PEOPLE_NEEDED,
        [
            MyPlace(
                row["id"],
                opened(row["text"], about="statement.text", row=row["id"]),
                None if place is None else areas[place].place,
            )
            for row, place in zip(written, stand, strict=True)
        ],
        [
            Between(areas[lies.area].place, [areas[one].place for one in lies.of], _shared(areas, lies.area, lies.of))
            for lies in what_lies_between(likeness, mine)
        ],
    )


async def _has_on(actor: Member, purpose: Purpose) -> bool:
    return bool(
        await fetch(
            f"SELECT 1 FROM member_purpose AS mine WHERE mine.member = {{}} AND mine.purpose = {{}} "
            f"AND {has_purpose_on('mine.member', 'mine.purpose')}",
            actor.id,
            purpose,
        )
    )


def _area(row: dict[str, Any], near: list[int], rows: list[dict[str, Any]]) -> AreaRead:
    name, words = (msgspec.json.decode(row[column], type=list[str]) for column in ("name", "words"))
    return AreaRead(row["place"], name, words, row["people"], [rows[index]["place"] for index in near])


def _vectors(kept: list[bytes]) -> Vectors:
    return np.array([to_vector(one) for one in kept], dtype=np.float32).reshape(len(kept), encoder().model.dimensions)


def _standing(written: list[dict[str, Any]], centres: Vectors, mean: Vectors | None) -> list[int | None]:
    """The index of the area of each statement; None for one that is new and has no vector yet, too."""
    stand: list[int | None] = [None] * len(written)
    having = [index for index, row in enumerate(written) if row["vector"] is not None]
    if mean is None or not having:
        return stand
    vectors = np.stack([from_sent(written[index]["vector"]) for index in having])
    for index, place in zip(having, places_of(vectors, centres, mean), strict=True):
        stand[index] = place
    return stand


def _shared(areas: list[AreaRead], area: int, of: tuple[int, ...]) -> list[str]:
    """The words that an area has in common with one of the others, in its own order."""
    theirs = {word for one in of for word in areas[one].words}
    return [word for word in areas[area].words if word in theirs]
