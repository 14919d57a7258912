"""Sharing out who is shown: how shares move, and how little they may do to a better fit."""

from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.matching.exposure import MOST_STEPS, NEW, factors, lot, next_shares
from api.matching.nearness import BANDS
from api.matching.ranking import in_order
from embeddings.similarity import strength

MOST_INFLUENCE = (
    float(factors(np.array([NEW], np.int32))[0] / factors(np.array([MOST_STEPS], np.int32))[0]) * BANDS[0].factor
)

shares = st.integers(-MOST_STEPS, MOST_STEPS)
members = st.tuples(
    st.integers(40, 800).map(lambda score: score / 100),
    st.sampled_from([band.factor for band in BANDS]),
    shares,
    st.integers(0, 2**64 - 1),
)


def move(shares: list[int], shown: list[int], load: list[float] | None = None) -> list[int]:
    moved = next_shares(
        np.array(shares, dtype=np.int32),
        np.array(shown, dtype=np.int32),
        np.array(load or [0.0] * len(shares), np.float32),
    )
    return [int(share) for share in moved]


def order(found: list[tuple[float, float, int, int]]) -> list[int]:
    scores, near, known, lots = zip(*found, strict=True)
    placed = in_order(
        np.array(scores, dtype=np.float32),
        near=np.array(near, dtype=np.float32),
        shares=np.array(known, dtype=np.int32),
        lots=np.array(lots, dtype=np.uint64),
    )
    return [int(place) for place in placed]


def test_the_often_shown_step_on_and_the_seldom_shown_step_back() -> None:
    assert move([0, 0, 0, 0], [10, 30, 1, 9]) == [0, 1, -1, -1]


def test_between_far_more_and_far_less_nothing_moves() -> None:
    assert move([1, -2, 0], [10, 12, 9]) == [1, -2, 0]


def test_who_has_much_to_answer_steps_on_however_seldom_they_are_shown() -> None:
    assert move([0, 0, 0], [0, 5, 5], [0.5, 0.4, 1.0]) == [1, 1, 1]
    assert move([0, 0, 0], [0, 5, 5], [0.4, 0.4, 0.4]) == [-1, 1, 1]


@given(st.lists(st.tuples(shares, st.integers(0, 1000), st.integers(0, 200).map(lambda load: load / 100)), min_size=1))
def test_a_share_moves_one_step_at_most_and_stays_within_its_bounds(found: list[tuple[int, int, float]]) -> None:
    before, shown, load = [one[0] for one in found], [one[1] for one in found], [one[2] for one in found]

    moved = move(before, shown, load)

    assert all(abs(one - other) <= 1 for one, other in zip(before, moved, strict=True))
    assert all(abs(share) <= MOST_STEPS for share in moved)


def test_where_all_are_shown_alike_nothing_moves() -> None:
    assert move([0, 1, -3], [7, 7, 7]) == [0, 1, -3]
    assert move([0, 1, -3], [0, 0, 0]) == [0, 1, -3]


def test_the_less_shown_come_first_among_equal_fits() -> None:
    assert order([(1.5, 1.0, 2, 1), (1.5, 1.0, -1, 2), (1.5, 1.0, 0, 3)]) == [1, 2, 0]


def test_the_new_count_as_the_least_shown() -> None:
    assert NEW == -MOST_STEPS
    assert (
        factors(np.array([NEW], np.int32)).max()
        == factors(np.arange(-MOST_STEPS, MOST_STEPS + 1, dtype=np.int32)).max()
    )


def test_a_better_fit_can_be_held_back_by_a_quarter_or_so_and_no_more() -> None:
    assert pytest.approx(1.27, abs=0.005) == MOST_INFLUENCE


@given(st.lists(members, min_size=1, max_size=30))
def test_a_clearly_better_fit_is_always_first(found: list[tuple[float, float, int, int]]) -> None:
    in_turn = [found[place] for place in order(found)]

    assert sorted(in_turn) == sorted(found)
    scores = [one[0] for one in in_turn]
    assert all(max(scores[place:]) <= score * MOST_INFLUENCE * 1.0001 for place, score in enumerate(scores))


@given(st.lists(members, min_size=1, max_size=30))
def test_whoever_has_a_word_of_strength_comes_before_all_who_have_none(
    found: list[tuple[float, float, int, int]],
) -> None:
    wordless = [strength(found[place][0]) is None for place in order(found)]

    assert wordless == sorted(wordless)


def test_equal_fits_come_by_lot_another_for_each_viewer() -> None:
    people = [UUID(int=number) for number in range(8)]
    orders = {tuple(sorted(people, key=lambda one: lot(viewer, one))) for viewer in people}

    assert len(orders) == len(people)
    assert order([(1.5, 1.0, 0, 7), (1.5, 1.0, 0, 3)]) == [1, 0]
    assert lot(people[0], people[1]) == lot(people[0], people[1])
