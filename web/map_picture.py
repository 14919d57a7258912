"""The interest map as a picture: where each area, its words and the lines between areas are drawn, in whole units."""

from collections.abc import Iterator, Sequence
from math import log10, sqrt
from textwrap import wrap
from typing import Final

import msgspec

from api.interest_map.places_on_map import COLUMNS, point_of
from api.interest_map.schemas import AreaRead, MapRead, Place

NAMELESS: Final = "mixed subjects"
"""What an area is called in which nothing is common to enough members."""

WIDTH: Final = 360
_CELL_WIDTH, _CELL_HEIGHT = WIDTH // COLUMNS, 120
_SMALLEST, _LARGEST, _GROWTH = 48, 58, 5
_EDGE = 4
"""Between words and the middle of the line around them, which is 4 wide around one's own areas."""

SIZES: Final = (16, 15, 14, 13, 12)
"""Of letters: the largest at which a name stands within its disc; at the smallest a long word is drawn narrower."""
_LINE, _ABOVE, _BELOW = 1.125, 0.74, 0.22
"""Of the size: from line to line, and how far letters reach above the line that they stand on, and below it."""
_NARROW, _WIDE = frozenset("fijlrtI .,'-"), frozenset("mwMW")
_WIDTHS: Final = {"narrow": 0.36, "wide": 0.89, "other": 0.6, "square": 1.0}
"""Of the size: what letters take in the widest of the fonts in which they may be drawn, which is a bold Arial."""
_SQUARE_FROM = "\u2e80"
"""From here on letters are as wide as they are high: those of Chinese, Japanese and Korean."""


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
    room: int | None
    """How wide it is drawn, where it would be too wide for its disc."""


class Disc(msgspec.Struct, frozen=True):
    """An area, the larger the more members it has."""

    x: int
    y: int
    radius: int
    size: int
    """Of its letters, one of `SIZES`."""
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
    radius = min(_SMALLEST + int(_GROWTH * log10(area.people / 5)), _LARGEST)
    size, lines = _fitting(area.name or [NAMELESS], radius, mine=mine)
    rooms = _rooms(len(lines) + mine, size, radius)
    texts = [
        Text(line, point[1] + y, int(room) if _width(line, size) > room else None)
        for line, (y, room) in zip(lines, rooms, strict=False)
    ]
    return Disc(*point, radius, size, texts, mine, point[1] + rooms[-1][0])


def _fitting(name: Sequence[str], radius: int, *, mine: bool) -> tuple[int, list[str]]:
    """The largest letters and the fewest lines with which a name stands within a disc."""
    ways = list(_ways_to_break(name))
    for size in SIZES:
        for lines in ways:
            rooms = _rooms(len(lines) + mine, size, radius)
            if all(_width(line, size) <= room for line, (_, room) in zip(lines, rooms, strict=False)):
                return size, lines
    return SIZES[-1], min(ways, key=lambda lines: (max(map(len, lines)), len(lines)))


def _rooms(lines: int, size: int, radius: int) -> list[tuple[int, float]]:
    """Where each of some lines stands, from the middle of the disc, and how wide it may be there."""
    middle = (_ABOVE - _BELOW) / 2 * size
    ys = [round(middle + _LINE * size * (number - (lines - 1) / 2)) for number in range(lines)]
    inside = radius - _EDGE
    reaches = [max(abs(y - _ABOVE * size), abs(y + _BELOW * size)) for y in ys]
    return [(y, 2 * sqrt(max(inside**2 - reach**2, 0))) for y, reach in zip(ys, reaches, strict=True)]


def _width(words: str, size: int) -> float:
    return size * sum(_WIDTHS[_kind(letter)] for letter in words)


def _kind(letter: str) -> str:
    if letter >= _SQUARE_FROM:
        return "square"
    return "narrow" if letter in _NARROW else "wide" if letter in _WIDE else "other"


def _ways_to_break(name: Sequence[str]) -> Iterator[list[str]]:
    """A name in lines, in every way that makes sense, the fewest lines first; its parts never share one."""
    longest = max(len(part) for part in name)
    for most in range(longest, 0, -1):
        yield [line for part in name for line in wrap(part, most, break_long_words=False, break_on_hyphens=False)]
