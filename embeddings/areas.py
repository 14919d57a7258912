"""Where what people wrote lies close together: areas of at least a few people each, the same ones from time to time.

Statements are parted in two along the direction in which they differ most, again and again (principal direction
divisive partitioning, Boley 1998), and after each step every statement goes to the area nearest to it (spherical
k-means). Nothing in it is drawn by lot, so the same statements make the same areas, and areas of an earlier time are
where the next search begins. A part of this size needs none of scikit-learn, whose import alone takes 100 MB.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from embeddings.similarity import Vectors, centred, trusted_mean

Owners = NDArray[np.intp]

LEAST_TO_STAY = 5
"""Different people in an area; with fewer it is no more."""
LEAST_TO_BEGIN = 8
"""Different people in an area that was not there before, so that it does not come and go with one of them."""
MOST_AREAS = 15
"""More could not be taken in at a glance."""
NEAR: float = 0.1
"""A statement whose cosine with every centre is less lies in no area: it counts nowhere and gives no words."""

PEOPLE_FOR_AN_AREA = 10
"""So many people let a map have one area more."""
LEAST_AREAS = 2
"""One area alone is no map."""
LEAST_PEOPLE: int = LEAST_AREAS * PEOPLE_FOR_AN_AREA
"""With fewer people there is no map."""

_MOST_ROUNDS = 200


class Areas(NamedTuple):
    """Areas, and what lies in them."""

    centres: Vectors
    """(areas, d), without what all statements share, each the mean of what lies in it."""
    earlier: list[int | None]
    """For each area which of the earlier ones it goes on from."""
    place: Owners
    """For each statement its area, -1 for none, (n,)."""


class _Parted(NamedTuple):
    centres: Vectors
    earlier: list[int | None]
    nearest: Owners


def mean_of_all(vectors: Vectors, owner: Owners) -> Vectors:
    """What all statements (n, d) share, everyone counting the same however much they wrote: (d,)."""
    weight = _weights(owner)
    mean: Vectors = ((weight @ vectors) / max(weight.sum(), 1)).astype(np.float32)
    return trusted_mean(mean, len(vectors))


def find_areas(vectors: Vectors, owner: Owners, *, mean: Vectors, earlier: Vectors) -> Areas:
    """Part statements into areas.

    Args:
        vectors: Unit vectors of statements, (n, d).
        owner: Who wrote each, as any numbers, (n,).
        mean: What all share (`mean_of_all`), (d,).
        earlier: Centres of the areas that there were, (k, d); none at first.

    Returns:
        Areas with statements of at least `LEAST_TO_STAY` different people each; `LEAST_AREAS` of them, or none at all.
    """
    points, weight = centred(vectors, mean), _weights(owner)
    people = len(np.unique(owner))
    if people < LEAST_PEOPLE:
        return _no_areas(vectors)
    wanted = min(people // PEOPLE_FOR_AN_AREA, MOST_AREAS)
    begin = earlier if len(earlier) else points.mean(axis=0, keepdims=True)
    known: list[int | None] = [*range(len(earlier))] if len(earlier) else [None]
    parted = _with_enough(points, weight, owner, _settled(points, weight, begin, known))
    while 0 < len(parted.centres) < wanted and (finer := _finer(points, weight, owner, parted)) is not None:
        parted = finer
    if len(parted.centres) < LEAST_AREAS:
        return _no_areas(vectors)
    return Areas(parted.centres, parted.earlier, np.where(_near(points, parted), parted.nearest, -1))


def cosines_with(centres: Vectors, vectors: Vectors, mean: Vectors) -> Vectors:
    """Cosines of statements (n, d) with centres (k, d), without what all share: (n, k)."""
    result: Vectors = centred(vectors, mean) @ _directions(centres).T
    return result


def cosines_among(centres: Vectors) -> Vectors:
    """Cosines of centres with one another, (k, k)."""
    directions = _directions(centres)
    result: Vectors = directions @ directions.T
    return result


def _no_areas(vectors: Vectors) -> Areas:
    return Areas(vectors[:0], [], np.full(len(vectors), -1, dtype=np.intp))


def _weights(owner: Owners) -> Vectors:
    """So that everyone counts the same: one divided by how many statements their author has."""
    _, index, count = np.unique(owner, return_inverse=True, return_counts=True)
    weight: Vectors = (1 / count[index.reshape(-1)]).astype(np.float32)
    return weight


def _directions(centres: Vectors) -> Vectors:
    return centred(centres, None)


def _settled(points: Vectors, weight: Vectors, centres: Vectors, earlier: list[int | None]) -> _Parted:
    """Spherical k-means from these centres until nothing moves; an area that nothing lies in is left out."""
    nearest: Owners = np.full(len(points), -1, dtype=np.intp)
    for _ in range(_MOST_ROUNDS):
        found = (points @ _directions(centres).T).argmax(axis=1).astype(np.intp)
        there = np.bincount(found, minlength=len(centres)) > 0
        if not there.all():
            centres, earlier = centres[there], [one for one, kept in zip(earlier, there, strict=True) if kept]
            continue
        if np.array_equal(found, nearest):
            break
        nearest = found
        lies_in = np.zeros((len(centres), len(points)), dtype=np.float32)
        lies_in[nearest, np.arange(len(points))] = weight
        centres = (lies_in @ points) / lies_in.sum(axis=1, keepdims=True)
    return _Parted(centres, earlier, nearest)


def _near(points: Vectors, parted: _Parted) -> NDArray[np.bool_]:
    if not len(parted.centres):
        return np.zeros(len(points), dtype=np.bool_)
    result: NDArray[np.bool_] = np.einsum("nd,nd->n", points, _directions(parted.centres)[parted.nearest]) >= NEAR
    return result


def _people(points: Vectors, owner: Owners, parted: _Parted) -> Owners:
    """How many different people each area has."""
    near = _near(points, parted)
    people = [len(np.unique(owner[near & (parted.nearest == area)])) for area in range(len(parted.centres))]
    return np.array(people, dtype=np.intp)


def _enough(points: Vectors, owner: Owners, parted: _Parted) -> NDArray[np.bool_]:
    """Which areas have as many different people as they need."""
    needed = np.array([LEAST_TO_BEGIN if one is None else LEAST_TO_STAY for one in parted.earlier])
    result: NDArray[np.bool_] = _people(points, owner, parted) >= needed
    return result


def _with_enough(points: Vectors, weight: Vectors, owner: Owners, parted: _Parted) -> _Parted:
    """Take away what has too few people, the fewest first, until every area has enough; it may come to none."""
    while len(parted.centres) and not (enough := _enough(points, owner, parted)).all():
        size = np.bincount(parted.nearest, weights=weight, minlength=len(enough))
        least = int(np.where(enough, np.inf, size).argmin())
        kept = [area for area in range(len(enough)) if area != least]
        if not kept:
            return _Parted(parted.centres[:0], [], np.full(len(points), -1, dtype=np.intp))
        parted = _settled(points, weight, parted.centres[kept], [parted.earlier[area] for area in kept])
    return parted


def _finer(points: Vectors, weight: Vectors, owner: Owners, parted: _Parted) -> _Parted | None:
    """One area more, of the widest that can be parted so that all have enough people; None where none can."""
    distance = 1 - np.einsum("nd,nd->n", points, _directions(parted.centres)[parted.nearest])
    needed = np.minimum(_people(points, owner, parted), LEAST_TO_BEGIN)
    spread = np.bincount(parted.nearest, weights=weight * distance, minlength=len(parted.centres))
    for area in np.argsort(-spread, kind="stable"):
        inside = parted.nearest == area
        halves = _halves(points[inside], weight[inside])
        if halves is None:
            continue
        # The half that is nearer to where the area was goes on as that area.
        if halves[1] @ parted.centres[area] > halves[0] @ parted.centres[area]:
            halves = halves[::-1]
        centres = parted.centres.copy()
        centres[area] = halves[0]
        found = _settled(points, weight, np.concatenate([centres, halves[1:]]), [*parted.earlier, None])
        if len(found.centres) == len(parted.centres):
            continue
        # Both halves are new in this; what else there is may not become too small by it.
        for_all = np.append(np.where(np.arange(len(needed)) == area, LEAST_TO_BEGIN, needed), LEAST_TO_BEGIN)
        if (_people(points, owner, found) >= for_all).all():
            return found
    return None


def _halves(points: Vectors, weight: Vectors) -> Vectors | None:
    """The centres (2, d) of two parts, beginning on both sides of the middle in the direction of most difference."""
    around = points - (weight @ points) / weight.sum()
    side = around @ _of_most_difference(around * np.sqrt(weight)[:, None]) > 0
    if side.all() or not side.any():
        return None
    begin = np.stack([weight[part] @ points[part] for part in (~side, side)])
    found = _settled(points, weight, begin, [None, None])
    return found.centres if len(found.centres) == len(begin) else None


def _of_most_difference(around: Vectors) -> Vectors:
    """The direction (d,) in which points (n, d) around their middle differ most: by the smaller of the two products."""
    count, dimensions = around.shape
    if count >= dimensions:
        most: Vectors = np.linalg.eigh(around.T @ around)[1][:, -1]
    else:
        most = around.T @ np.linalg.eigh(around @ around.T)[1][:, -1]
    return most
