"""Who the members of a bulk seed are and which texts they write: drawn by numpy, a batch of members at a time.

Member n is the same whatever the number of members, so a seed that was stopped can go on, and a larger one begins
with the members of a smaller one.
"""

from collections.abc import Iterator
from hashlib import blake2b
from random import Random
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

from api.accounts.schemas import Meets
from api.profiles.schemas import Purpose
from scripts.seed_bulk_texts import PURPOSE_SHARES, Bank
from scripts.seed_data import Region
from scripts.seed_names import given_and_family, load_regions_once, place_id

BATCH = 2_000
"""Members drawn, encoded and copied at once."""

Whole = NDArray[np.int64]

_PURPOSES = tuple(Purpose)
_TWO_PURPOSES = 0.25
_SECOND_ABOUT = 0.3
_OTHER_TOPIC = 0.3
_SEEKS = 0.7
_JOINED_DAYS = 700
_NAMES_EACH = 150
_STYLES = ("{} {}", "{}", "{} {:.1}.")
_STYLE_SHARES = (0.65, 0.2, 0.15)
_MEETS = (Meets.ONLINE, Meets.ONLINE_FIRST, Meets.IN_PERSON_TOO)
_MEETS_SHARES = (0.35, 0.45, 0.20)


class Batch(msgspec.Struct, frozen=True):
    """Members `first` to `first + size - 1`; arrays of shape (statements,) tell what they write, in their order."""

    first: int
    size: int
    purposes: Whole
    """Shape (size, 2): indices into `Purpose`; the second is -1 for those with one."""
    author: Whole
    """Counted from `first`."""
    card: Whole
    """0 or 1: under which of the author's purposes."""
    row: Whole
    """Which row of the bank a text is from, and its place there."""
    place: Whole


class Planned(msgspec.Struct, frozen=True):
    """A member as they introduce themselves."""

    name: str
    pronouns: str | None
    place_id: int | None
    meets: Meets
    languages: list[str]
    joined_days_ago: float


def made_id(number: int, *what: object) -> UUID:
    """The id of something of a bulk seed: looks random, and is the same every time."""
    return UUID(bytes=blake2b(repr((number, *what)).encode(), digest_size=16).digest(), version=4)


def batches(bank: Bank, *, number: int, members: int) -> Iterator[Batch]:
    """Everyone up to `members`, in batches of `BATCH`."""
    written = np.zeros(len(bank.rows), dtype=np.int64)
    topics = [bank.topics_of(purpose) for purpose in _PURPOSES]
    odds = [bank.popularity[of_it] / bank.popularity[of_it].sum() for of_it in topics]
    for first in range(0, members, BATCH):
        rng = np.random.default_rng([number, first])
        purposes = _purposes(rng)
        author, card, row = _statements(rng, purposes, topics, odds)
        # The k-th statement of a row takes its k-th text, and they begin again after the last.
        order = np.argsort(row, kind="stable")
        counts = np.bincount(row, minlength=len(written))
        nth = np.empty_like(row)
        nth[order] = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
        place = (written[row] + nth) % bank.lengths[row]
        written += counts
        size = min(BATCH, members - first)
        here = author < size
        yield Batch(first, size, purposes[:size], author[here], card[here], row[here], place[here])


class People:
    """Draws who members are, apart from what they write."""

    def __init__(self, number: int) -> None:
        """Prepare the names and places of every region for one seed."""
        self._number = number
        self._regions = load_regions_once()
        rng = Random(f"names {number}")  # noqa: S311  - repeatable on purpose
        self._names = [
            [[given_and_family(rng, region, called) for _ in range(_NAMES_EACH)] for called in ("she", "he")]
            for region in self._regions
        ]
        self._places = [_places(region) for region in self._regions]
        weights = np.asarray([region.weight for region in self._regions], dtype=np.float64)
        self._shares = weights / weights.sum()

    def of(self, batch: Batch) -> list[Planned]:
        """The members of a batch."""
        # Always drawn for a whole batch: a member does not depend on how many come after them.
        rng = np.random.default_rng([self._number, batch.first, 1])
        region = rng.choice(len(self._regions), BATCH, p=self._shares)
        called = rng.integers(0, 2, BATCH)
        names = rng.integers(0, _NAMES_EACH, (BATCH, 2))
        style = rng.choice(len(_STYLES), BATCH, p=_STYLE_SHARES)
        meets = rng.choice(len(_MEETS), BATCH, p=_MEETS_SHARES)
        chance = rng.random((BATCH, 5))
        return [
            self._member(int(region[i]), int(called[i]), names[i], int(style[i]), int(meets[i]), chance[i])
            for i in range(batch.size)
        ]

    def _member(  # noqa: PLR0917 - one draw each
        self, region: int, called: int, names: Whole, style: int, meets: int, chance: NDArray[np.float64]
    ) -> Planned:
        pool, places = self._names[region][called], self._places[region]
        of_region = self._regions[region].languages
        return Planned(
            name=_STYLES[style].format(pool[names[0]][0], pool[names[1]][1]),
            pronouns=_pronouns(called, chance[0]),
            place_id=places[int(chance[2] * len(places))] if places and chance[1] < 0.92 else None,  # noqa: PLR2004
            meets=_MEETS[meets],
            languages=sorted({*of_region[: 1 + int(chance[3] * 3)], "en"}),
            joined_days_ago=float(_JOINED_DAYS * chance[4] ** 1.5) + 0.01,
        )


def _purposes(rng: np.random.Generator) -> Whole:
    """One purpose for each of a batch, and a second for some: shape (BATCH, 2)."""
    shares = np.asarray([PURPOSE_SHARES[purpose] for purpose in _PURPOSES])
    first = rng.choice(len(shares), BATCH, p=shares)
    other = rng.choice(len(shares), BATCH, p=shares)
    second = np.where(other == first, (first + rng.integers(1, len(shares), BATCH)) % len(shares), other)
    return np.stack([first, np.where(rng.random(BATCH) < _TWO_PURPOSES, second, -1)], axis=1).astype(np.int64)


def _statements(
    rng: np.random.Generator, purposes: Whole, topics: list[Whole], odds: list[NDArray[np.float64]]
) -> tuple[Whole, Whole, Whole]:
    """Who writes under which card from which row: always about oneself, perhaps twice, and mostly whom one seeks."""
    authors, cards, rows = [], [], []
    for card in (0, 1):
        for purpose, of_it in enumerate(topics):
            who = np.flatnonzero(purposes[:, card] == purpose)
            topic, other = (of_it[rng.choice(len(of_it), len(who), p=odds[purpose])] for _ in range(2))
            other = np.where(rng.random(len(who)) < _OTHER_TOPIC, other, topic)
            more, seeks = rng.random(len(who)) < _SECOND_ABOUT, rng.random(len(who)) < _SEEKS
            authors += [who, who[more], who[seeks]]
            cards += [np.full(len(who) + more.sum() + seeks.sum(), card)]
            rows += [2 * topic, 2 * other[more], 2 * topic[seeks] + 1]
    author, card_of, row = (np.concatenate(part).astype(np.int64) for part in (authors, cards, rows))
    order = np.lexsort((row % 2, card_of, author))
    return author[order], card_of[order], row[order]


def _pronouns(called: int, chance: float) -> str | None:
    if chance < 0.05:  # noqa: PLR2004
        return "they/them"
    return ("she/her", "he/him")[called] if chance < 0.85 else None  # noqa: PLR2004


def _places(region: Region) -> list[int]:
    found = (place_id(city, region.country) for city in region.cities)
    return [place for place in found if place is not None]
