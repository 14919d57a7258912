"""The members of a demo instance as a plan: the personas, and generated people who write what fits their lives."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from random import Random
from typing import TypeVar

import msgspec

from api.accounts.schemas import Meets
from api.profiles.schemas import Audience, Purpose, Role
from scripts.demo import DEMO_DOMAIN, DEMO_SIGN_INS
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
from scripts.seed_lives import SECOND_TOPIC, age_of, fits, who_of
from scripts.seed_names import Someone, country_name, place_id, someone
from scripts.seed_shares import Shares

Given = TypeVar("Given", bound=str)

_HOW_MANY_PURPOSES = [74, 21, 5]
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
    """Makes one member after another, each of whom writes what nobody wrote so far."""

    def __init__(self, number: int) -> None:
        self._rng = Random(f"wherefore {number}")  # noqa: S311  - repeatable on purpose
        self._number = number
        self._topics = _shuffled(load_topics(), self._rng)
        self._scenes = load_scenes()
        anchors = {reason.anchor for reason in load_reasons().reason}
        self._shares = Shares(self._topics, anchors=anchors)
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
        given = bool(topics)
        topics = topics or [self._one_of(self._shares.open_topics(), [])]
        said = [statement for topic in topics for statement in topic.statements if statement.text in fixed]
        if not given and (pair := self._shares.pair(topics[0])):
            said, fixed = [*pair], {statement.text for statement in pair}
        about = someone(
            self._rng,
            age=_first([*(scene.age for scene in scenes), *(s.age for s in said), *map(age_of, topics)]),
            who=_first([*(scene.who for scene in scenes), *(s.who for s in said), *map(who_of, topics)]),
            country=_first(s.country for s in said),
        )
        return Person(
            email=f"m{index + 1:05}.{self._number}@{DEMO_DOMAIN}",
            name=about.name,
            who=about.who,
            age=about.age,
            pronouns=about.pronouns,
            place_id=about.place_id,
            meets=about.meets,
            languages=about.languages,
            cards=self._cards(about, topics if given else self._more_topics(about, topics[0]), fixed),
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

    def _more_topics(self, about: Someone, first: Topic) -> list[Topic]:
        """All that a person writes about: for most it is one thing, for some several."""
        chosen = [first]
        how_many = self._rng.choices([1, 2, 3], weights=_HOW_MANY_PURPOSES)[0]
        for _ in range(how_many):
            purposes = {topic.purpose for topic in chosen}
            chance, seconds = SECOND_TOPIC[chosen[-1].purpose]
            if self._rng.random() < chance:
                beside = self._possible(about, chosen, {chosen[-1].purpose})
                chosen += self._some_of([t for t in beside if not seconds or t.name in seconds], chosen)
            if len(purposes) < how_many:
                chosen += self._some_of(self._possible(about, chosen, set(Purpose) - purposes), chosen)
        return chosen

    def _possible(self, about: Someone, chosen: Sequence[Topic], purposes: set[Purpose]) -> list[Topic]:
        return [
            topic
            for topic in self._topics
            if topic.purpose in purposes
            and topic not in chosen
            and self._shares.is_open(topic, about)
            and fits(topic, about, chosen)
        ]

    def _some_of(self, possible: Sequence[Topic], chosen: Sequence[Topic]) -> list[Topic]:
        return [self._one_of(possible, chosen)] if possible else []

    def _one_of(self, possible: Sequence[Topic], chosen: Sequence[Topic]) -> Topic:
        people = {topic.people for topic in chosen}
        return self._rng.choices(possible, weights=[self._weight(topic, people) for topic in possible])[0]

    def _weight(self, topic: Topic, people: set[str]) -> float:
        """Heavier for what goes with the member's other topics, for demo members' topics, and for what is unused."""
        weight = _SAME_PEOPLE if topic.people in people else 1.0
        weight *= _NEAR_A_DEMO_MEMBER[topic.purpose] if (topic.purpose, topic.name) in self._near else 1.0
        return weight * max(self._shares.left(topic), 1)

    def _cards(self, about: Someone, topics: Sequence[Topic], fixed: set[str]) -> tuple[Card, ...]:
        purposes = dict.fromkeys(topic.purpose for topic in topics)
        return tuple(self._card(about, [t for t in topics if t.purpose == purpose], fixed) for purpose in purposes)

    def _card(self, about: Someone, topics: Sequence[Topic], fixed: set[str]) -> Card:
        written = [
            Written(role, text)
            for topic in topics
            for role in (Role.ABOUT, Role.SEEKING)
            for text in self._shares.take(topic, role, about, fixed)
        ]
        written.sort(key=lambda one: one.role is Role.SEEKING)
        return Card(topics[0].purpose, tuple(topic.name for topic in topics), tuple(written))


def _shuffled(topics: Iterable[Topic], rng: Random) -> list[Topic]:
    """The same topics with their statements in another order, so that not the first ones go first."""
    return [
        msgspec.structs.replace(topic, statements=tuple(rng.sample(topic.statements, len(topic.statements))))
        for topic in topics
    ]


def _first(values: Iterable[Given | None]) -> Given | None:
    return next((value for value in values if value is not None), None)
