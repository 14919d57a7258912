"""What the reasons of a match promise, whatever was written."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from api.matching.explanation import CLOSE, MOST_PAIRS, Pair, kind_of, reasons_among
from api.matching.schemas import ReasonKind
from api.matching.scoring import Statements, compared
from api.profiles.schemas import Role
from embeddings.similarity import PAIR_FLOOR, Vectors, cosines
from tests.api.matching.profiles import ABOUT, DIMENSIONS, SEEKING, one_vector, profile, statements

BOTH_WAYS = {ReasonKind.THEY_OFFER, ReasonKind.YOU_OFFER}


@st.composite
def profiles(draw: st.DrawFn) -> tuple[Statements, Statements]:
    """Two members who have much to do with each other: what the one wrote is near something that the other did."""
    mine = draw(profile())
    near = [
        (
            mine.vectors[draw(st.integers(0, len(mine.vectors) - 1))] + 0.5 * np.asarray(vector, dtype=np.float32)
        ).tolist()
        for vector in draw(st.lists(one_vector, min_size=1, max_size=4))
    ]
    assume(all(np.linalg.norm(vector) > 0.1 for vector in near))
    return mine, statements(near, draw(st.lists(st.booleans(), min_size=len(near), max_size=len(near))))


def reasons(mine: Statements, theirs: Statements, *, most: int = MOST_PAIRS) -> list[Pair]:
    return reasons_among(compared(mine, theirs, mean=None).agreement, mine.seeking, theirs.seeking, most=most)


def kinds(mine: Statements, theirs: Statements, pairs: list[Pair]) -> list[ReasonKind]:
    return [kind(mine, theirs, pair.mine, pair.theirs) for pair in pairs]


def kind(mine: Statements, theirs: Statements, row: int, column: int) -> ReasonKind:
    roles = (Role.ABOUT, Role.SEEKING)
    return kind_of(roles[int(mine.seeking[row])], roles[int(theirs.seeking[column])])


def agreeing(mine: Statements, theirs: Statements) -> dict[tuple[int, int], float]:
    """Every pair that could be a reason, with its cosine."""
    agreement: Vectors = cosines(mine.vectors, theirs.vectors)
    return {
        (row, column): float(agreement[row, column])
        for row, column in product(range(len(mine.vectors)), range(len(theirs.vectors)))
        if agreement[row, column] >= PAIR_FLOOR and not (mine.seeking[row] and theirs.seeking[column])
    }


@given(profiles())
def test_every_statement_is_quoted_once_at_most(two: tuple[Statements, Statements]) -> None:
    pairs = reasons(*two)

    assert len({pair.mine for pair in pairs}) == len({pair.theirs for pair in pairs}) == len(pairs) <= 3


@given(profiles())
def test_pairs_really_agree_and_the_best_comes_first(two: tuple[Statements, Statements]) -> None:
    possible = agreeing(*two)

    pairs = reasons(*two)

    found = [possible[pair.mine, pair.theirs] for pair in pairs]
    assert found == sorted(found, reverse=True)
    assert [pair.close for pair in pairs] == [cosine >= CLOSE for cosine in found]
    assert bool(pairs) == bool(possible)


@given(profiles())
def test_what_both_seek_is_no_reason(two: tuple[Statements, Statements]) -> None:
    mine, theirs = two

    assert not any(mine.seeking[pair.mine] and theirs.seeking[pair.theirs] for pair in reasons(*two))


@given(profiles())
def test_where_both_give_something_both_are_shown(two: tuple[Statements, Statements]) -> None:
    possible = {kind(*two, *pair) for pair in agreeing(*two)}

    found = kinds(*two, reasons(*two))

    if possible >= BOTH_WAYS:
        assert set(found) >= BOTH_WAYS
        assert set(kinds(*two, reasons(*two, most=2))) >= BOTH_WAYS


@given(profiles())
def test_no_better_pair_is_left_out_that_would_take_nobodys_place(two: tuple[Statements, Statements]) -> None:
    pairs = reasons(*two)
    possible = agreeing(*two)

    free = [
        pair
        for pair in possible
        if pair[0] not in {found.mine for found in pairs} and pair[1] not in {found.theirs for found in pairs}
    ]
    assert len(pairs) == 3 or not free
    if pairs and not {kind(*two, *pair) for pair in possible} & BOTH_WAYS:
        assert possible[pairs[0].mine, pairs[0].theirs] == max(possible.values())


@given(profiles(), st.randoms(use_true_random=False))
def test_the_order_in_which_things_were_written_does_not_matter(
    two: tuple[Statements, Statements], chance: np.random.Generator
) -> None:
    mine, theirs = two
    cosines_there = sorted(agreeing(mine, theirs).values())
    assume(all(b - a > 1e-4 for a, b in pairwise(cosines_there)))
    rows, columns = list(range(len(mine.vectors))), list(range(len(theirs.vectors)))
    chance.shuffle(rows)
    chance.shuffle(columns)

    shuffled = reasons(mine.only(np.array(rows)), theirs.only(np.array(columns)))

    back = [Pair(rows[pair.mine], columns[pair.theirs], pair.close) for pair in shuffled]
    assert back == reasons(mine, theirs)


@given(profiles())
def test_the_reasons_are_as_good_seen_from_the_other_side(two: tuple[Statements, Statements]) -> None:
    mine, theirs = two
    agreement = cosines(mine.vectors, theirs.vectors)

    here, there = reasons(mine, theirs, most=1), reasons(theirs, mine, most=1)

    assert [float(agreement[pair.mine, pair.theirs]) for pair in here] == pytest.approx(
        [float(agreement[pair.theirs, pair.mine]) for pair in there], abs=1e-5
    )


def test_what_i_seek_is_quoted_beside_what_they_bring() -> None:
    violin, bread = np.eye(DIMENSIONS)[:2]
    pupil = statements([bread, violin], [ABOUT, SEEKING])
    teacher = statements([violin, bread], [ABOUT, SEEKING])

    pairs = reasons(pupil, teacher)

    assert {(pair.mine, pair.theirs) for pair in pairs} == {(1, 0), (0, 1)}
    assert set(kinds(pupil, teacher, pairs)) == BOTH_WAYS


def test_each_kind_comes_before_a_second_of_the_same() -> None:
    violin, bread, bees, chess = np.eye(DIMENSIONS)[:4]
    weakly = violin + 2.2 * np.eye(DIMENSIONS)[5]
    mine = statements([bread, bees, chess, violin], [ABOUT, ABOUT, ABOUT, SEEKING])
    theirs = statements([bread, bees, chess, weakly], [ABOUT, ABOUT, ABOUT, ABOUT])

    pairs = reasons(mine, theirs)

    assert kinds(mine, theirs, pairs) == [ReasonKind.SHARED, ReasonKind.SHARED, ReasonKind.THEY_OFFER]
    assert [pair.close for pair in pairs] == [True, True, False]


def test_what_both_share_does_not_take_the_only_statement_that_is_sought() -> None:
    violin, bread = np.eye(DIMENSIONS)[:2]
    mine = statements([violin, violin + bread, bread], [ABOUT, SEEKING, ABOUT])
    theirs = statements([violin, bread], [ABOUT, SEEKING])

    found = kinds(mine, theirs, reasons(mine, theirs))

    assert set(found) == BOTH_WAYS
