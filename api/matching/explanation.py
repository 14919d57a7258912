"""Why two members were matched: the pairs of statements that carried it. Pure."""

import numpy as np

from api.matching.scoring import Statements
from embeddings.similarity import PAIR_FLOOR, Vectors, cosines, one_to_one

MOST_PAIRS = 3

# Below every cosine, and yet above what `one_to_one` has used up.
_NEVER = -2.0


def reasons(
    mine: Statements, theirs: Statements, *, mean: Vectors | None, most: int = MOST_PAIRS
) -> list[tuple[int, int]]:
    """The pairs (index of mine, index of theirs) that really agree, best first, each statement in one pair at most.

    Only pairs that also count in the score: never what I seek beside what they seek.
    """
    agreement = cosines(mine.vectors, theirs.vectors, mean=mean)
    agreement[np.ix_(mine.seeking, theirs.seeking)] = _NEVER
    return [(row, column) for row, column in one_to_one(agreement, most) if agreement[row, column] >= PAIR_FLOOR]
