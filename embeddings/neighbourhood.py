"""Statements seen in their neighbourhood: each drawn a little towards what is said most like it. Pure.

Two people rarely use the same words for one interest, but between their words often lie those of others. Drawing every
statement towards its nearest neighbours brings such statements together (query and document expansion with
pseudo-relevant neighbours: Rocchio, 1971; Tao et al., "Language model information retrieval with document expansion",
2006), while statements that stand alone stay where they are.
"""

import numpy as np

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
    kept = _first_of_copies(reference)
    if len(kept) < len(reference):
        reference, words = reference[kept], None if words is None else words[:, kept]
    own, others = centred(vectors, mean), centred(reference, mean)
    if 0 in (len(own), len(others)):
        return own
    few = min(_NEIGHBOURS, len(others))
    result = np.empty_like(own)
    for first in range(0, len(own), _BLOCK):
        block = own[first : first + _BLOCK]
        near = block @ others.T
        near *= near <= _SAME
        if words is not None:
            said = words[first : first + _BLOCK] * np.float32(_WORDS * trust(others))
            said *= near > 0
            near += said
        best = np.argpartition(near, -few, axis=1)[:, -few:]
        weights = np.maximum(np.take_along_axis(near, best, axis=1), 0) * (_DRAW * trust(others) / _NEIGHBOURS)
        result[first : first + _BLOCK] = block + np.einsum("nk,nkd->nd", weights, others[best])
    return centred(result, None)


def _first_of_copies(vectors: Vectors) -> list[int]:
    """Where each vector stands first, so that many who say the same in the same words do not draw as many."""
    first: dict[bytes, int] = {}
    for place, row in enumerate(vectors):
        first.setdefault(row.tobytes(), place)
    return list(first.values())
