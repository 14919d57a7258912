"""What an area is called: by subjects of ours that several of its members wrote about, and by no word of theirs.

A few accounts that agree on somebody's name and an insult would else have it on the map, before everybody.
"""

import tomllib
from collections.abc import Collection, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.profiles.schemas import Purpose
from embeddings.areas import LEAST_TO_STAY, Owners
from embeddings.similarity import Vectors, centred

MOST_SUBJECTS = 8
"""So many are said of an area at most, its name among them."""


# A statement is about a subject from this cosine on, each without what its kind shares, if few subjects are nearer.
_COSINE, _FIRST = 0.25, 4
# A subject must be so many times as usual in an area as outside of it, ...
_MORE_THAN_USUAL = 1.5
# ... and tell so much of it: its part of the divergence (Kullback and Leibler, 1951) of the area from all others.
_TELLS = 0.2
# How much more a subject counts that the area was named by before, so that names do not change with every person.
_KNOWN = 1.5


class Named(NamedTuple):
    """A subject, or nothing where none is common to enough, and all subjects that can be said of an area."""

    name: list[str]
    words: list[str]


class Written(NamedTuple):
    """Where what members wrote lies."""

    vectors: Vectors
    """(n, d), without what all share."""
    owner: Owners
    place: Owners


@cache
def subjects(purpose: Purpose) -> tuple[str, ...]:
    """Subjects that areas under a purpose can be named by."""
    raw = tomllib.loads(files("api.interest_map").joinpath("subjects.toml").read_text("utf-8"))
    return tuple(raw[purpose.value])


def names_of_areas(
    written: Written, purpose: Purpose, subject_vectors: Vectors, *, known: Sequence[Collection[str]]
) -> list[Named]:
    """What each area is called, no two by the same subject. Nothing that fewer than five of its members wrote is in it.

    Args:
        written: Everything that was written.
        purpose: What it was written for.
        subject_vectors: Of the `subjects`, as they were encoded, (s, d).
        known: For each area the name that it had until now.
    """
    around = centred(subject_vectors, subject_vectors.mean(axis=0))
    names = subjects(purpose)
    cosines = written.vectors @ around.T
    among_first = -np.partition(-cosines, _FIRST - 1, axis=1)[:, _FIRST - 1 : _FIRST]
    about = (cosines >= _COSINE) & (cosines >= among_first)
    told = np.stack([_told(about, written.owner, written.place == area) for area in range(len(known))])
    told *= np.where([[name in before for name in names] for before in known], _KNOWN, 1.0)
    return [
        _named(
            None if first is None else names[first],
            [names[index] for index in np.argsort(-row, kind="stable") if row[index] > 0],
        )
        for first, row in zip(_shared_out(told), told, strict=True)
    ]


def _told(about: NDArray[np.bool_], owner: Owners, inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How much each subject tells of an area, (s,): nothing where few wrote about it, or others as much.

    Args:
        about: Which statements are about which subject, (n, s).
        owner: Who wrote each, (n,).
        inside: Which of them lie in the area, (n,).
    """
    here, of_area = _people(about[inside], owner[inside])
    others, elsewhere = _people(about[~inside], owner[~inside])
    share, usual = here / max(of_area, 1), (others + 1) / (elsewhere + 1)
    tells = share * np.log(np.maximum(share, usual) / usual)
    fits = (here >= LEAST_TO_STAY) & (share >= _MORE_THAN_USUAL * usual) & (tells >= _TELLS)
    return np.where(fits, tells, 0.0)


def _people(about: NDArray[np.bool_], owner: Owners) -> tuple[NDArray[np.intp], int]:
    """How many different people wrote about each subject, and how many there are."""
    who, index = np.unique(owner, return_inverse=True)
    wrote = np.zeros((len(who), about.shape[1]), dtype=np.bool_)
    np.logical_or.at(wrote, index.reshape(-1), about)
    return wrote.sum(axis=0), len(who)


def _shared_out(told: NDArray[np.float64]) -> list[int | None]:
    """The subject of each area's name: each subject goes to the one area that it tells most of."""
    found: list[int | None] = [None] * len(told)
    left = told.copy()
    while left.any():
        area, subject = np.unravel_index(left.argmax(), left.shape)
        found[int(area)] = int(subject)
        left[area] = 0
        left[:, subject] = 0
    return found


def _named(first: str | None, fitting: list[str]) -> Named:
    name = [] if first is None else [first]
    return Named(name, [*name, *(one for one in fitting if one not in name)][:MOST_SUBJECTS])
