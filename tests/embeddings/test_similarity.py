"""Scores of profiles: symmetric, the same however statements are ordered, and about meaning."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from embeddings.encoder import Encoder
from embeddings.similarity import (
    HALF,
    PAIR_FLOOR,
    corpus_mean,
    cosines,
    profile_scores,
    strength,
)

Vectors = NDArray[np.float32]


def unit(count: int, seed: int, dimensions: int = 6) -> Vectors:
    numbers = np.random.default_rng(seed).normal(size=(count, dimensions)).astype(np.float32)
    numbers /= np.linalg.norm(numbers, axis=1, keepdims=True)
    return numbers


def profile_score(mine: Vectors, theirs: Vectors, *, mean: Vectors | None) -> float:
    owner = np.zeros(len(theirs), dtype=np.intp)
    return float(profile_scores(cosines(mine, theirs, mean=mean), owner, 1)[0])


counts, seeds = st.integers(0, 6), st.integers(0, 10_000)


@given(counts, counts, seeds)
def test_a_score_is_symmetric(mine: int, theirs: int, seed: int) -> None:
    a, b = unit(mine, seed), unit(theirs, seed + 1)
    mean = corpus_mean(unit(40, seed + 2))

    assert profile_score(a, b, mean=mean) == pytest.approx(profile_score(b, a, mean=mean), abs=1e-3)


@given(st.integers(1, 6), st.integers(1, 6), seeds)
def test_the_order_of_statements_does_not_matter(mine: int, theirs: int, seed: int) -> None:
    a, b = unit(mine, seed), unit(theirs, seed + 1)
    shuffled = np.random.default_rng(seed).permutation(theirs)

    assert profile_score(a, b, mean=None) == pytest.approx(profile_score(a[::-1], b[shuffled], mean=None), abs=1e-3)


@given(st.integers(1, 5), st.lists(st.integers(0, 7), max_size=30), seeds)
def test_many_members_score_as_each_alone(mine: int, owners: list[int], seed: int) -> None:
    a, b, owner = unit(mine, seed), unit(len(owners), seed + 1), np.array(owners, dtype=np.intp)
    mean = corpus_mean(b)

    together = profile_scores(cosines(a, b, mean=mean), owner, 8)

    alone = [profile_score(a, b[owner == member], mean=mean) for member in range(8)]
    assert together == pytest.approx(np.array(alone), abs=1e-3)


def test_a_member_without_statements_scores_nothing() -> None:
    owner = np.array([0, 2], dtype=np.intp)

    scores = profile_scores(cosines(unit(2, 1), unit(2, 2)), owner, 3)

    assert scores[1] == 0


@given(st.integers(1, 6), st.integers(1, 6), seeds)
def test_pairs_are_one_to_one_and_best_first(rows: int, columns: int, seed: int) -> None:
    agreement = cosines(unit(rows, seed), unit(columns, seed + 1))

    found = profile_scores(agreement, np.zeros(columns, dtype=np.intp), 1)[0]

    pairs: list[tuple[int, int]] = []
    for place in np.argsort(-agreement, axis=None, kind="stable").tolist():
        row, column = divmod(place, columns)
        if all(row != other[0] and column != other[1] for other in pairs):
            pairs.append((row, column))
    values = np.array([agreement[pair] for pair in pairs])
    softly = (1 / (1 + np.exp((HALF - values) / 0.08))).sum() + 0.5 * np.clip(values[:2], 0, 1).sum()
    assert len(pairs) == min(rows, columns)
    assert found == pytest.approx(softly, abs=1e-3)


@given(st.integers(2, 9), seeds)
def test_saying_the_same_many_times_counts_once_for_one_statement_of_mine(times: int, seed: int) -> None:
    mine, theirs = unit(1, seed), unit(1, seed + 1)

    assert profile_score(mine, np.repeat(theirs, times, axis=0), mean=None) == pytest.approx(
        profile_score(mine, theirs, mean=None), abs=1e-4
    )


@given(st.integers(1, 6), st.integers(1, 6), st.floats(0, 1, width=32), seeds)
def test_whoever_is_nearer_in_everything_never_fits_less(rows: int, columns: int, more: float, seed: int) -> None:
    agreement, everyone = cosines(unit(rows, seed), unit(columns, seed + 1)), np.zeros(columns, dtype=np.intp)

    before = profile_scores(agreement, everyone, 1)[0]

    assert profile_scores(agreement + np.float32(more), everyone, 1)[0] >= before - 1e-4


def test_cosines_after_centring_are_those_of_the_definition() -> None:
    a, b, mean = unit(3, 1), unit(4, 2), unit(1, 3)[0] * np.float32(0.3)
    near, far = a - mean, b - mean

    expected = (near @ far.T) / np.linalg.norm(near, axis=1)[:, None] / np.linalg.norm(far, axis=1)

    assert cosines(a, b, mean=mean) == pytest.approx(expected, abs=1e-5)


def test_what_is_nothing_but_the_mean_resembles_nothing() -> None:
    a = unit(1, 5)

    assert profile_score(a, a, mean=a[0]) < 0.1
    assert np.isfinite(cosines(a, unit(3, 6), mean=a[0])).all()


def test_the_mean_of_few_candidates_is_trusted_less() -> None:
    assert not corpus_mean(unit(0, 1)).any()
    few, many = np.repeat(unit(1, 1), 2, axis=0), np.repeat(unit(1, 1), 500, axis=0)
    assert np.linalg.norm(corpus_mean(few)) < 0.1
    assert np.linalg.norm(corpus_mean(many)) > 0.8


@given(st.floats(-1, 10), st.floats(-1, 10))
def test_a_higher_score_is_never_called_weaker(one: float, other: float) -> None:
    order = [None, "some", "good", "strong"]

    assert order.index(strength(min(one, other))) <= order.index(strength(max(one, other)))


async def test_the_same_interest_in_other_words_is_found(encoder: Encoder) -> None:
    mine = await encoder.encode(["I keep bees behind the allotments.", "I look after my mother, who has dementia."])
    ally = await encoder.encode(["Beekeeper with four hives.", "Carer for a husband with Alzheimer's."])
    stranger = await encoder.encode(["I race motorcycles.", "Big fan of Italian opera."])

    assert (cosines(mine, ally) >= PAIR_FLOOR).tolist() == [[True, False], [False, True]]
    assert not (cosines(mine, stranger) >= PAIR_FLOOR).any()
    assert strength(profile_score(mine, ally, mean=None)) in {"good", "strong"}
    assert strength(profile_score(mine, stranger, mean=None)) is None
