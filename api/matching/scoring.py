"""How well members suit each other by what they wrote: pure, both ways, roles matched on purpose."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.neighbourhood import drawn_together, trust
from embeddings.roles import needs_among, usually_needs
from embeddings.similarity import HALF, Vectors, cosines, profile_scores
from embeddings.words import Keys, shared_words, shared_words_among

# A fit that only one side would call one counts for this much of what that side sees: it must be good to be listed.
ONE_SIDED = np.float32(0.6)
# Only so many members, the best by a first look, are looked at closely.
LOOKED_AT_CLOSELY = 400
# A close look adds up the cosine of two statements drawn together, this much of their own cosine, and this much for
# the words they share.
_OWN, _WORDS = np.float32(0.25), np.float32(0.15)
# What is added up so is higher where it matters, by about this much.
_NEARER = 0.1
# When they are drawn together, statements keep some of what all share: neighbours are found as well with it, and short
# sentences about several things at once are found better.
_MEAN_AT_CLOSE = np.float32(0.7)
# How much less two statements agree where one is to give what the other seeks, but surely reads as seeking itself.
_SEEKS_ITSELF = np.float32(1)
# Below every cosine: what both seek.
_NEVER = -2.0


@dataclass(frozen=True)
class Statements:
    """Statements of one member or of many, as matching sees them."""

    vectors: Vectors
    """Unit vectors, (n, d)."""
    seeking: NDArray[np.bool_]
    """Whether each says whom its author hopes to find, rather than what they bring, (n,)."""
    words: Keys | None = None
    """The words of each (`embeddings.words.word_keys`), or None where they are not known."""
    reads_as_seeking: Vectors | None = None
    """What `embeddings.roles.reads_as_seeking` says of each, (n,), or None where nobody can tell."""

    def only(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> "Statements":
        """Some of them."""
        words = None if self.words is None else self.words[rows]
        reads_as_seeking = None if self.reads_as_seeking is None else self.reads_as_seeking[rows]
        return Statements(self.vectors[rows], self.seeking[rows], words, reads_as_seeking)


@dataclass(frozen=True)
class Compared:
    """My statements (m) beside those of all others (n), in any order."""

    mine: Statements
    theirs: Statements
    mean: Vectors | None
    """What was taken away from all statements, see `embeddings.similarity.corpus_mean`."""
    cosines: Vectors
    """How near each of mine is to each of theirs by itself, (m, n)."""
    agreement: Vectors
    """The same as far as a pair can speak for a match, (m, n): whoever reads as seeking does not bring what the other
    seeks, and those who both seek have nothing to give each other."""


def compared(mine: Statements, theirs: Statements, *, mean: Vectors | None) -> Compared:
    """Compare each of my statements with each of theirs, once for the scores and for the reasons."""
    near = cosines(mine.vectors, theirs.vectors, mean=mean)
    agreement = near - roles_that_do_not_meet(near, mine, theirs)
    agreement[np.ix_(mine.seeking, theirs.seeking)] = _NEVER
    return Compared(mine, theirs, mean, near, agreement)


def fitting_scores(both: Compared, owner: NDArray[np.intp], members: int) -> Vectors:
    """What lists are ordered by: a first look at everyone, and a close one at those who came best out of it.

    Args:
        both: My statements and those of all others.
        owner: For each of theirs the index of its member, (n,).
        members: How many members there are.

    Returns:
        One score a member, (members,), on the scale of `embeddings.similarity.strength`; -1 for those whom the first
        look left out.
    """
    mine, theirs = both.mine, both.theirs
    scores = mutual_scores(both.agreement, mine, theirs, owner, members)
    chosen = np.argsort(-scores, kind="stable")[:LOOKED_AT_CLOSELY]
    place = np.full(members, -1, dtype=np.intp)
    place[chosen] = np.arange(len(chosen))
    rows = np.flatnonzero(place[owner] >= 0)
    near = theirs.only(rows)
    agreement = _seen_closely(both.cosines[:, rows], mine, near, mean=both.mean)
    agreement -= roles_that_do_not_meet(agreement, mine, near)
    half = HALF + _NEARER * trust(near.vectors)
    scores = np.full(members, -1, dtype=np.float32)
    scores[chosen] = mutual_scores(agreement, mine, near, place[owner[rows]], len(chosen), half=half)
    return scores


def mutual_scores(
    agreement: Vectors,
    mine: Statements,
    theirs: Statements,
    owner: NDArray[np.intp],
    members: int,
    *,
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
        agreement: How much each of my statements agrees with each of theirs, (m, n), less where roles do not meet.
        mine: My statements.
        theirs: The statements of all others, in any order.
        owner: For each of theirs the index of its member, (n,).
        members: How many members there are.
        half: The agreement at which a pair counts for one half.

    Returns:
        One score a member, (members,), on the scale of `embeddings.similarity.strength`.
    """
    telling = ~theirs.seeking
    if telling.all() and not mine.seeking.any():
        # Both views are the same.
        return profile_scores(agreement, owner, members, half=half)
    mine_of_them = profile_scores(agreement[:, telling], owner[telling], members, half=half)
    if mine.seeking.all():
        return mine_of_them
    theirs_of_me = profile_scores(agreement[~mine.seeking], owner, members, half=half)
    tells = np.bincount(owner[telling], minlength=members) > 0
    return np.where(tells, reciprocal(mine_of_them, theirs_of_me), theirs_of_me)


