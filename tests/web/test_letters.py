"""The letters of the house: browsers are told which file has which, and fetch none for nothing."""

import re
from io import BytesIO
from itertools import combinations

import pytest
from fontTools.ttLib import TTFont

from web.static_files import SHEET, static_files

_FACE = re.compile(r"/fonts/(?P<name>atkinson-next-[\w-]+)\.[0-9a-f]+\.woff2[^}]*?unicode-range:(?P<ranges>[^;}]+)")
WITHOUT_INK = {*range(0x20), *range(0x7F, 0xA0)}


def told() -> dict[str, set[int]]:
    """For each file of letters, the code points for which the sheet says it is fetched."""
    sheet = static_files()[SHEET].forms["identity"].decode()
    return {face["name"]: _points(face["ranges"]) for face in _FACE.finditer(sheet)}


def _points(ranges: str) -> set[int]:
    ends = (part.strip().removeprefix("U+").split("-") for part in ranges.split(","))
    return {point for first, *last in ends for point in range(int(first, 16), int((last or [first])[0], 16) + 1)}


def _drawn(name: str) -> set[int]:
    file = static_files()[f"fonts/{name}.woff2"].forms["identity"]
    return set(TTFont(BytesIO(file)).getBestCmap())


@pytest.mark.parametrize("weight", ["400", "700"])
def test_no_letter_is_in_two_files_and_none_is_looked_for_where_it_is_not(weight: str) -> None:
    faces = {name: points for name, points in told().items() if name.endswith(weight)}

    assert list(faces) == [f"atkinson-next-{kind}{weight}" for kind in ("", "more-", "signs-")]
    assert all(one.isdisjoint(other) for one, other in combinations(faces.values(), 2))
    for kind in ("", "signs-"):
        name = f"atkinson-next-{kind}{weight}"
        assert faces[name] - _drawn(name) - WITHOUT_INK == set(), name


def test_thick_and_thin_letters_are_the_same_ones() -> None:
    faces = told()

    for name in [name for name in faces if name.endswith("400")]:
        thick = name.replace("400", "700")
        assert (faces[name], _drawn(name)) == (faces[thick], _drawn(thick))


def test_what_our_own_words_are_written_with_is_in_the_first_file() -> None:
    english = {chr(point) for point in range(0x20, 0x7F)}
    typed = english | set("\u2018\u2019\u201c\u201d\u2013\u2026\u00d7£€éèêëüöäçñåøÉÖÜ")

    assert typed <= {chr(point) for point in _drawn("atkinson-next-400")}
