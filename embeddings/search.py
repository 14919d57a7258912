"""The nearest vectors to a query, exactly."""

import numpy as np
from numpy.typing import NDArray


def nearest(
    query: NDArray[np.float32], corpus: NDArray[np.float32], k: int
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """The `k` nearest of a corpus for each query, best first; equals in the order of the corpus.

    Args:
        query: Unit vectors of shape (q, d).
        corpus: Unit vectors of shape (n, d).
        k: How many; fewer come back from a smaller corpus.

    Returns:
        Indices into the corpus and cosines, both of shape (q, min(k, n)).
    """
    scores = query @ corpus.T
    k = min(max(k, 0), corpus.shape[0])
    if 0 < k < corpus.shape[0]:
        # The k-th best score, so that ties at the edge are cut by their place in the corpus and nothing else.
        edge = -np.partition(-scores, k - 1, axis=1)[:, k - 1 : k]
        ranked = np.where(scores >= edge, -scores, np.inf)
    else:
        ranked = -scores
    indices = np.argsort(ranked, axis=1, kind="stable")[:, :k]
    return indices, np.take_along_axis(scores, indices, axis=1)
