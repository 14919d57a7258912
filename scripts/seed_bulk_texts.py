"""The texts of a bulk seed: the hand-written bank recombined into hundreds of thousands of believable ones.

A text is a statement of the bank by itself, or with a second one that the same person could have written, or with a
sentence from `variations.toml`, or with both. Every topic and role has a row of texts that is the same for the same
seed: the first statement on it takes the first text, and when as many are used as there may be, they begin again.
"""

import re
from collections.abc import Iterator
from functools import cache, cached_property
from random import Random

import msgspec
import numpy as np
from numpy.typing import NDArray

from api.profiles.schemas import LONGEST_STATEMENT, Purpose, Role
from scripts.seed_data import Statement, Topic, Variations, load_topics, load_variations
from scripts.seed_lives import go_together, tells_of_a_body
from scripts.seed_names import load_regions_once

PURPOSE_SHARES = {
    Purpose.HOBBY: 0.30,
    Purpose.INTEREST: 0.22,
    Purpose.BUSINESS: 0.18,
    Purpose.PARTNERSHIP: 0.13,
    Purpose.CARETAKING: 0.10,
    Purpose.BELIEF: 0.07,
}
_ZIPF = 0.8
"""The n-th most popular topic of a purpose is written about in proportion to 1 / n to this power."""
_SHAPES = ((True, 0), (False, 1), (True, 1), (True, 1), (False, 2))
"""Whether a second statement follows the first, and how many sentences from the variations."""
_SAME_TOPIC = 4
"""So much more often a second statement is on the same topic than each one on a neighbouring topic."""
_SEEKING_SHARE = 0.35
_PATIENCE = 1000


class Row(msgspec.Struct, frozen=True):
    """A topic in one role, whose texts are one row."""

    topic: Topic
    role: Role
    bodies: tuple[Statement, ...]
    companions: tuple[Statement, ...]
    """What somebody who writes on this topic may add: from it and from its neighbours."""


class Bank:
    """Every row of texts for one seed, made as far as they are asked for."""

    def __init__(self, *, number: int, most: int) -> None:
        """Prepare rows that together have about `most` distinct texts, popular topics more."""
        self._number = number
        self._topics = _popular_first(number)
        self.rows = [self._row(topic, role) for topic in self._topics for role in Role]
        expected = np.repeat(self.popularity, 2) * np.tile([1 - _SEEKING_SHARE, _SEEKING_SHARE], len(self._topics))
        self.lengths: NDArray[np.int64] = np.maximum(
            (expected * most).astype(np.int64), [len(row.bodies) for row in self.rows]
        )
        """How many distinct texts each row has."""
        self._made: list[list[str]] = [[] for _ in self.rows]
        self._makers = [self._texts(index) for index in range(len(self.rows))]

    @cached_property
    def popularity(self) -> NDArray[np.float64]:
        """The share of each topic in all that is written: shape (topics,)."""
        shares = np.zeros(len(self._topics))
        for purpose, share in PURPOSE_SHARES.items():
            of_it = [index for index, topic in enumerate(self._topics) if topic.purpose is purpose]
            weights = 1 / np.arange(1, len(of_it) + 1) ** _ZIPF
            shares[of_it] = share * weights / weights.sum()
        return shares

    def topics_of(self, purpose: Purpose) -> NDArray[np.int64]:
        """Indices of a purpose's topics, the most popular first. Topic t has the rows 2 t (about) and 2 t + 1."""
        return np.asarray([index for index, topic in enumerate(self._topics) if topic.purpose is purpose])

    def text(self, row: int, place: int) -> str:
        """The text at a place of a row."""
        made = self._made[row]
        while len(made) <= place:
            made.append(next(self._makers[row]))
        return made[place]

    def _row(self, topic: Topic, role: Role) -> Row:
        neighbours = [t for t in self._topics if (t.purpose, t.people) == (topic.purpose, topic.people) and t != topic]
        bodies = _bodies(topic, role)
        more = (*bodies * _SAME_TOPIC, *(statement for other in neighbours for statement in _bodies(other, role)))
        return Row(topic, role, bodies, tuple(statement for statement in more if not tells_of_a_body(statement)))

    def _texts(self, index: int) -> Iterator[str]:
        row = self.rows[index]
        rng = Random(f"{self._number} {row.topic.purpose} {row.topic.name} {row.role}")  # noqa: S311 - repeatable
        bodies = rng.sample(row.bodies, len(row.bodies))
        yield from (body.text for body in bodies)
        seen = {body.text for body in bodies}
        while True:
            text = next(text for text in self._tries(row, rng) if len(text) <= LONGEST_STATEMENT and text not in seen)
            seen.add(text)
            yield text

    def _tries(self, row: Row, rng: Random) -> Iterator[str]:
        for _ in range(_PATIENCE):
            first = rng.choice(row.bodies)
            with_companion, tails = rng.choice(_SHAPES)
            parts = [first.text]
            if with_companion:
                second = rng.choice(row.companions)
                if second is first or not go_together(first, second):
                    continue
                parts.append(second.text)
            parts += _tails(row, rng, tails)
            yield " ".join(_ended(part) for part in parts)
        raise RuntimeError(f"The bank has no more texts on {row.topic.name!r}.")


def _popular_first(number: int) -> list[Topic]:
    """All topics by purpose, each purpose's in an order of chance: the order of their popularity."""
    rng = Random(f"popular {number}")  # noqa: S311 - repeatable on purpose
    topics = load_topics()
    shuffled = rng.sample(topics, len(topics))
    return [topic for purpose in Purpose for topic in shuffled if topic.purpose is purpose]


def _bodies(topic: Topic, role: Role) -> tuple[Statement, ...]:
    """What anyone could have written, wherever they live and whoever they are; all of it where that is nothing."""
    of_role = [statement for statement in topic.statements if statement.role is role]
    return tuple(s for s in of_role if s.country is None and s.who is None) or tuple(of_role)


def _tails(row: Row, rng: Random, count: int) -> list[str]:
    """So many different sentences to put at the end of a text of this row."""
    return [_filled(template, rng) for template in rng.sample(_templates(row.topic.purpose, row.role), count)]


@cache
def _templates(purpose: Purpose, role: Role) -> tuple[tuple[str, ...], ...]:
    """The sentences that fit, those of the purpose twice as often; each cut so that every second part is a slot."""
    variations = _variations()
    own = variations.of_purpose[purpose]
    of_role = (variations.tail_about, own.about) if role is Role.ABOUT else (variations.tail_seeking, own.seeking)
    return tuple(tuple(re.split(r"\{(\w+)\}", template)) for template in (*of_role[0], *of_role[1], *of_role[1]))


def _filled(template: tuple[str, ...], rng: Random) -> str:
    parts = [rng.choice(_words(part)) if place % 2 else part for place, part in enumerate(template)]
    filled = "".join(parts)
    return filled[0].upper() + filled[1:]


@cache
def _words(slot: str) -> tuple[str, ...]:
    if slot == "city":
        return tuple(city for region in load_regions_once() for city in region.cities)
    words: tuple[str, ...] = getattr(_variations(), slot)
    return words


def _ended(sentence: str) -> str:
    return sentence if sentence[-1] in ".!?…" else f"{sentence}."


@cache
def _variations() -> Variations:
    return load_variations()
