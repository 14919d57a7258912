"""What areas are called: by subjects that enough people in them wrote about, and that are more theirs than others'."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from api.interest_map.naming import MOST_SUBJECTS, Named, Written, names_of_areas, subjects
from api.profiles.schemas import Purpose
from embeddings.areas import LEAST_TO_STAY

HOBBIES = subjects(Purpose.HOBBY)
SUBJECTS = np.eye(len(HOBBIES), dtype=np.float32)
"""Each subject lies in a direction of its own."""
BEES, CHESS = HOBBIES.index("bees and insects"), HOBBIES.index("chess")

Said = list[tuple[int, int, int]]
"""Who wrote about which subject, in which area."""


def named(said: Said, *, areas: int = 2, known: list[tuple[str, ...]] | None = None) -> list[Named]:
    person, subject, place = (np.array(column, dtype=np.intp) for column in zip(*said, strict=True))
    vectors = SUBJECTS[subject]
    return names_of_areas(Written(vectors, person, place), Purpose.HOBBY, SUBJECTS, known=known or [()] * areas)


def people(first: int, number: int, *, about: int, place: int) -> Said:
    return [(person, about, place) for person in range(first, first + number)]


def test_an_area_is_called_by_what_enough_of_its_people_wrote_about() -> None:
    said = people(0, 5, about=BEES, place=0) + people(5, 4, about=CHESS, place=1) + people(9, 5, about=3, place=1)

    assert named(said) == [
        Named([HOBBIES[BEES]], [HOBBIES[BEES]]),
        Named([HOBBIES[3]], [HOBBIES[3]]),
    ]


def test_what_everybody_writes_about_names_nothing() -> None:
    said = people(0, 6, about=BEES, place=0) + people(6, 6, about=BEES, place=1)

    assert named(said) == [Named([], []), Named([], [])]


def test_no_two_areas_are_called_alike() -> None:
    said = people(0, 9, about=BEES, place=0) + people(9, 6, about=BEES, place=1) + people(20, 30, about=3, place=2)

    first, second, third = named(said, areas=3)

    assert (first.name, second.name, third.name) == ([HOBBIES[BEES]], [], [HOBBIES[3]])
    assert second.words == [HOBBIES[BEES]]


def test_a_name_stays_while_it_is_true() -> None:
    said = people(0, 9, about=BEES, place=0) + people(0, 9, about=CHESS, place=0) + people(20, 9, about=3, place=1)

    for was in (BEES, CHESS):
        assert named(said, known=[(HOBBIES[was],), ()])[0].name == [HOBBIES[was]]


def test_a_long_list_is_cut() -> None:
    said = [one for about in range(20) for one in people(0, 6, about=about, place=0)]
    said += people(20, 6, about=BEES, place=1)

    assert len(named(said)[0].words) == MOST_SUBJECTS


@st.composite
def worlds(draw: Any) -> Said:
    one = st.tuples(st.integers(0, 14), st.integers(0, 5), st.integers(0, 1))
    return [*draw(st.lists(one, max_size=80)), (0, 0, 0), (1, 1, 1)]


@given(worlds())
def test_nothing_is_said_that_fewer_than_five_wrote_about(said: Said) -> None:
    for area, found in enumerate(named(said)):
        assert len(found.name) <= 1
        assert found.name == found.words[: len(found.name)]
        for word in found.words:
            wrote = {person for person, subject, place in said if place == area and HOBBIES[subject] == word}
            assert len(wrote) >= LEAST_TO_STAY
