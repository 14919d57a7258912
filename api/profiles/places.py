"""Places to choose from: the centres of some 12,000 towns and cities, which is as near as anybody is ever placed."""

import unicodedata
from functools import cache
from pathlib import Path

import msgspec

from api.profiles.schemas import PlaceRead

_TABLE = Path(__file__).parent / "places.tsv"
# Letters that Unicode does not take apart into a plain one and a mark.
_PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "\u0131": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "\u2019": "'"}
)


class _Place(msgspec.Struct, frozen=True):
    read: PlaceRead
    lat: float
    lon: float
    words: str
    """The name, folded, with a space before each word."""
    country: str


_LONGEST_SEARCH = 200
"""Code points; no place has a longer name."""


def search_places(text: str, *, most: int = 10) -> list[PlaceRead]:
    """Places whose name begins with a text, then those in which a later word does; larger ones first.

    Accents and capitals do not matter. What follows a comma is the country: "leeds, united".
    """
    name, _, country = (part.strip() for part in _fold(text[:_LONGEST_SEARCH]).partition(","))
    if not name:
        return []
    word = f" {name.replace('-', ' ')}"
    found = [place for place in _places().values() if word in place.words and place.country.startswith(country)]
    return [place.read for place in sorted(found, key=lambda place: not place.words.startswith(word))][:most]


def place_label(place_id: int | None) -> str | None:
    """What a place is called on screen, such as "Leeds, United Kingdom"."""
    place = None if place_id is None else _places().get(place_id)
    return None if place is None else f"{place.read.name}, {place.read.country}"


def is_place(place_id: int) -> bool:
    """Whether there is a place with this id."""
    return place_id in _places()


def position(place_id: int) -> tuple[float, float] | None:
    """Latitude and longitude of a place in degrees, to about 10 km."""
    place = _places().get(place_id)
    return None if place is None else (place.lat, place.lon)


@cache
def _places() -> dict[int, _Place]:
    """The table by id, largest first. A place that leaves a later table only leaves members without a label."""
    lines = _TABLE.read_text(encoding="utf-8").splitlines()[2:]
    return {place.read.id: place for place in map(_place, lines)}


def _place(line: str) -> _Place:
    number, name, country, lat, lon = line.split("\t")
    return _Place(
        read=PlaceRead(id=int(number), name=name, country=country),
        lat=float(lat),
        lon=float(lon),
        words=" " + _fold(name).replace("-", " "),
        country=_fold(country),
    )


def _fold(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char)).translate(_PLAIN)