def reciprocal(one: Vectors, other: Vectors) -> Vectors:
    """Two views of a fit as one score: their harmonic mean, but never less than a one-sided fit is worth."""
    total = one + other
    harmonic = np.divide(2 * one * other, total, out=np.zeros_like(total), where=total > 0)
    result: Vectors = np.maximum(harmonic, ONE_SIDED * np.maximum(one, other))
    return result


def _seen_closely(own: Vectors, mine: Statements, near: Statements, *, mean: Vectors | None) -> Vectors:
    """How much my statements agree with those of the members nearest to me (m, n), given their own cosines.

    In the neighbourhood of all those statements other words for the same interest meet (`embeddings.neighbourhood`);
    the same rare words say more than meaning tells (`embeddings.words`). Among few statements both count for little.
    """
    kept = None if mean is None else mean * _MEAN_AT_CLOSE
    shared = said = None
    if mine.words is not None and near.words is not None:
        shared = shared_words(mine.words, near.words)
        said = np.concatenate([shared, shared_words_among(near.words)])
    drawn = drawn_together(np.concatenate([mine.vectors, near.vectors]), near.vectors, mean=kept, words=said)
    total = drawn[: len(mine.vectors)] @ drawn[len(mine.vectors) :].T + _OWN * own
    if shared is not None:
        total += _WORDS * np.float32(trust(near.vectors)) * shared
    result: Vectors = (total / (1 + _OWN)).astype(np.float32)
    return result


def roles_that_do_not_meet(agreement: Vectors, mine: Statements, theirs: Statements) -> Vectors | np.float32:
    """What a pair loses (m, n) where one side seeks and the other, who is to give, reads as seeking too."""
    if mine.reads_as_seeking is None or theirs.reads_as_seeking is None:
        return np.float32(0)
    loss = np.zeros_like(agreement)
    givers = np.flatnonzero(~theirs.seeking)
    asked = np.ix_(np.flatnonzero(mine.seeking), givers)
    loss[asked] = needs_among(theirs.reads_as_seeking[givers], agreement[asked])
    offered = np.ix_(np.flatnonzero(~mine.seeking), np.flatnonzero(theirs.seeking))
    loss[offered] = usually_needs(mine.reads_as_seeking[~mine.seeking])[:, None]
    return _SEEKS_ITSELF * loss
