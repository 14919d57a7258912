"""What a map says, from what it is drawn from: areas, where they are, what they are called, how many people. Pure."""

from typing import NamedTuple
from uuid import UUID, uuid4

import msgspec
import numpy as np

from api.interest_map.naming import Named, Written, names_of_areas
from api.interest_map.places_on_map import put
from api.interest_map.schemas import ROUND_NUMBERS
from api.profiles.schemas import Purpose
from embeddings.areas import Areas, Owners, cosines_among, find_areas, mean_of_all
from embeddings.similarity import Vectors, centred


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


class Basis(NamedTuple):
    """What a map is drawn from."""

    vectors: Vectors
    """Of what was written, (n, d)."""
    owner: Owners
    """A number for each author, (n,)."""
    members: int
    """All who take part, also those who were not taken."""
    purpose: Purpose
    subjects: Vectors
    """Of the subjects of the purpose, as they were encoded, (s, d)."""


def work_out(basis: Basis, earlier: list[Earlier]) -> tuple[Vectors, list[Area]]:
    """What all statements share, and the areas with all that is said of them, in the order of their places."""
    mean = mean_of_all(basis.vectors, basis.owner)
    before = np.array([to_vector(area.centre) for area in earlier], dtype=np.float32).reshape(len(earlier), len(mean))
    found = find_areas(basis.vectors, basis.owner, mean=mean, earlier=before)
    if not len(found.centres):
        return mean, []
    return mean, sorted(_areas(basis, mean, found, earlier), key=lambda area: area.place)


def _areas(basis: Basis, mean: Vectors, found: Areas, earlier: list[Earlier]) -> list[Area]:
    from_which = [None if index is None else earlier[index] for index in found.earlier]
    places = put(cosines_among(found.centres), [None if area is None else area.place for area in from_which])
    named = names_of_areas(
        Written(centred(basis.vectors, mean), basis.owner, found.place),
        basis.purpose,
        basis.subjects,
        known=[() if area is None else tuple(area.name) for area in from_which],
    )
    taken = len(np.unique(basis.owner))
    return [
        Area(
            uuid4() if was is None else was.id,
            places[index],
            _rounded(len(np.unique(basis.owner[found.place == index])) * basis.members // taken),
            named[index],
            found.centres[index],
        )
        for index, was in enumerate(from_which)
    ]


def _rounded(people: int) -> int:
    """The largest round number that is no more."""
    return max(number for number in ROUND_NUMBERS if number <= people)


def to_vector(kept: bytes) -> Vectors:
    """A vector as it was kept."""
    return np.frombuffer(kept, dtype="<f4").astype(np.float32)


def to_bytes(vector: Vectors) -> bytes:
    """A vector as it is kept."""
    packed: bytes = vector.astype("<f4").tobytes()
    return packed
