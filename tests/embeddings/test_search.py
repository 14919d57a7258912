"""Exact search returns what sorting everything would."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from embeddings.search import nearest


@given(st.integers(0, 4), st.integers(0, 30), st.integers(0, 35), st.integers(0, 1000))
def test_it_finds_what_sorting_everything_finds(queries: int, size: int, k: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    # Few different numbers, so that there are ties.
    query = random.integers(-1, 2, size=(queries, 3)).astype(np.float32)
    corpus = random.integers(-1, 2, size=(size, 3)).astype(np.float32)

    indices, scores = nearest(query, corpus, k)

    expected = np.argsort(-(query @ corpus.T), axis=1, kind="stable")[:, :k]
    assert indices.tolist() == expected.tolist()
    assert scores.tolist() == np.take_along_axis(query @ corpus.T, expected, axis=1).tolist()
