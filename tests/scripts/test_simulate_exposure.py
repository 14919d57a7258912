"""The simulation of exposure: what it measures, on a small world."""

import numpy as np
import pytest

from api.profiles.schemas import Purpose
from scripts.exposure_world import Candidates, Group
from scripts.simulate_exposure import gini, month

MEMBERS = 120


@pytest.fixture
def group() -> Group:
    """Members who all fit each other about equally well, some a little better than others for everyone."""
    chance = np.random.default_rng(3)
    known = 1 + 0.05 * chance.random(MEMBERS)
    candidates = {}
    for viewer in range(MEMBERS):
        others = np.flatnonzero(np.arange(MEMBERS) != viewer)
        candidates[viewer] = Candidates(
            members=others,
            scores=known[others].astype(np.float32),
            near=np.ones(len(others), dtype=np.float32),
            lots=chance.integers(0, 2**62, len(others)).astype(np.uint64),
        )
    return Group(Purpose.HOBBY, np.ones((MEMBERS, 1), dtype=np.bool_), candidates)


def test_gini_is_0_for_equal_shares_and_near_1_when_one_has_all() -> None:
    assert gini(np.array([3.0, 3.0, 3.0])) == pytest.approx(0)
    assert gini(np.array([0.0] * 99 + [5.0])) == pytest.approx(0.99)
    assert gini(np.zeros(4)) == 0


def test_sharing_out_evens_exposure_among_those_who_fit_about_equally_well(group: Group) -> None:
    shared = month(group, days=20, number=7, sharing=True)
    not_shared = month(group, days=20, number=7, sharing=False)

    assert gini(shared.shown_a_day) < gini(not_shared.shown_a_day) / 2
    assert (shared.shown_a_day == 0).sum() < (not_shared.shown_a_day == 0).sum() / 4
    assert shared.new_shown_soon.mean() > not_shared.new_shown_soon.mean()
    assert shared.ndcg.mean() == pytest.approx(1)


def test_the_same_number_gives_the_same_month(group: Group) -> None:
    one, other = (month(group, days=5, number=7, sharing=True) for _ in range(2))

    assert one.shown_a_day.tolist() == other.shown_a_day.tolist()
