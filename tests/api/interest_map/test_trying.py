"""Trying a sentence before joining: a group is told, never a person, and nothing is kept."""

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.database import fetch
from api.errors import InvalidError
from api.interest_map.drawing import draw_map
from api.interest_map.schemas import ROUND_NUMBERS
from api.interest_map.trying import MOST_AREAS, OPEN_PURPOSES, Crowd, nearest, try_words
from api.profiles.schemas import Purpose
from embeddings.areas import LEAST_TO_STAY, find_areas, mean_of_all
from embeddings.similarity import Vectors
from tests.api.interest_map.making import ABOUT, make_community, make_people

pytestmark = pytest.mark.usefixtures("database")

BEES = "I have two hives and love my bees"
DIMENSIONS = 16


async def test_a_sentence_finds_those_who_wrote_close_to_it() -> None:
    await make_community()
    await draw_map(Purpose.HOBBY)

    tried = await try_words(BEES)

    first = tried.kindred[0]
    assert (first.purpose, first.crowd) == (Purpose.HOBBY, Crowd.SOME)
    said = " ".join([*first.name, *first.words])
    assert "bees" in said
    assert "bread" not in said
    assert "singing" not in said
    assert tried.read_well


async def test_a_sentence_about_something_else_finds_nobody() -> None:
    await make_community()
    await draw_map(Purpose.HOBBY)

    assert (await try_words("Quarterly tax returns of limited companies")).kindred == []


async def test_where_there_is_no_map_nobody_is_found() -> None:
    await make_people(ABOUT["bees"])

    assert (await try_words(BEES)).kindred == []


@pytest.mark.parametrize("purpose", [Purpose.BELIEF, Purpose.CARETAKING, Purpose.PARTNERSHIP])
async def test_of_sensitive_purposes_nothing_is_said(purpose: Purpose) -> None:
    await make_community(purpose)
    await draw_map(purpose)
    assert await fetch("SELECT 1 FROM interest_area") != []

    assert purpose not in OPEN_PURPOSES
    assert (await try_words(BEES)).kindred == []


async def test_what_fewer_than_five_wrote_is_never_told_and_never_a_group() -> None:
    await make_community()
    await make_people(["I collect fountain pens and mix inks for them."] * (LEAST_TO_STAY - 1))
    await draw_map(Purpose.HOBBY)

    tried = await try_words("I collect fountain pens and their inks")

    said = " ".join(word for one in tried.kindred for word in (*one.name, *one.words))
    assert not [word for word in ("pen", "fountain", "ink", "collect") if word in said]
    kept = await fetch("SELECT people FROM interest_area")
    assert kept != []
    assert all(area["people"] >= LEAST_TO_STAY for area in kept)


@pytest.mark.parametrize("text", ["", "  ", "x" * 281, "a\x00b"])
async def test_what_is_no_sentence_is_refused_with_what_to_change(text: str) -> None:
    with pytest.raises(InvalidError) as refused:
        await try_words(text)

    assert [error.pointer for error in refused.value.errors] == ["/words"]


def _areas(*, people: int, subjects: int, seed: int) -> tuple[list[dict[str, Any]], Vectors]:
    """The areas of people who wrote one to three sentences each about a few subjects, as kept, and the sentences.

    The name of each area says who has something in it.
    """
    chance = np.random.default_rng(seed)
    owner = np.repeat(np.arange(people), chance.integers(1, 4, people))
    about = chance.normal(size=(subjects, DIMENSIONS))[chance.integers(0, subjects, len(owner))]
    vectors = (about + chance.normal(size=about.shape) / 3).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    mean = mean_of_all(vectors, owner)
    areas = find_areas(vectors, owner, mean=mean, earlier=vectors[:0])
    inside = [sorted(set(owner[areas.place == number].tolist())) for number in range(len(areas.centres))]
    rows = [
        {
            "purpose": "hobby",
            "people": max(number for number in ROUND_NUMBERS if number <= len(who)),
            "name": msgspec.json.encode([str(person) for person in who]),
            "words": b"[]",
            "centre": centre.astype("<f4").tobytes(),
            "mean": mean.astype("<f4").tobytes(),
        }
        for who, centre in zip(inside, areas.centres, strict=True)
    ]
    return rows, vectors


def test_so_many_people_have_areas_to_tell_of() -> None:
    rows, vectors = _areas(people=40, subjects=4, seed=1)

    assert len(rows) >= 2
    assert any(nearest(tried, rows) for tried in vectors)


@given(people=st.integers(1, 70), subjects=st.integers(1, 8), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=60)
def test_whatever_people_wrote_and_whatever_is_tried_nobody_is_told_of_with_fewer_than_four_others(
    people: int, subjects: int, seed: int
) -> None:
    rows, vectors = _areas(people=people, subjects=subjects, seed=seed)

    for tried in vectors:
        found = nearest(tried, rows)
        assert len(found) <= MOST_AREAS
        for one in found:
            assert len(set(one.name)) >= LEAST_TO_STAY
            assert {Crowd.FEW: 5, Crowd.SOME: 10, Crowd.MANY: 50}[one.crowd] <= len(set(one.name))
