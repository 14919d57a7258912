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


class _Bar(NamedTuple):
    """From when on a statement is about a subject: the cosine, each without what its kind shares, and its rank."""

    cosine: float
    first: int


_CLEARLY, _LOOSELY = _Bar(0.25, 4), _Bar(0.2, 6)
# A subject must be so many times as usual in an area as outside of it.
_MORE_THAN_USUAL = 1.5
# How much nearer a subject counts that the area was named by before, so that names do not change with every person.
_KNOWN = 0.1


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
    written: Written, purpose: Purpose, subject_vectors: Vectors, centres: Vectors, *, known: Sequence[Collection[str]]
) -> list[Named]:
    """What each area is called, no two by the same subject. Nothing that fewer than five of its members wrote is in it.

    Args:
        written: Everything that was written.
        purpose: What it was written for.
        subject_vectors: Of the `subjects`, as they were encoded, (s, d).
        centres: Of the areas, (k, d).
        known: For each area the name that it had until now.
    """
    around = centred(subject_vectors, subject_vectors.mean(axis=0))
    clearly, loosely = (_fitting(written, around, bar, areas=len(centres)) for bar in (_CLEARLY, _LOOSELY))
    # Where nothing is clear, what several wrote about more loosely is still better than no name.
    fits = np.where(np.any(clearly, axis=1, keepdims=True), clearly, loosely)
    names = subjects(purpose)
    liked = centred(centres, None) @ around.T
    liked += _KNOWN * np.array([[name in before for name in names] for before in known], dtype=np.float32)
    return [
        _named(
            None if first is None else names[first],
            [names[index] for index in np.argsort(-like, kind="stable") if fit[index]],
        )
        for first, like, fit in zip(_shared_out(np.where(fits, liked, -np.inf)), liked, fits, strict=True)
    ]


def _fitting(written: Written, subject_vectors: Vectors, bar: _Bar, *, areas: int) -> NDArray[np.bool_]:
    """Which subjects at least five members of each area wrote about, and clearly fewer elsewhere: (k, s)."""
    cosines = written.vectors @ subject_vectors.T
    among_first = -np.partition(-cosines, bar.first - 1, axis=1)[:, bar.first - 1 : bar.first]
    about = (cosines >= bar.cosine) & (cosines >= among_first)
    fits = np.zeros((areas, about.shape[1]), dtype=np.bool_)
    for area in range(areas):
        inside = written.place == area
        here, of_area = _people(about[inside], written.owner[inside])
        others, elsewhere = _people(about[~inside], written.owner[~inside])
        fits[area] = (here >= LEAST_TO_STAY) & (here * elsewhere >= _MORE_THAN_USUAL * others * of_area)
    return fits


def _people(about: NDArray[np.bool_], owner: Owners) -> tuple[NDArray[np.intp], int]:
    """How many different people wrote about each subject, and how many there are."""
    who, index = np.unique(owner, return_inverse=True)
    wrote = np.zeros((len(who), about.shape[1]), dtype=np.bool_)
    np.logical_or.at(wrote, index.reshape(-1), about)
    return wrote.sum(axis=0), len(who)


def _shared_out(liked: Vectors) -> list[int | None]:
    """The subject of each area's name: each subject goes to the one area that it fits best."""
    found: list[int | None] = [None] * len(liked)
    left = liked.copy()
    while np.isfinite(left).any():
        area, subject = np.unravel_index(left.argmax(), left.shape)
        found[int(area)] = int(subject)
        left[area] = -np.inf
        left[:, subject] = -np.inf
    return found


def _named(first: str | None, fitting: list[str]) -> Named:
    name = [] if first is None else [first]
    return Named(name, [*name, *(one for one in fitting if one not in name)][:MOST_SUBJECTS])
