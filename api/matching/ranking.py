"""Whom a viewer's list holds, in which order, and by which pairs of statements. Pure."""

from typing import NamedTuple
from uuid import UUID

import numpy as np

from api.matching.candidates import Pool, owners_of, statement_id, statements_of
from api.matching.explanation import reasons
from api.matching.freshness import FEW_ENTRIES
from api.matching.schemas import Strength
from api.matching.scoring import fitting_scores
from embeddings.similarity import corpus_mean, strength

MOST_ENTRIES = 200
LEAST_SCORE = 0.4
"""Below this no pair can agree: one at the floor scores 0.75 for one side, and a one-sided fit is worth 0.6 of that."""


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


def rank(pool: Pool) -> list[Entry]:
    """The members who suit the viewer best, best first, at most 200, each with at least one reason."""
    my_rows, their_rows = pool.mine.rows(), pool.theirs.rows()
    if not len(my_rows) or not len(their_rows):
        return []
    mine, theirs = statements_of(my_rows), statements_of(their_rows)
    mean = corpus_mean(theirs.vectors if pool.sample is None else statements_of(pool.sample.rows()).vectors)
    members, owner = owners_of(their_rows)
    scores = fitting_scores(mine, theirs, owner, len(members), mean=mean)
    entries: list[Entry] = []
    for index in np.argsort(-scores, kind="stable"):
        score = float(scores[index])
        word = strength(score)
        # A small community must not look empty: while there are few, a pair that agrees is enough, whatever the rest.
        if len(entries) == MOST_ENTRIES or (word is None and (len(entries) >= FEW_ENTRIES or score < LEAST_SCORE)):
            break
        rows = np.flatnonzero(owner == index)
        pairs = [
            KeptPair(statement_id(my_rows[pair.mine]), statement_id(their_rows[rows[pair.theirs]]), pair.close)
            for pair in reasons(mine, theirs.only(rows), mean=mean)
        ]
        if pairs:
            entries.append(Entry(members[index], Strength(word or "some"), pairs))
    return entries
