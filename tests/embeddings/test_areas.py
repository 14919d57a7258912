"""Areas have enough different people each, come out the same from the same statements, and stay where they were."""

import numpy as np
from hypothesis import given
from hypothesis import settings as with_settings
from hypothesis import strategies as st

from embeddings.areas import (
    LEAST_AREAS,
    LEAST_PEOPLE,
    LEAST_TO_BEGIN,
    LEAST_TO_STAY,
    MOST_AREAS,
    Areas,
    Owners,
    cosines_among,
    find_areas,
    mean_of_all,
)
from embeddings.similarity import Vectors

DIMENSIONS = 12
NONE = np.zeros((0, DIMENSIONS), dtype=np.float32)


def world(sizes: list[int], *, seed: int = 7, each: int = 2, spread: float = 0.25) -> tuple[Vectors, Owners]:
    """Statements around as many subjects as there are sizes, by so many people each."""
    drawn = np.random.default_rng(seed)
    subjects = np.eye(DIMENSIONS, dtype=np.float32)[: len(sizes)]
    points, owner, first = [], [], 0
    for subject, people in zip(subjects, sizes, strict=True):
        for person in range(first, first + people):
            owner += [person] * each
            points += [subject + spread * drawn.normal(size=DIMENSIONS) for _ in range(each)]
        first += people
    vectors = np.array(points, dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors, np.array(owner, dtype=np.intp)


def found_in(vectors: Vectors, owner: Owners, *, earlier: Vectors = NONE) -> Areas:
    return find_areas(vectors, owner, mean=mean_of_all(vectors, owner), earlier=earlier)


def people_in(areas: Areas, owner: Owners) -> list[int]:
    return [len(np.unique(owner[areas.place == area])) for area in range(len(areas.centres))]


sizes = st.lists(st.integers(0, 30), min_size=1, max_size=8).filter(lambda sizes: sum(sizes) > 0)


@given(sizes, st.integers(0, 2**32 - 1), st.integers(1, 4), st.sampled_from([0.1, 0.25, 0.6]))
@with_settings(max_examples=60)
def test_no_area_has_fewer_than_five_different_people(sizes: list[int], seed: int, each: int, spread: float) -> None:
    vectors, owner = world(sizes, seed=seed, each=each, spread=spread)

    areas = found_in(vectors, owner)

    assert all(people >= LEAST_TO_BEGIN for people in people_in(areas, owner))
    assert len(areas.centres) == 0 or LEAST_AREAS <= len(areas.centres) <= MOST_AREAS
    assert sum(sizes) >= LEAST_PEOPLE or len(areas.centres) == 0


@given(sizes, st.integers(0, 2**32 - 1), st.integers(0, 100))
@with_settings(max_examples=40)
def test_an_area_that_lost_its_people_is_no_more_whatever_was_there_before(
    sizes: list[int], seed: int, part: int
) -> None:
    vectors, owner = world(sizes, seed=seed)
    before = found_in(vectors, owner)
    left = owner % 100 >= part

    after = found_in(vectors[left], owner[left], earlier=before.centres)

    needed = [LEAST_TO_BEGIN if one is None else LEAST_TO_STAY for one in after.earlier]
    assert all(people >= least for people, least in zip(people_in(after, owner[left]), needed, strict=True))


@given(sizes, st.integers(0, 2**32 - 1))
@with_settings(max_examples=30)
def test_the_same_statements_make_the_same_areas_to_the_last_bit(sizes: list[int], seed: int) -> None:
    vectors, owner = world(sizes, seed=seed)

    once, again = found_in(vectors, owner), found_in(vectors, owner)
    next_time = found_in(vectors, owner, earlier=once.centres)

    assert once.centres.tobytes() == again.centres.tobytes() == next_time.centres.tobytes()
    assert (once.place == again.place).all()
    assert (once.place == next_time.place).all()
    assert next_time.earlier == list(range(len(once.centres)))


def test_subjects_that_lie_apart_come_out_as_areas() -> None:
    vectors, owner = world([11, 12, 14])

    areas = found_in(vectors, owner)

    assert sorted(people_in(areas, owner)) == [11, 12, 14]
    assert (cosines_among(areas.centres)[np.triu_indices(3, 1)] < 0).all()


def test_one_who_joins_changes_no_other_area() -> None:
    vectors, owner = world([11, 12, 14])
    before = found_in(vectors, owner)
    joined = np.concatenate([vectors, vectors[:1]]), np.append(owner, 99)

    after = found_in(*joined, earlier=before.centres)

    assert after.earlier == [0, 1, 2]
    assert (after.place[:-1] == before.place).all()


def test_seven_people_of_a_new_subject_are_no_area_and_eight_are() -> None:
    few, enough = world([12, 12, LEAST_TO_BEGIN - 1]), world([12, 12, LEAST_TO_BEGIN])

    areas, seven = found_in(*few), set(range(24, 24 + LEAST_TO_BEGIN - 1))
    assert all(not set(few[1][areas.place == area]) <= seven for area in range(len(areas.centres)))
    assert sorted(people_in(found_in(*enough), enough[1])) == [LEAST_TO_BEGIN, 12, 12]


def test_an_area_stays_with_five_people_and_goes_with_four() -> None:
    vectors, owner = world([12, 12, LEAST_TO_BEGIN])
    before = found_in(vectors, owner)
    with_five, with_four = (owner < 24 + LEAST_TO_STAY), (owner < 24 + LEAST_TO_STAY - 1)

    assert len(found_in(vectors[with_five], owner[with_five], earlier=before.centres).centres) == 3
    assert len(found_in(vectors[with_four], owner[with_four], earlier=before.centres).centres) == 2


def test_somebody_who_writes_very_much_is_still_one_person() -> None:
    vectors, owner = world([12, 12])
    alone = np.repeat(world([0, 0, 1])[0], 50, axis=0)

    areas = found_in(np.concatenate([vectors, alone]), np.append(owner, np.full(len(alone), 99)))

    assert len(areas.centres) == 2


def test_people_who_agree_on_nothing_are_no_map() -> None:
    vectors, owner = world([LEAST_PEOPLE - 1])

    assert len(found_in(vectors, owner).centres) == 0
