"""Trying a sentence before joining: which kinds of people are near it, and nothing about any one of them.

A visitor's words are compared with the areas of the maps as they were last drawn, and with nothing else. So they learn
less than a member who looks at the map: that at least five members wrote something close to this, about how many they
are, and which subjects of ours they wrote about. Words of members' own are for members: a few accounts that agree on
somebody's name and an insult would else have it on the first page, before everybody. Nothing is kept, and however many
members there are it costs the same. Of sensitive purposes nothing is said at all.
"""

import asyncio
from enum import StrEnum
from typing import Any, Final

import msgspec
import numpy as np

from api.database import fetch
from api.encoding import check_not_busy, encoder, reads_well
from api.errors import InvalidError
from api.interest_map.working_out import to_vector
from api.profiles.purposes import SENSITIVE, purposes
from api.profiles.schemas import Purpose
from api.texts import problem_with, tidy
from embeddings.areas import cosines_with
from embeddings.language import languages_of
from embeddings.similarity import Vectors

LONGEST_TRIED = 280
OPEN_PURPOSES: Final = tuple(read.purpose for read in purposes() if read.purpose not in SENSITIVE)
MOST_AREAS = 2
"""Of each purpose: the two nearest say more than a long list."""
WORDS_SHOWN = 6

NEAR_ENOUGH = 0.25
"""The cosine from which an area is said to be near: see docs/matching.md."""
_SOME, _MANY = 10, 50


class Crowd(StrEnum):
    """How many people there are, in a word; never fewer than five."""

    FEW = "few"
    SOME = "some"
    MANY = "many"


class Kindred(msgspec.Struct, frozen=True):
    """Several people who wrote something close to what was tried."""

    purpose: Purpose
    crowd: Crowd
    name: list[str]
    """A subject of ours that they wrote about; empty where they have none in common."""
    words: list[str]
    """Others that at least five of them wrote about."""


class Tried(msgspec.Struct, frozen=True):
    """What is near a sentence, nearest first in each purpose, and whether it was read well."""

    kindred: list[Kindred]
    language: str | None
    read_well: bool


async def try_words(text: str) -> Tried:
    """Find out which kinds of people are near a sentence. It is kept nowhere.

    Raises:
        InvalidError: The sentence is empty, too long, or has characters that cannot be read.
        BusyError: Too much is to be encoded just now.
    """
    words = tidy(text)
    problem = problem_with(words, field="words", name="Your sentence", most=LONGEST_TRIED)
    if problem is not None:
        raise InvalidError(problem.detail, errors=(problem,))
    await check_not_busy()
    language = (await asyncio.to_thread(languages_of, [words]))[words]
    [vector] = await encoder().encode([words])
    areas = await fetch(
        "SELECT area.of_map AS purpose, area.people, area.name, area.words, area.centre, drawn.mean "
        "FROM interest_area AS area JOIN interest_map AS drawn ON drawn.purpose = area.of_map "
        "WHERE drawn.model = {} AND drawn.purpose = ANY({}::varchar[]) ORDER BY area.place",
        encoder().model.name,
        list(OPEN_PURPOSES),
    )
    kindred = [
        found
        for purpose in OPEN_PURPOSES
        for found in nearest(vector, [area for area in areas if area["purpose"] == purpose])
    ]
    return Tried(kindred, language, reads_well(language))


def nearest(vector: Vectors, areas: list[dict[str, Any]]) -> list[Kindred]:
    """The areas of one map that are near a sentence, the nearest first."""
    if not areas:
        return []
    centres = np.stack([to_vector(area["centre"]) for area in areas])
    [near] = cosines_with(centres, vector[None, :], to_vector(areas[0]["mean"]))
    order = [int(index) for index in np.argsort(-near, kind="stable")[:MOST_AREAS] if near[index] >= NEAR_ENOUGH]
    return [_kindred(areas[index]) for index in order]


def _kindred(area: dict[str, Any]) -> Kindred:
    name, words = (msgspec.json.decode(area[column], type=list[str]) for column in ("name", "words"))
    people = area["people"]
    crowd = Crowd.MANY if people >= _MANY else Crowd.SOME if people >= _SOME else Crowd.FEW
    return Kindred(Purpose(area["purpose"]), crowd, name, [word for word in words if word not in name][:WORDS_SHOWN])
