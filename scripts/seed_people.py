"""The members of a demo instance as a plan: the personas, and generated people who write what fits their lives."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from random import Random
from typing import TypeVar

import msgspec

from api.accounts.schemas import Meets
from api.profiles.schemas import Audience, Purpose, Role
from scripts.seed_data import (
    Age,
    Persona,
    Statement,
    Topic,
    Who,
    load_personas,
    load_reasons,
    load_scenes,
    load_topics,
)
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
_NEAR_A_DEMO_MEMBER = 2.0
_SAME_PEOPLE = 4.0
_HALF = 0.5
# A second topic must be one that any first one leaves room for; where none is named, any of the purpose does.
_SECOND_TOPIC: dict[Purpose, tuple[float, frozenset[str]]] = {
    Purpose.HOBBY: (0.6, frozenset()),
    Purpose.INTEREST: (0.6, frozenset()),
    Purpose.BUSINESS: (0.3, frozenset()),
    Purpose.BELIEF: (0.25, frozenset({"mystical moments", "death and what may follow", "new modest ideas"})),
    Purpose.CARETAKING: (0.15, frozenset({"rest and a life of one's own", "forms, rights and money"})),
    Purpose.PARTNERSHIP: (0.0, frozenset()),
}
# A sentence that settles what the writer's body can do does not go with what others wrote on the same topic.
_OF_A_BODY = re.compile(
    r"\b(blind|deaf|paralysed|eyes have gone|lost hearing|speech device|crutches|wheelchair)\b", re.IGNORECASE
)
_CARES_FOR_A_PARTNER = "caring for a partner"
_RAISES_A_CHILD, _STARTS_OUT = "raising a disabled child", "young and hopeful"


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
        self._near = {
            (card.purpose, name)
            for persona in load_personas()
            if persona.demo
            for card in persona.purpose
            for name in card.near
        }

    def people(self, members: int) -> list[Person]:
        return [self._person(index) for index in range(members)]

    def _person(self, index: int) -> Person:
        scenes = [scene for scene in self._scenes if scene.neighbour == index]
        topics = [self._topic(scene.purpose, scene.topic) for scene in scenes]
        fixed = {scene.anchor for scene in scenes}
        said = [statement for topic in topics for statement in topic.statements if statement.text in fixed]
        about = someone(
            self._rng,
            age=_first([*(scene.age for scene in scenes), *map(_age_of, topics), *(s.age for s in said)]),
            who=_first([*(scene.who for scene in scenes), *map(_who_of, topics), *(s.who for s in said)]),
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

    def _topic(self, purpose: Purpose, name: str) -> Topic:
        return next(topic for topic in self._topics if (topic.purpose, topic.name) == (purpose, name))

    def _choose_topics(self, about: Someone) -> list[Topic]:
        how_many = self._rng.choices([1, 2, 3], weights=_HOW_MANY_PURPOSES)[0]
        chosen: list[Topic] = []
        purposes = dict(_PURPOSES)
        while purposes and len({topic.purpose for topic in chosen}) < how_many:
            purpose = self._rng.choices(list(purposes), weights=list(purposes.values()))[0]
            del purposes[purpose]
            possible = [topic for topic in self._topics if topic.purpose == purpose and _fits(topic, about, chosen)]
            if not possible:
                continue
            chosen.append(self._one_of(possible, chosen))
            chance, seconds = _SECOND_TOPIC[purpose]
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
        weight *= _NEAR_A_DEMO_MEMBER if (topic.purpose, topic.name) in self._near else 1.0
        used = sum(self._written[statement.text] for statement in topic.statements)
        return weight / (1 + used / len(topic.statements)) ** 2

    def _cards(self, about: Someone, topics: Sequence[Topic], fixed: set[str]) -> tuple[Card, ...]:
        purposes = dict.fromkeys(topic.purpose for topic in topics)
        return tuple(self._card(about, [t for t in topics if t.purpose == purpose], fixed) for purpose in purposes)

    def _card(self, about: Someone, topics: Sequence[Topic], fixed: set[str]) -> Card:
        written: list[Written] = []
        for topic in topics:
            written += self._take(
                topic, Role.ABOUT, about, fixed, self._rng.choice([1, 2, 2] if len(topics) == 1 else [1])
            )
            written += self._take(topic, Role.SEEKING, about, fixed, 1)
        written.sort(key=lambda one: one.role is Role.SEEKING)
        return Card(topics[0].purpose, tuple(topic.name for topic in topics), tuple(written))

    def _take(self, topic: Topic, role: Role, about: Someone, fixed: set[str], most: int) -> list[Written]:
        """What was written least so far; what reasons answer to comes first."""
        open_to = [s for s in topic.statements if s.role is role and _could_write(s, about)]
        self._rng.shuffle(open_to)
        open_to.sort(key=lambda s: (s.text not in fixed, self._written[s.text] - (s.text in self._anchors) / 2))
        first = open_to[:1]
        alone = first and _OF_A_BODY.search(first[0].text)
        taken = first if alone else first + [s for s in open_to[1:] if not _OF_A_BODY.search(s.text)][: most - 1]
        self._written.update(s.text for s in taken)
        return [Written(role, s.text) for s in taken]


def _could_write(statement: Statement, about: Someone) -> bool:
    return (
        statement.age in {None, about.age}
        and statement.who in {None, about.who}
        and statement.country in {None, about.country}
    )


def _fits(topic: Topic, about: Someone, chosen: Sequence[Topic]) -> bool:
    """Whether a topic can be of one life with the others."""
    if _age_of(topic) not in {None, about.age} or _who_of(topic) not in {None, about.who}:
        return False
    people = {other.people for other in [*chosen, topic]}
    looks_for_a_partner = any(other.purpose is Purpose.PARTNERSHIP for other in [*chosen, topic])
    return not (_CARES_FOR_A_PARTNER in people and looks_for_a_partner) and not (
        people >= {_RAISES_A_CHILD, _STARTS_OUT}
    )


def _first(values: Iterable[Given | None]) -> Given | None:
    return next((value for value in values if value is not None), None)


def _age_of(topic: Topic) -> Age | None:
    """The age that a whole topic is about: that of most of its statements."""
    [(age, times)] = Counter(statement.age for statement in topic.statements).most_common(1)
    return age if times >= _HALF * len(topic.statements) else None


def _who_of(topic: Topic) -> Who | None:
    [(who, times)] = Counter(statement.who for statement in topic.statements).most_common(1)
    return who if times >= _HALF * len(topic.statements) else None
