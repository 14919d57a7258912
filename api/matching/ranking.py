"""Whom a viewer's list holds, in which order, and by which pairs of statements. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from api.matching.candidates import Pool, member_ids, owner_keys, owners_of, raw_statement_ids, statements_of
from api.matching.explanation import reasons_among
from api.matching.exposure import NEW, Shares, factors, lot
from api.matching.freshness import FEW_ENTRIES
from api.matching.nearness import nearness
from api.matching.schemas import Strength
from api.matching.scoring import compared, fitting_scores
from embeddings.similarity import PAIR_FLOOR, Vectors, corpus_mean, strength

MOST_ENTRIES = 200


class KeptPair(NamedTuple):
    """Two statements that agree, by their ids, as a list keeps them."""

    mine: UUID
    theirs: UUID
    close: bool = False
    """See `api.matching.explanation.Pair`; lists of before this was kept say nothing of it."""


class Entry(NamedTuple):
    """One member on a list that was just computed, with the pairs of statements that speak for them."""

    member: UUID
    strength: Strength
    pairs: list[KeptPair]


@dataclass(frozen=True)
class Fitting:
    """Everyone who could be on a viewer's list: looked at closely, and with at least one pair that agrees."""

    viewer: UUID | None
    members: list[UUID]
    scores: Vectors
    """How well each fits by what both wrote, (members,): words of strength are about nothing else."""
    near: NDArray[np.float32]
    """What that is multiplied by for where the two are, (members,)."""
    pairs: Callable[[int], list[KeptPair]]
    """The pairs of statements that speak for one of them, by index."""


def fitting(pool: Pool) -> Fitting:
    """The members who suit the viewer by what both wrote."""
    my_rows, their_rows = pool.mine.rows(), pool.theirs.rows()
    if not len(my_rows) or not len(their_rows):
        return Fitting(None, [], np.zeros(0, np.float32), np.zeros(0, np.float32), lambda _: [])
    mine, theirs = statements_of(my_rows), statements_of(their_rows)
    mean = corpus_mean(theirs.vectors) if pool.mean is None else pool.mean
    keys, owner, first_rows = owner_keys(their_rows)
    both = compared(mine, theirs, mean=mean)
    scores, agreement = fitting_scores(both, owner, len(keys)), both.agreement
    agrees = np.zeros(len(keys), dtype=np.bool_)
    agrees[owner[(agreement >= PAIR_FLOOR).any(axis=0)]] = True
    chosen = np.flatnonzero((scores >= 0) & agrees)
    my_ids, their_ids = raw_statement_ids(my_rows), raw_statement_ids(their_rows)
    written = np.argsort(owner, kind="stable")
    ends = np.cumsum(np.bincount(owner))

    def pairs(place: int) -> list[KeptPair]:
        member = chosen[place]
        rows = written[(ends[member - 1] if member else 0) : ends[member]]
        return [
            KeptPair(UUID(bytes=my_ids[pair.mine]), UUID(bytes=their_ids[rows[pair.theirs]]), pair.close)
            for pair in reasons_among(agreement[:, rows], mine.seeking, theirs.seeking[rows])
        ]

    return Fitting(
        viewer=owners_of(my_rows)[0][0],
        members=member_ids(keys[chosen]),
        scores=scores[chosen],
        near=nearness(int(my_rows["cell"][0]), their_rows["cell"][first_rows[chosen]].tolist()),
        pairs=pairs,
    )


def rank(found: Fitting, shares: Mapping[UUID, int]) -> list[Entry]:
    """A viewer's list: best first, at most 200, each with at least one reason.

    Args:
        found: Who could be on it.
        shares: How well members are shown already, as far as that was counted.
    """
    if found.viewer is None:
        return []
    known = np.array([shares.get(member, NEW) for member in found.members], dtype=np.int32)
    lots = np.array([lot(found.viewer, member) for member in found.members], dtype=np.uint64)
    entries: list[Entry] = []
    for place in in_order(found.scores, near=found.near, shares=known, lots=lots):
        word = strength(float(found.scores[place]))
        # A small community must not look empty: while there are few, a pair that agrees is enough, whatever the rest.
        if len(entries) == MOST_ENTRIES or (word is None and len(entries) >= FEW_ENTRIES):
            break
        entries.append(Entry(found.members[place], Strength(word or "some"), found.pairs(int(place))))
    return entries


def in_order(
    scores: Vectors, *, near: NDArray[np.float32], shares: Shares, lots: NDArray[np.uint64]
) -> NDArray[np.intp]:
    """Indices of members, best first: by fit, a little by nearness and by who is shown seldom; equal ones by lot.

    Whoever fits by a word of strength comes before all who do not.
    """
    wordless = np.array([strength(float(score)) is None for score in scores], dtype=np.bool_)
    return np.lexsort((lots, -(scores * near * factors(shares)), wordless))
