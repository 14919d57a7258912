"""The table of places."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.profiles import places


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("leeds", "Leeds, United Kingdom"),
        ("Birm", "Birmingham, United Kingdom"),
        ("birmingham, united st", "Birmingham, United States"),
        ("sao paulo", "São Paulo, Brazil"),
        ("LODZ", "Łódź, Poland"),
        ("york city", "New York City, United States"),
        ("funafuti", "Funafuti, Tuvalu"),
        ("  springfield (il ", "Springfield (IL), United States"),
        ("Leeds, United Kingdom", "Leeds, United Kingdom"),
    ],
)
def test_a_place_is_found_by_how_its_name_begins(text: str, label: str) -> None:
    found = places.search_places(text)

    assert places.place_label(found[0].id) == label
    assert places.is_place(found[0].id)


def test_larger_places_come_first_and_names_before_later_words() -> None:
    found = [place.name for place in places.search_places("york", most=100)]

    assert found.index("York") < found.index("New York City")
    assert found.index("New York City") < found.index("East New York")


@pytest.mark.parametrize("text", ["", "  ", ",", ", france", "zzzzzzzz", "\x00"])
def test_what_names_no_place_finds_none(text: str) -> None:
    assert places.search_places(text) == []


@settings(deadline=None)
@given(text=st.text(max_size=20), most=st.integers(1, 10))
def test_no_text_breaks_the_search(text: str, most: int) -> None:
    assert len(places.search_places(text, most=most)) <= most


def test_an_unknown_place_has_no_label() -> None:
    assert places.place_label(None) is None
    assert places.place_label(1) is None
    assert not places.is_place(1)
    assert places.position(1) is None


def test_the_table_is_small_credited_coarse_and_reaches_every_country() -> None:
    file = Path(places.__file__).parent / "places.tsv"
    lines = file.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines[2:]]

    assert file.stat().st_size <= 600_000
    assert "GeoNames" in lines[0]
    assert "CC BY 4.0" in lines[0]
    assert {len(row) for row in rows} == {5}
    assert len({row[0] for row in rows}) == len(rows)
    assert len({row[2] for row in rows}) >= 240
    assert all(len(number.partition(".")[2]) == 1 for row in rows for number in row[3:])
    assert all(-90 <= float(row[3]) <= 90 and -180 <= float(row[4]) <= 180 for row in rows)
