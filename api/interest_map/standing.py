"""Where somebody stands on a map, and what lies between: from their own vectors and the centres of areas. Pure."""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from embeddings.areas import NEAR, cosines_with
from embeddings.similarity import Vectors

NEAR_BY = 2
"""So many areas are named as the nearest to one."""
MOST_BETWEEN = 3


class LiesBetween(NamedTuple):
    """An area between two others, or beside one, by their indexes."""

    area: int
    of: tuple[int, ...]


def places_of(vectors: Vectors, centres: Vectors, mean: Vectors) -> list[int | None]:
    """The nearest area of each statement (n, d), or None where none is near."""
    if not len(centres):
        return [None] * len(vectors)
    cosines = cosines_with(centres, vectors, mean)
    return [int(row.argmax()) if row.max() >= NEAR else None for row in cosines]


def nearest_areas(likeness: Vectors) -> list[list[int]]:
    """For each area those that are most like it, by the cosines of all with one another (k, k)."""
    order = np.argsort(-(likeness - 2 * np.eye(len(likeness), dtype=np.float32)), axis=1, kind="stable")
    return [[int(one) for one in row[: min(NEAR_BY, len(likeness) - 1)]] for row in order]


def what_lies_between(likeness: Vectors, mine: Sequence[int]) -> list[LiesBetween]:
    """Areas that are closer to two of somebody's than those are to each other; else the ones beside theirs.

    Args:
        likeness: Cosines of the areas with one another, (k, k).
        mine: Where they stand, the areas that most of their statements lie in first.
    """
    others = [area for area in range(len(likeness)) if area not in mine]
    found: dict[int, LiesBetween] = {}
    for one, other in combinations(mine, 2):
        free = [area for area in others if area not in found]
        best = max(free, key=lambda area: min(likeness[area, one], likeness[area, other]), default=None)
        if best is not None and min(likeness[best, one], likeness[best, other]) > likeness[one, other]:
            found[best] = LiesBetween(best, (one, other))
    if not found:
        for one in mine:
            free = [area for area in others if area not in found]
            beside = max(free, key=lambda area: likeness[area, one], default=None)
            if beside is not None:
                found[beside] = LiesBetween(beside, (one,))
    return list(found.values())[:MOST_BETWEEN]
