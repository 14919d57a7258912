"""Where areas are put: three columns, the middle one lower by half, so that what is close by meaning is close. Pure.

An area that was there keeps its place, and only new ones are put where they fit. So places are few and whole, which
also means that nobody can read out of a picture by how much a single statement has moved an area.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np

from embeddings.similarity import Vectors

COLUMNS = 3

Places = list[int]


def point_of(place: int) -> tuple[int, float]:
    """The column of a place, and how far down it is in rows."""
    row, column = divmod(place, COLUMNS)
    return column, row + (0.5 if column % 2 else 0)


def put(likeness: Vectors, known: Sequence[int | None]) -> Places:
    """A place for each area.

    Args:
        likeness: Cosines of the areas with one another, (k, k).
        known: For each area its place until now, or None for a new one.
    """
    taken = [place for place in known if place is not None]
    rows = max([-(-len(known) // COLUMNS), *(place // COLUMNS + 1 for place in taken)])
    distance = _distances(rows * COLUMNS)
    pull = _pull(likeness)
    new = [area for area, place in enumerate(known) if place is None]
    free = [place for place in range(rows * COLUMNS) if place not in taken]
    return min(
        (_improved(pull, distance, _begun(pull, distance, known, new, first), new, free) for first in new or [0]),
        key=lambda places: (_cost(pull, distance, places), places),
    )


def _distances(count: int) -> Vectors:
    points = np.array([point_of(place) for place in range(count)], dtype=np.float32)
    result: Vectors = np.linalg.norm(points[:, None] - points[None], axis=2).astype(np.float32)
    return result


def _pull(likeness: Vectors) -> Vectors:
    """How strongly areas want to be beside each other: by how much they are more alike than most."""
    if len(likeness) < COLUMNS:
        return np.zeros_like(likeness)
    middle = np.median(likeness[np.triu_indices(len(likeness), 1)])
    result: Vectors = np.maximum(likeness - middle, 0)
    np.fill_diagonal(result, 0)
    return result


def _begun(pull: Vectors, distance: Vectors, known: Sequence[int | None], new: list[int], first: int) -> Places:
    """New areas put one after the other, each where it is pulled to, beginning with one of them."""
    places = {area: place for area, place in enumerate(known) if place is not None}
    free = [place for place in range(len(distance)) if place not in places.values()]
    waiting = [*([first] if first in new else []), *(area for area in new if area != first)]
    while waiting:
        area = waiting.pop(0)
        # With nothing to go by, the middle of the map leaves most room around.
        cost = [
            sum(pull[area, other] * distance[place, there] for other, there in places.items())
            + 1e-3 * distance[place].sum()
            for place in free
        ]
        places[area] = free.pop(int(np.argmin(cost)))
        waiting.sort(key=lambda other: -sum(pull[other, there] for there in places))
    return [places[area] for area in range(len(known))]


def _improved(pull: Vectors, distance: Vectors, places: Places, new: list[int], free: list[int]) -> Places:
    """New areas change places with one another, or go to a free one, until nothing is better."""
    best = _cost(pull, distance, places)
    better = True
    while better:
        better = False
        for tried in _steps(places, new, free):
            cost = _cost(pull, distance, tried)
            if cost < best - 1e-6:  # less is rounding
                places, best, better = tried, cost, True
                break
    return places


def _steps(places: Places, new: list[int], free: list[int]) -> Iterable[Places]:
    for one, other in combinations(new, 2):
        tried = places.copy()
        tried[one], tried[other] = places[other], places[one]
        yield tried
    for area in new:
        for place in free:
            if place not in places:
                yield [*places[:area], place, *places[area + 1 :]]


def _cost(pull: Vectors, distance: Vectors, places: Places) -> float:
    return float((pull * distance[np.ix_(places, places)]).sum())
