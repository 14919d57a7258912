"""Statements in their neighbourhood: other words for one interest meet, and what stands alone stays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from embeddings.encoder import Encoder
from embeddings.neighbourhood import drawn_together, trust
from embeddings.similarity import corpus_mean
from scripts.seed_data import load_topics

Vectors = NDArray[np.float32]


def unit(count: int, seed: int, dimensions: int = 6) -> Vectors:
    numbers = np.random.default_rng(seed).normal(size=(count, dimensions)).astype(np.float32)
    numbers /= np.linalg.norm(numbers, axis=1, keepdims=True)
    return numbers


@given(st.integers(0, 6), st.integers(0, 30), st.integers(0, 10_000))
def test_whatever_was_drawn_is_a_unit_vector(count: int, others: int, seed: int) -> None:
    drawn = drawn_together(unit(count, seed), unit(others, seed + 1), mean=None)

    assert drawn.shape == (count, 6)
    assert np.linalg.norm(drawn, axis=1) == pytest.approx(np.ones(count), abs=1e-3)


@given(st.integers(1, 30), st.integers(0, 10_000))
def test_a_statement_is_drawn_by_others_and_never_by_its_own_copies(others: int, seed: int) -> None:
    own, reference = unit(1, seed), unit(others, seed + 1)
    with_copies = np.concatenate([np.repeat(own, 3, axis=0), reference, reference])

    drawn = drawn_together(own, with_copies, mean=None)

    alone = drawn_together(own, np.repeat(own, 3, axis=0), mean=None)
    assert alone == pytest.approx(own, abs=1e-3)
    # One more distinct statement is trusted a little more; the direction is the same.
    assert drawn == pytest.approx(drawn_together(own, reference, mean=None), abs=0.03)


def test_copies_with_the_same_words_are_drawn_alike_and_those_with_other_words_are_not() -> None:
    reference = unit(30, 1)
    same = np.repeat(unit(1, 2), 3, axis=0)
    words = np.zeros((3, 30), dtype=np.float32)
    farthest_of_the_near = np.argsort(-(same[0] @ reference.T))[8]
    words[2, farthest_of_the_near] = 9

    drawn = drawn_together(same, reference, mean=None, words=words)

    assert drawn[1].tolist() == drawn[0].tolist()
    assert drawn[2] @ reference[farthest_of_the_near] > drawn[0] @ reference[farthest_of_the_near] + 0.01


def test_what_nobody_comes_near_stays_where_it_is() -> None:
    alone, others = np.eye(6, dtype=np.float32)[:1], np.eye(6, dtype=np.float32)[1:]

    assert drawn_together(alone, others, mean=None) == pytest.approx(alone, abs=1e-6)


def test_a_small_neighbourhood_is_trusted_less() -> None:
    assert trust(unit(0, 1)) == 0
    assert trust(unit(3, 1)) < 0.1
    assert trust(unit(600, 1)) > 0.9


async def test_different_words_for_one_interest_are_found_more_often(encoder: Encoder) -> None:
    written = [
        (topic.name, one.text) for topic in load_topics() if topic.purpose == "hobby" for one in topic.statements
    ]
    topics = np.array([topic for topic, _ in written])
    vectors = await encoder.encode([text for _, text in written])
    mean = corpus_mean(vectors)

    before, after = (
        _share_of_one_topic(drawn_together(vectors, reference, mean=mean), topics)
        for reference in (vectors[:0], vectors)
    )

    assert after > before + 0.01


def _share_of_one_topic(vectors: Vectors, topics: NDArray[np.str_]) -> float:
    """How many of the three nearest to a statement are on its topic, on the average."""
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1)
    nearest = np.argsort(-cosines, axis=1)[:, :3]
    return float((topics[nearest] == topics[:, None]).mean())
