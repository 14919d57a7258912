"""The members of a demo instance as a plan: the personas, and generated people who write what fits their lives."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from random import Random
from typing import TypeVar

import msgspec

from api.accounts.schemas import Meets
from api.profiles.schemas import Audience, Purpose, Role
from scripts.seed_data import (
    Age,
    Persona,
    Scene,
    Topic,
    Who,
    load_personas,
    load_reasons,
    load_scenes,
    load_topics,
)
from scripts.seed_lives import SECOND_TOPIC, age_of, could_write, fits, tells_of_a_body, who_of
from scripts.seed_names import Someone, country_name, place_id, someone

Given = TypeVar("Given", bound=str)

DEMO_DOMAIN = "demo.wherefore.example"
DEMO_SIGN_INS = tuple(f"{name}@{DEMO_DOMAIN}" for name in ("one", "two", "three"))

_PURPOSES = {
    Purpose.HOBBY: 28,
    Purpose.INTEREST: 24,
    Purpose.BUSINESS: 14,
    Purpose.BELIEF: 12,
    Purpose.CARETAKING: 12,
    Purpose.PARTNERSHIP: 10,
}
_HOW_MANY_PURPOSES = [48, 40, 12]
_NEAR_A_DEMO_MEMBER = {
    Purpose.HOBBY: 2.0,
    Purpose.INTEREST: 2.0,
    Purpose.BUSINESS: 2.0,
    Purpose.BELIEF: 4.0,
    Purpose.CARETAKING: 3.0,
    Purpose.PARTNERSHIP: 3.0,
}
"""So much more often are topics of those who can be borrowed chosen; the fewer have a purpose the more it takes."""
_SAME_PEOPLE = 4.0


class Written(msgspec.Struct, frozen=True):
    """A statement to be made."""

    role: Role
    text: str
    audience: Audience = Audience.PURPOSE


class Card(msgspec.Struct, frozen=True):
    """What a planned member writes for one purpose, and the topics it is from."""

    purpose: Purpose
    topics: tuple[str, ...]
    statements: tuple[Written, ...]


class Person(msgspec.Struct, frozen=True):
    """A planned member. `neighbour` is their number in the scenes, if they are in one."""

    email: str
    name: str
    who: Who | None
    age: Age
    pronouns: str | None
    place_id: int | None
    meets: Meets
    languages: tuple[str, ...]
    cards: tuple[Card, ...]
    joined_days_ago: float
    neighbour: int | None = None

    def card(self, purpose: Purpose) -> Card | None:
        """What they write for a purpose."""
        return next((card for card in self.cards if card.purpose == purpose), None)


def plan_personas() -> list[Person]:
    """The twelve hand-written members, those who can be borrowed first."""
    return [_persona(persona, place) for place, persona in enumerate(load_personas())]


def plan_generated(members: int, *, number: int) -> list[Person]:
    """Generated members: the same for the same number, and the first of many the same as the first of few."""
    return _Generator(number).people(members)


def _persona(persona: Persona, place: int) -> Person:
    local = persona.name.lower().replace(" ", ".")
    return Person(
        email=DEMO_SIGN_INS[place] if persona.demo else f"{local}@{DEMO_DOMAIN}",
        name=persona.name,
        who=None,
        age=persona.age,
        pronouns=persona.pronouns,
        place_id=place_id(persona.city, country_name(persona.country)),
        meets=persona.meets,
        languages=persona.languages,
        cards=tuple(
            Card(card.purpose, card.near, tuple(Written(s.role, s.text, s.audience) for s in card.statement))
            for card in persona.purpose
        ),
        joined_days_ago=80.0 - place,
    )


class _Generator:
    """Makes one member after another, and remembers what was written so that texts are shared out evenly."""

    def __init__(self, number: int) -> None:
        self._rng = Random(f"wherefore {number}")  # noqa: S311  - repeatable on purpose
        self._number = number
        self._topics = load_topics()
        self._scenes = load_scenes()
        self._written: Counter[str] = Counter()
        self._anchors = {reason.anchor for reason in load_reasons().reason}
        near = [
            [(card.purpose, name) for card in persona.purpose for name in card.near]
            for persona in load_personas()
            if persona.demo
        ]
        self._near = {topic for topics in near for topic in topics}
        in_scenes = {(scene.purpose, scene.topic) for scene in self._scenes}
        left = [[topic for topic in topics if topic not in in_scenes] for topics in near]
        # After the neighbours come people for the topics that none of them has: then few members suffice for matches.
        self._companions = [[topic for topic in row if topic] for row in zip_longest(*left)]
        self._neighbours = 1 + max(scene.neighbour for scene in self._scenes)

    def people(self, members: int) -> list[Person]:
        return [self._person(index) for index in range(members)]

    def _person(self, index: int) -> Person:
        scenes = [scene for scene in self._scenes if scene.neighbour == index]
        topics = [self._topic(*named) for named in self._given(index, scenes)]
        fixed = {scene.anchor for scene in scenes}
        said = [statement for topic in topics for statement in topic.statements if statement.text in fixed]
        about = someone(
            self._rng,
            age=_first([*(scene.age for scene in scenes), *map(age_of, topics), *(s.age for s in said)]),
            who=_first([*(scene.who for scene in scenes), *map(who_of, topics), *(s.who for s in said)]),
            country=_first(s.country for s in said),
        )
        topics = topics or self._choose_topics(about)
        return Person(
            email=f"m{index + 1:05}.{self._number}@{DEMO_DOMAIN}",
            name=about.name,
            who=about.who,
            age=about.age,
            pronouns=about.pronouns,
            place_id=about.place_id,
            meets=about.meets,
            languages=about.languages,
            cards=self._cards(about, topics, fixed),
            joined_days_ago=self._rng.uniform(45, 78) if scenes else self._rng.uniform(3, 75),
            neighbour=index if scenes else None,
        )

    def _given(self, index: int, scenes: Sequence[Scene]) -> list[tuple[Purpose, str]]:
        """The topics that a member must have, if any."""
        companion = index - self._neighbours
        if 0 <= companion < len(self._companions):
            return self._companions[companion]
        return [(scene.purpose, scene.topic) for scene in scenes]

    def _topic(self, purpose: Purpose, name: str) -> Topic:
        return next(topic for topic in self._topics if (topic.purpose, topic.name) == (purpose, name))

    def _choose_topics(self, about: Someone) -> list[Topic]:
        how_many = self._rng.choices([1, 2, 3], weights=_HOW_MANY_PURPOSES)[0]
        chosen: list[Topic] = []
        purposes = dict(_PURPOSES)
        while purposes and len({topic.purpose for topic in chosen}) < how_many:
            purpose = self._rng.choices(list(purposes), weights=list(purposes.values()))[0]
            del purposes[purpose]
            possible = [topic for topic in self._topics if topic.purpose == purpose and fits(topic, about, chosen)]
            if not possible:
                continue
            chosen.append(self._one_of(possible, chosen))
            chance, seconds = SECOND_TOPIC[purpose]
            possible = [t for t in possible if t is not chosen[-1] and (not seconds or t.name in seconds)]
            if self._rng.random() < chance and possible:
                chosen.append(self._one_of(possible, chosen))
        return chosen

    def _one_of(self, possible: Sequence[Topic], chosen: Sequence[Topic]) -> Topic:
        people = {topic.people for topic in chosen}
        return self._rng.choices(possible, weights=[self._weight(topic, people) for topic in possible])[0]

    def _weight(self, topic: Topic, people: set[str]) -> float:
        """Heavier for what goes with the member's other topics, for demo members' topics, and for what is unused."""
        weight = _SAME_PEOPLE if topic.people in people else 1.0
        weight *= _NEAR_A_DEMO_MEMBER[topic.purpose] if (topic.purpose, topic.name) in self._near else 1.0
        used = sum(self._written[statement.text] for statement in topic.statements)
        return weight / (1 + used / len(topic.statements)) ** 3

    def _cards(self, about: Someone, topics: Sequence[Topic], fixed: set[str]) -> tuple[Card, ...]:
        purposes = dict.fromkeys(topic.purpose for topic in topics)
        return tuple(self._card(about, [t for t in topics if t.purpose == purpose], fixed) for purpose in purposes)

    def _card(self, about: Someone, topics: Sequence[Topic], fixed: set[str]) -> Card:
        written: list[Written] = []
        for topic in topics:
            written += self._take(topic, Role.ABOUT, about, fixed, most=2)
            written += self._take(topic, Role.SEEKING, about, fixed, most=self._rng.choice([1, 1, 2]))
        written.sort(key=lambda one: one.role is Role.SEEKING)
        return Card(topics[0].purpose, tuple(topic.name for topic in topics), tuple(written))

    def _take(self, topic: Topic, role: Role, about: Someone, fixed: set[str], *, most: int) -> list[Written]:
        """What was written least so far; what reasons answer to comes first."""
        open_to = [s for s in topic.statements if s.role is role and could_write(s, about)]
        self._rng.shuffle(open_to)
        open_to.sort(key=lambda s: (s.text not in fixed, self._written[s.text] - (s.text in self._anchors) / 2))
        first = open_to[:1]
        alone = first and tells_of_a_body(first[0])
        taken = first if alone else first + [s for s in open_to[1:] if not tells_of_a_body(s)][: most - 1]
        self._written.update(s.text for s in taken)
        return [Written(role, s.text) for s in taken]


def _first(values: Iterable[Given | None]) -> Given | None:
    return next((value for value in values if value is not None), None)
