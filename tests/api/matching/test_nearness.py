"""How much being somewhat near counts: in bands, a little, and the same for both."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.matching.nearness import BANDS, ELSEWHERE, NEAR, SAME_AREA, SAME_PART_OF_THE_WORLD, band_between, nearness
from api.profiles.places import search_places


def place(name: str) -> int:
    return search_places(name)[0].id


LEEDS, BRADFORD, MANCHESTER, LONDON, BERGEN = map(
    place, ["Leeds, United Kingdom", "Bradford, United Kingdom", "Manchester, United Kingdom", "London, United Kingdom",
            "Bergen, Norway"])  # fmt: skip
PLACES = [LEEDS, BRADFORD, MANCHESTER, LONDON, BERGEN, *(place(letter) for letter in "abcdefghiklmnoprstvwz")]

somewhere = st.sampled_from([None, 0, 10**9, *PLACES])
fits = st.floats(min_value=0.1, max_value=20, allow_nan=False)


@pytest.mark.parametrize(
    ("other", "band"),
    [
        (LEEDS, SAME_AREA),
        (BRADFORD, SAME_AREA),
        (MANCHESTER, NEAR),
        (LONDON, SAME_PART_OF_THE_WORLD),
        (BERGEN, ELSEWHERE),
    ],
)
def test_there_are_four_bands(other: int, band: object) -> None:
    assert band_between(LEEDS, other) is band


@pytest.mark.parametrize("unknown", [None, 0, 10**9])
def test_where_a_place_is_not_known_there_is_no_bonus(unknown: int | None) -> None:
    assert band_between(unknown, LEEDS) is band_between(LEEDS, unknown) is band_between(unknown, unknown) is ELSEWHERE
    assert ELSEWHERE.factor == 1


def test_nearer_bands_have_larger_bonuses() -> None:
    for nearer, farther in pairwise(BANDS):
        assert nearer.most_km < farther.most_km
        assert nearer.factor > farther.factor


@given(somewhere, somewhere)
def test_two_are_as_near_to_each_other_from_either_side(one: int | None, other: int | None) -> None:
    assert band_between(one, other) is band_between(other, one)


@given(somewhere, st.lists(somewhere))
def test_everyone_in_a_band_has_the_same_bonus(mine: int | None, others: list[int | None]) -> None:
    factors = nearness(mine, [other or 0 for other in others])

    assert factors.tolist() == pytest.approx([band_between(mine, other).factor for other in others])


@given(somewhere, fits, somewhere, fits, somewhere)
def test_a_better_fit_is_never_beaten_for_being_far_unless_the_two_are_close(
    mine: int | None, better: float, far: int | None, worse: float, near: int | None
) -> None:
    far_factor, near_factor = nearness(mine, [far or 0, near or 0]).tolist()

    if better > worse * 1.07:
        assert better * far_factor > worse * near_factor
    assert 1 <= near_factor <= 1.07
