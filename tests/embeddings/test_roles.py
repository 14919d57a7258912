"""Needs are told from offers, and more boldly where there are many of them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from embeddings.encoder import Encoder
from embeddings.roles import needs_among, reads_as_seeking, usually_needs

NEEDS = [
    "We have run out of firewood and need somebody to bring us some.",
    "Is there anyone who could teach me the mandolin?",
    "Looking for a lift to the coast next Friday.",
]
OFFERS = [
    "We deliver free firewood to whoever has none.",
    "I teach the mandolin to beginners.",
    "I drive to the coast on Friday and have two seats free.",
]


async def test_needs_read_as_needs_and_offers_do_not(encoder: Encoder) -> None:
    needs = reads_as_seeking(await encoder.encode(NEEDS), revision=encoder.model.revision)
    offers = reads_as_seeking(await encoder.encode(OFFERS), revision=encoder.model.revision)

    assert needs is not None
    assert offers is not None
    assert needs.min() > offers.max()


def test_nothing_is_said_of_the_vectors_of_another_model() -> None:
    assert reads_as_seeking(np.ones((2, 384), dtype=np.float32), revision="another") is None


def test_a_doubtful_need_among_offers_is_believed_less_than_among_needs() -> None:
    doubtful, sure, agreement = 0.7, 0.99, np.zeros((1, 12), dtype=np.float32)

    among_offers = needs_among(np.array([doubtful, *[0.01] * 11], dtype=np.float32), agreement)
    among_needs = needs_among(np.array([doubtful, *[sure] * 11], dtype=np.float32), agreement)

    assert among_offers[0, 0] < doubtful < among_needs[0, 0]


def test_where_nobody_is_there_is_no_need() -> None:
    assert needs_among(np.zeros(0, dtype=np.float32), np.zeros((2, 0), dtype=np.float32)).shape == (2, 0)


@given(st.lists(st.floats(0, 1, width=32), min_size=2, max_size=8))
def test_what_reads_more_like_a_need_is_believed_more(readings: list[float]) -> None:
    ordered = np.sort(np.array(readings, dtype=np.float32))

    assert (np.diff(usually_needs(ordered)) >= -1e-6).all()
    assert (np.diff(needs_among(ordered, np.zeros((1, len(ordered)), dtype=np.float32))[0]) >= -1e-6).all()
