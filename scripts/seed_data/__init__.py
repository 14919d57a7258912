"""The hand-written people, statements and letters that a demo instance is filled with.

Every text was written for this bank by hand; nothing here describes a person who exists.
"""

import tomllib
from importlib import resources
from typing import Any, Literal

import msgspec

from api.accounts.schemas import Meets
from api.profiles.schemas import Audience, Purpose, Role

Age = Literal["young", "middle", "old"]
"""Below about 30, up to about 60, above it."""

Who = Literal["she", "he", "they"]

Outcome = Literal[
    "pending",
    "asked",
    "answered",
    "accepted",
    "asked_then_accepted",
    "declined",
    "declined_sentence",
    "withdrawn",
    "expired",
    "reopened",
    "crossed",
]
"""What became of a request; `declined` is the silent way."""


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One statement; `age`, `who` and `country` are set where only such a member could have written it."""

    role: Role
    text: str
    age: Age | None = None
    who: Who | None = None
    country: str | None = None


class Topic(msgspec.Struct, frozen=True):
    """One thing several people wrote about in their own words; `people` names the cluster of its neighbours.

    The statements of one topic come from different people: a believable member takes one or two of each role from it.
    Those of `partnership` and `caretaking` tell of a life, so a member should have one topic there, seldom two.
    """

    purpose: Purpose
    name: str
    people: str
    statements: tuple[Statement, ...]


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody interested in `topic` wrote to the author of the statement `anchor`, quoted word for word.

    All of them can be sent; a `poor` one earns notes.
    """

    kind: Literal["charming", "plain", "awkward", "poor"]
    purpose: Purpose
    topic: str
    anchor: str
    text: str


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A first message or a reply between two connected members."""

    purpose: Purpose
    kind: Literal["opener", "reply"]
    text: str


class Letters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that members write to each other; `answers` go with `questions` in any pairing."""

    reason: tuple[Reason, ...]
    questions: tuple[str, ...]
    answers: tuple[str, ...]
    refusal_sentences: tuple[str, ...]
    message: tuple[Message, ...]


class PersonaStatement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A statement of a persona, with who may read it."""

    role: Role
    text: str
    audience: Audience = Audience.PURPOSE


class PersonaPurpose(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A persona's card for one purpose; `near` names the topics of the bank where their matches are."""

    purpose: Purpose
    near: tuple[str, ...]
    statement: tuple[PersonaStatement, ...]


class Persona(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole invented member; a `demo` one may be borrowed by whoever looks around."""

    name: str
    pronouns: str
    city: str
    country: str
    meets: Meets
    languages: tuple[str, ...]
    age: Age
    demo: bool
    introduction: str
    purpose: tuple[PersonaPurpose, ...]


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message in the conversation of a scene, by the persona (`me`) or the neighbour (`them`)."""

    by: Literal["me", "them"]
    text: str


class Scene(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What happened between a demo persona and a neighbour, who writes about `topic`.

    Scenes of the same `neighbour` are about one person, who is of this age and gender where that matters.
    """

    persona: str
    neighbour: int
    purpose: Purpose
    topic: str
    by: Literal["me", "them"]
    days: int
    outcome: Outcome
    anchor: str
    reason: str
    age: Age | None = None
    who: Who | None = None
    questions: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    sentence: str | None = None
    crossed_anchor: str | None = None
    crossed_reason: str | None = None
    messages: tuple[Line, ...] = ()
    unread: bool = False
    quiet: int = 0
    """For how many days nobody has written any more."""


class Region(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A country that generated members live in, and how they are called there."""

    code: str
    country: str
    weight: int
    languages: tuple[str, ...]
    cities: tuple[str, ...]
    locale: str | None = None
    she: tuple[str, ...] = ()
    he: tuple[str, ...] = ()
    family: tuple[str, ...] = ()


class Tails(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sentences that only fit one purpose."""

    about: tuple[str, ...]
    seeking: tuple[str, ...]


class Variations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sentences to put after a statement when very many are wanted, and the words for their slots."""

    duration: tuple[str, ...]
    time: tuple[str, ...]
    way: tuple[str, ...]
    brings: tuple[str, ...]
    subject: tuple[str, ...]
    wish: tuple[str, ...]
    tail_about: tuple[str, ...]
    tail_seeking: tuple[str, ...]
    of_purpose: dict[Purpose, Tails]


def load_topics() -> tuple[Topic, ...]:
    """Every topic of every purpose, in the order of the purposes and of their files."""
    return tuple(
        _topic(purpose, table) for purpose in Purpose for table in _read(f"statements/{purpose}.toml")["topic"]
    )


def load_reasons() -> Letters:
    """The reasons, and the questions, answers, refusals and messages around them."""
    return msgspec.convert(_read("reasons.toml"), Letters)


def load_personas() -> tuple[Persona, ...]:
    """The twelve personas, the three demo ones first."""
    return msgspec.convert(_read("personas.toml")["persona"], tuple[Persona, ...])


def load_scenes() -> tuple[Scene, ...]:
    """What happened between the demo personas and their neighbours."""
    return msgspec.convert(_read("scenes.toml")["scene"], tuple[Scene, ...])


def load_regions() -> tuple[Region, ...]:
    """Where generated members live."""
    return msgspec.convert(_read("regions.toml")["region"], tuple[Region, ...])


def load_variations() -> Variations:
    """What a second or third sentence is made of."""
    return msgspec.convert(_read("variations.toml"), Variations)


def _topic(purpose: Purpose, table: dict[str, Any]) -> Topic:
    statements = msgspec.convert(table["statement"], tuple[Statement, ...])
    return Topic(purpose=purpose, name=table["name"], people=table["people"], statements=statements)


def _read(path: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__name__).joinpath(path).read_text(encoding="utf-8"))
