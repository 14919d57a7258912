"""Why two members were matched: the pairs of statements that carried it. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.matching.schemas import ReasonKind
from api.profiles.schemas import Role
from embeddings.similarity import PAIR_FLOOR, Vectors

MOST_PAIRS = 3
CLOSE = PAIR_FLOOR + 0.1
"""From this cosine on two statements are said to meet. In development data 72 % of such pairs were about one finely
labelled interest, and 52 % of those between the floor and this: of them it is only said that they may."""


class Pair(NamedTuple):
    """Two statements that agree, by their indices."""

    mine: int
    theirs: int
    close: bool
    """Whether they agree by so much that it can be said without a perhaps."""


class _Candidate(NamedTuple):
    row: int
    column: int
    agreement: float
    kind: ReasonKind


def reasons_among(
    agreement: Vectors, i_seek: NDArray[np.bool_], they_seek: NDArray[np.bool_], *, most: int = MOST_PAIRS
) -> list[Pair]:
    """The pairs that explain a match, best first: only pairs that really agree, each statement in one at most.

    Who gives what to whom is shown from both sides: where something that I seek meets what they bring, and something
    that they seek what I bring, there is a pair of either kind, before a second of the same.

    Args:
        agreement: How much each of mine agrees with each of theirs, (m, n), see `api.matching.scoring.Compared`.
        i_seek: Whether each of mine seeks, (m,).
        they_seek: Whether each of theirs seeks, (n,).
        most: At most so many pairs.
    """
    rows, columns = np.nonzero(agreement >= PAIR_FLOOR)
    candidates = sorted(
        (
            _Candidate(row, column, value, _kind(bool(i_seek[row]), bool(they_seek[column])))
            for row, column, value in zip(
                rows.tolist(), columns.tolist(), agreement[rows, columns].tolist(), strict=True
            )
        ),
        key=lambda candidate: -candidate.agreement,
    )
    if len(candidates) <= 1:
        return [Pair(pair.row, pair.column, pair.agreement >= CLOSE) for pair in candidates[:most]]
    chosen = _spread(candidates, ReasonKind, most)
    giving = {candidate.kind for candidate in candidates} - {ReasonKind.SHARED}
    if len(giving) <= most and not giving <= {candidate.kind for candidate in chosen}:
        # What both share took a statement that only fits there; who gives what to whom comes first.
        chosen = _spread(candidates, giving, most)
    best_first = sorted(chosen, key=lambda candidate: -candidate.agreement)
    return [Pair(pair.row, pair.column, pair.agreement >= CLOSE) for pair in best_first]


def kind_of(mine: Role, theirs: Role) -> ReasonKind:
    """Who gives what to whom in a pair of statements of these roles."""
    return _kind(mine is Role.SEEKING, theirs is Role.SEEKING)


def _kind(i_seek: bool, they_seek: bool) -> ReasonKind:  # noqa: FBT001  (in the order of mine and theirs everywhere)
    if i_seek:
        return ReasonKind.THEY_OFFER
    return ReasonKind.YOU_OFFER if they_seek else ReasonKind.SHARED


def _spread(candidates: list[_Candidate], kinds: Iterable[ReasonKind], most: int) -> list[_Candidate]:
    """One pair of each of these kinds, as far as there is one, then the best of all others; one to one."""
    chosen: list[_Candidate] = []
    wanted = set(kinds)
    for candidate in candidates:
        if candidate.kind in wanted and _is_free(candidate, chosen):
            wanted.remove(candidate.kind)
            chosen.append(candidate)
    for candidate in candidates:
        if _is_free(candidate, chosen):
            chosen.append(candidate)
    return chosen[:most]


def _is_free(candidate: _Candidate, chosen: list[_Candidate]) -> bool:
    return all(candidate.row != other.row and candidate.column != other.column for other in chosen)
