"""Areas that are alike are beside each other, and keep their places when others come and go."""

import numpy as np
from hypothesis import given
from hypothesis import settings as with_settings
from hypothesis import strategies as st

from api.interest_map.places_on_map import COLUMNS, point_of, put
from embeddings.areas import MOST_AREAS, cosines_among


def likeness(count: int, seed: int = 7) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    return cosines_among(np.random.default_rng(seed).normal(size=(count, 6)).astype(np.float32))


@given(st.integers(1, MOST_AREAS), st.integers(0, 1000))
@with_settings(max_examples=15)
def test_every_area_has_a_place_of_its_own_in_as_few_rows_as_there_can_be(count: int, seed: int) -> None:
    places = put(likeness(count, seed), [None] * count)

    assert len(set(places)) == count
    assert max(places) < -(-count // COLUMNS) * COLUMNS


@given(st.integers(2, MOST_AREAS), st.integers(0, 1000), st.data())
@with_settings(max_examples=15)
def test_whoever_had_a_place_keeps_it(count: int, seed: int, data: st.DataObject) -> None:
    known = [place if data.draw(st.booleans()) else None for place in put(likeness(count, seed), [None] * count)]

    places = put(likeness(count, seed + 1), known)

    assert [(was, now) for was, now in zip(known, places, strict=True) if was is not None and was != now] == []
    assert len(set(places)) == count


@given(st.integers(1, MOST_AREAS), st.integers(0, 1000))
@with_settings(max_examples=15)
def test_the_same_areas_are_put_in_the_same_places(count: int, seed: int) -> None:
    once = put(likeness(count, seed), [None] * count)

    assert put(likeness(count, seed), [None] * count) == once
    assert put(likeness(count, seed), once) == once


def test_what_is_alike_is_close() -> None:
    alike = np.full((9, 9), -0.2, dtype=np.float32)
    for one, other in ((0, 8), (1, 7), (2, 6), (3, 5)):
        alike[one, other] = alike[other, one] = 0.8

    places = put(alike, [None] * 9)

    for one, other in ((0, 8), (1, 7), (2, 6), (3, 5)):
        apart = np.linalg.norm(np.subtract(point_of(places[one]), point_of(places[other])))
        assert apart < 1.2
