"""What the reasons of a match promise, whatever was written."""

import numpy as np
from hypothesis import given

from api.matching.explanation import reasons
from api.matching.scoring import Statements
from embeddings.similarity import PAIR_FLOOR, cosines
from tests.api.matching.test_scoring import ABOUT, DIMENSIONS, SEEKING, profile, statements


@given(profile(), profile())
def test_every_statement_is_quoted_once_at_most(mine: Statements, theirs: Statements) -> None:
    pairs = reasons(mine, theirs, mean=None)

    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs) <= 3


@given(profile(), profile())
def test_pairs_really_agree_and_the_best_comes_first(mine: Statements, theirs: Statements) -> None:
    agreement = cosines(mine.vectors, theirs.vectors)

    found = [float(agreement[pair]) for pair in reasons(mine, theirs, mean=None)]

    assert found == sorted(found, reverse=True)
    assert all(cosine >= PAIR_FLOOR for cosine in found)


@given(profile(), profile())
def test_what_both_seek_is_no_reason(mine: Statements, theirs: Statements) -> None:
    assert not any(mine.seeking[row] and theirs.seeking[column] for row, column in reasons(mine, theirs, mean=None))


@given(profile(), profile())
def test_the_best_reason_is_as_good_seen_from_the_other_side(mine: Statements, theirs: Statements) -> None:
    here, there = reasons(mine, theirs, mean=None, most=1), reasons(theirs, mine, mean=None, most=1)

    agreement = cosines(mine.vectors, theirs.vectors)
    back = [(row, column) for column, row in there]
    assert np.allclose([agreement[pair] for pair in here], [agreement[pair] for pair in back], atol=1e-5)


def test_what_i_seek_is_quoted_beside_what_they_bring() -> None:
    violin, bread = np.eye(DIMENSIONS)[:2]
    pupil = statements([bread, violin], [ABOUT, SEEKING])
    teacher = statements([violin, bread], [ABOUT, SEEKING])

    assert set(reasons(pupil, teacher, mean=None)) == {(1, 0), (0, 1)}
