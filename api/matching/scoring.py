"""How well members suit each other by what they wrote: pure, both ways, roles matched on purpose."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.neighbourhood import drawn_together, trust
from embeddings.similarity import HALF, Vectors, profile_scores

# A fit that only one side would call one counts for this much of what that side sees: it must be good to be listed.
ONE_SIDED = np.float32(0.6)
# Only so many members, the best by a first look, are looked at closely.
LOOKED_AT_CLOSELY = 500
# Statements that were drawn together are nearer to each other, by about this much where it matters.
_NEARER = 0.13
# They also keep some of what all statements share: neighbours are found as well with it, and short sentences about
# several things at once are found better.
_MEAN_AT_CLOSE = np.float32(0.7)


@dataclass(frozen=True)
class Statements:
    """Statements of one member or of many, as matching sees them."""

    vectors: Vectors
    """Unit vectors, (n, d)."""
    seeking: NDArray[np.bool_]
    """Whether each says whom its author hopes to find, rather than what they bring, (n,)."""

    def only(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> "Statements":
        """Some of them."""
        return Statements(self.vectors[rows], self.seeking[rows])


def fitting_scores(
    mine: Statements, theirs: Statements, owner: NDArray[np.intp], members: int, *, mean: Vectors | None
) -> Vectors:
    """What lists are ordered by: a first look at everyone, and a close one at those who came best out of it.

    The close look compares statements in their neighbourhood: each is drawn towards what those members say most like
    it (`embeddings.neighbourhood`), so that other words for the same interest meet.

    Args:
        mine: My statements.
        theirs: The statements of all others, in any order.
        owner: For each of theirs the index of its member, (n,).
        members: How many members there are.
        mean: What to take away from all statements, see `embeddings.similarity.corpus_mean`.

    Returns:
        One score a member, (members,), on the scale of `embeddings.similarity.strength`; -1 for those whom the first
        look left out.
    """
    scores = mutual_scores(mine, theirs, owner, members, mean=mean)
    chosen = np.argsort(-scores, kind="stable")[:LOOKED_AT_CLOSELY]
    place = np.full(members, -1, dtype=np.intp)
    place[chosen] = np.arange(len(chosen))
    rows = np.flatnonzero(place[owner] >= 0)
    near = theirs.only(rows)
    kept = None if mean is None else mean * _MEAN_AT_CLOSE
    scores = np.full(members, -1, dtype=np.float32)
    scores[chosen] = mutual_scores(
        Statements(drawn_together(mine.vectors, near.vectors, mean=kept), mine.seeking),
        Statements(drawn_together(near.vectors, near.vectors, mean=kept), near.seeking),
        place[owner[rows]],
        len(chosen),
        mean=None,
        half=HALF + _NEARER * trust(near.vectors),
    )
    return scores


def mutual_scores(
    mine: Statements,
    theirs: Statements,
    owner: NDArray[np.intp],
    members: int,
    *,
    mean: Vectors | None,
    half: float = HALF,
) -> Vectors:
    """How well each of many members and I suit each other.

    My view of a member: all I wrote against what they say about themselves, so that my *seeking* meets what they
    bring, and what I am about meets what they are about. Their view of me is the same the other way round. Two members
    who only seek the same have nothing to give each other, so *seeking* is never compared with *seeking*.

    Where both views exist they are joined by their harmonic mean, so that a fit which suits one side only sinks
    (reciprocal recommendation: Pizzato et al., RECON, 2010). Where one has said nothing about themselves there is
    only the other view.

    Args:
        mine: My statements.
        theirs: The statements of all others, in any order.
        owner: For each of theirs the index of its member, (n,).
        members: How many members there are.
        mean: What to take away from all statements, see `embeddings.similarity.corpus_mean`.
        half: The cosine at which a pair counts for one half.

    Returns:
        One score a member, (members,), on the scale of `embeddings.similarity.strength`.
    """
    my_about = mine.only(~mine.seeking)
    telling = ~theirs.seeking
    if telling.all() and not mine.seeking.any():
        # Both views are the same.
        return profile_scores(mine.vectors, theirs.vectors, owner, members, mean=mean, half=half)
    mine_of_them = profile_scores(mine.vectors, theirs.vectors[telling], owner[telling], members, mean=mean, half=half)
    if not len(my_about.vectors):
        return mine_of_them
    theirs_of_me = profile_scores(my_about.vectors, theirs.vectors, owner, members, mean=mean, half=half)
    tells = np.bincount(owner[telling], minlength=members) > 0
    return np.where(tells, reciprocal(mine_of_them, theirs_of_me), theirs_of_me)


def reciprocal(one: Vectors, other: Vectors) -> Vectors:
    """Two views of a fit as one score: their harmonic mean, but never less than a one-sided fit is worth."""
    total = one + other
    harmonic = np.divide(2 * one * other, total, out=np.zeros_like(total), where=total > 0)
    result: Vectors = np.maximum(harmonic, ONE_SIDED * np.maximum(one, other))
    return result
