"""How much being somewhat near counts: a small bonus on the fit, in four bands between the centres of areas. Pure.

It never makes an order by distance: within a band all are alike, and elsewhere is no worse than not known. The bands
follow what distance asks of two people who would like to meet: about an hour's way, a day's outing, a journey.
"""

from collections.abc import Iterable
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.profiles.places import position

_EARTH_RADIUS_KM = 6371.0


class Band(NamedTuple):
    """How near two areas are to each other, and what the fit of their members is multiplied by."""

    most_km: float
    factor: float


SAME_AREA = Band(30, 1.06)
NEAR = Band(100, 1.04)
SAME_PART_OF_THE_WORLD = Band(400, 1.02)
ELSEWHERE = Band(float("inf"), 1.0)
BANDS = (SAME_AREA, NEAR, SAME_PART_OF_THE_WORLD, ELSEWHERE)


def nearness(mine: int | None, others: Iterable[int]) -> NDArray[np.float32]:
    """What the fit with each of some members is multiplied by for where they are, (members,).

    Args:
        mine: The viewer's place; None or 0 for one that is not known, or when they only meet online.
        others: The same of each member.
    """
    cells = list(others)
    factor = {cell: band_between(mine, cell).factor for cell in set(cells)}
    return np.array([factor[cell] for cell in cells], dtype=np.float32)


def band_between(one: int | None, other: int | None) -> Band:
    """How near two places are; elsewhere, where either is not known."""
    here, there = (position(place) if place else None for place in (one, other))
    if here is None or there is None:
        return ELSEWHERE
    distance = _distance_km(here, there)
    return next(band for band in BANDS if distance <= band.most_km)


def _distance_km(here: tuple[float, float], there: tuple[float, float]) -> float:
    """The great-circle distance of two points, each latitude and longitude in degrees (haversine formula)."""
    lat_a, lon_a, lat_b, lon_b = map(radians, (*here, *there))
    chord = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * _EARTH_RADIUS_KM * asin(sqrt(min(chord, 1.0)))
