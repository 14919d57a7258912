"""The interest map as a picture: where each area, its words and the lines between areas are drawn, in whole units."""

from collections.abc import Sequence
from math import log10
from typing import Final

import msgspec

from api.interest_map.places_on_map import COLUMNS, point_of
from api.interest_map.schemas import AreaRead, MapRead, Place

NAMELESS: Final = "mixed subjects"
"""What an area is called in which nothing is common to enough members."""

WIDTH: Final = 360
_CELL_WIDTH, _CELL_HEIGHT = WIDTH // COLUMNS, 120
_LINE = 18
_LETTERS_OF_A_LINE, _LETTERS_OF_A_COLUMN = 10, 13
"""So many letters of several words stand in a line; a word of more than fit into a column is drawn narrower."""
_SMALLEST, _LARGEST, _GROWTH = 46, 58, 6
"""The smallest has room for a line of words within its edge."""


class Line(msgspec.Struct, frozen=True):
    """Two areas that are each among the nearest of the other."""

    x1: int
    y1: int
    x2: int
    y2: int


class Text(msgspec.Struct, frozen=True):
    """A line of words around the middle of an area."""

    words: str
    y: int
    squeezed: bool


class Disc(msgspec.Struct, frozen=True):
    """An area, the larger the more members it has."""

    x: int
    y: int
    radius: int
    texts: list[Text]
    mine: bool
    you_at: int
    """Where it says so, below the name."""


class Picture(msgspec.Struct, frozen=True):
    """All of it, from the top left."""

    width: int
    height: int
    lines: list[Line]
    discs: list[Disc]


def name_of(area: AreaRead) -> str:
    """What an area is called in a sentence."""
    return ", ".join(area.name) or NAMELESS


def picture_of(found: MapRead) -> Picture:
    """The picture of a map with areas."""
    top = min(point_of(area.place)[1] for area in found.areas)
    points = {area.place: _middle(area.place, top) for area in found.areas}
    mine = {own.place for own in found.mine}
    return Picture(
        WIDTH,
        max(y for _, y in points.values()) + _CELL_HEIGHT // 2,
        [Line(*points[one], *points[other]) for one, other in _joined(found.areas)],
        [_disc(area, points[area.place], mine=area.place in mine) for area in found.areas],
    )


def _middle(place: Place, top: float) -> tuple[int, int]:
    column, row = point_of(place)
    return column * _CELL_WIDTH + _CELL_WIDTH // 2, int((row - top) * _CELL_HEIGHT) + _CELL_HEIGHT // 2


def _joined(areas: Sequence[AreaRead]) -> list[tuple[Place, Place]]:
    near = {area.place: area.near for area in areas}
    return [(one, other) for one in near for other in near[one] if one < other and one in near[other]]


def _disc(area: AreaRead, point: tuple[int, int], *, mine: bool) -> Disc:
    lines = [line for part in area.name or [NAMELESS] for line in _wrapped(part)]
    height = _LINE * (len(lines) + mine)
    first = point[1] - height // 2 + _LINE - 4
    texts = [Text(line, first + _LINE * number, len(line) > _LETTERS_OF_A_COLUMN) for number, line in enumerate(lines)]
    radius = min(_SMALLEST + int(_GROWTH * log10(area.people / 5)), _LARGEST)
    return Disc(*point, radius, texts, mine, first + _LINE * len(lines))


def _wrapped(words: str) -> list[str]:
    lines: list[str] = []
    for word in words.split():
        if lines and len(lines[-1]) + 1 + len(word) <= _LETTERS_OF_A_LINE:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
