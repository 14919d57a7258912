"""Statements seen in their neighbourhood: each drawn a little towards what is said most like it. Pure.

Two people rarely use the same words for one interest, but between their words often lie those of others. Drawing every
statement towards its nearest neighbours brings such statements together (query and document expansion with
pseudo-relevant neighbours: Rocchio, 1971; Tao et al., "Language model information retrieval with document expansion",
2006), while statements that stand alone stay where they are.
"""

import numpy as np
from numpy.typing import NDArray

from embeddings.similarity import Vectors, centred

# Neighbours that draw, and how strongly they would if all were the same as the statement. Any of 3 to 8 neighbours, at
# half this strength or at all of it, was better than none on every kind of development data.
_NEIGHBOURS, _DRAW = 5, 2.0
# How much nearer a neighbour is for the words it shares (`embeddings.words`).
_WORDS = 0.2
# Nearer than this is the statement itself, or a copy of it, which has nothing to add.
_SAME = 0.999
# Among fewer statements than this the nearest is often not near, so that drawing is trusted less.
_FEW = 50
# Statements compared at a time, so that all of it stays in the processor's caches.
_BLOCK = 256


def trust(reference: Vectors) -> float:
    """How much a neighbourhood of so many statements (n, d) is relied on, 0 to 1."""
    return len(reference) / (len(reference) + _FEW)


def drawn_together(
    vectors: Vectors, reference: Vectors, *, mean: Vectors | None, words: Vectors | None = None
) -> Vectors:
    """Statements (n, d), without the mean and drawn towards their nearest in a reference (r, d), as unit vectors.

    Every neighbour draws in proportion to its own cosine, so that what is far away hardly counts. What the words say
    that both share (n, r) may be given: it brings a neighbour nearer, though never one that is far by its meaning.
    """
    first = _first_of_copies(reference)
    kept = np.flatnonzero(first == np.arange(len(first)))
    if len(kept) < len(reference):
        reference, words = reference[kept], None if words is None else np.take(words, kept, axis=1)
    own, others = centred(vectors, mean), centred(reference, mean)
    if 0 in (len(own), len(others)):
        return own
    result = np.empty_like(own)
    copied = _first_of_copies(vectors, words)
    rows = np.flatnonzero(copied == np.arange(len(copied)))
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        near = own[block] @ others.T
        near *= near <= _SAME
        if words is not None:
            _bring_nearer(near, words[block], np.float32(_WORDS * trust(others)))
        best, weights = _nearest(near)
        weights *= _DRAW * trust(others) / _NEIGHBOURS
        result[block] = own[block] + np.einsum("nk,nkd->nd", weights, others[best])
    return centred(result[copied], None)


def _bring_nearer(near: Vectors, words: Vectors, much: np.float32) -> None:
    """Add what shared words say (n, r) to cosines (n, r) above 0, in place; most texts share none."""
    where = np.flatnonzero(words)
    where = where[near.ravel()[where] > 0]
    near.ravel()[where] += words.ravel()[where] * much


def _nearest(near: Vectors) -> tuple[NDArray[np.intp], Vectors]:
    """The few nearest of each row, and how near they are, at least 0: (n, k) each. Overwrites what it is given."""
    few = min(_NEIGHBOURS, near.shape[1])
    every = np.arange(len(near))
    best, weights = np.empty((len(near), few), dtype=np.intp), np.empty((len(near), few), dtype=np.float32)
    # A few times the highest of all is many times quicker than parting each row.
    for turn in range(few):
        best[:, turn] = near.argmax(axis=1)
        weights[:, turn] = near[every, best[:, turn]]
        near[every, best[:, turn]] = -np.inf
    return best, np.maximum(weights, 0)


def _first_of_copies(vectors: Vectors, words: Vectors | None = None) -> NDArray[np.intp]:
    """For each vector where one like it, with words like its own, stands first; so that copies are looked at once."""
    places: dict[bytes, int] = {}
    first = np.array([places.setdefault(row.tobytes(), place) for place, row in enumerate(vectors)], dtype=np.intp)
    if words is not None:
        # The same vector may stand for other words: the model does not see accents.
        later = np.flatnonzero(first != np.arange(len(first)))
        other = later[(words[later] != words[first[later]]).any(axis=1)]
        first[other] = other
    return first
