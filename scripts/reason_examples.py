"""Examples that what judges reasons is trained on: reasons with their recipients, and messages, all written by us."""

import tomllib
from collections.abc import Iterator, Sequence
from importlib import resources
from random import Random
from typing import Literal

import msgspec

from scripts.seed_data import Topic, load_reasons, load_topics

Kind = Literal["match", "mismatch", "generic", "pitch", "friendly", "merge", "quoting"]
_TIMES, _TIMES_OF_A_KIND, _TIMES_MERGED = 5, 3, 4
_OTHERS = (0, 2, 3)
_QUOTED_WORDS = (4, 9)
_PRAISES = 150
_CONTRAST = 120


class Example(msgspec.Struct, frozen=True):
    """A reason with the statements of whoever it went to; a friendly message goes to nobody in particular."""

    text: str
    kind: Kind
    source: str
    recipient: tuple[str, ...] = ()
    contrast: tuple[str, ...] = ()
    """Statements of other members."""


def examples() -> list[Example]:
    """All of them, always the same: each reason to the one it is about, and to two others."""
    return list(_Maker().all())


class _Maker:
    def __init__(self) -> None:
        raw = resources.files("scripts.seed_data").joinpath("reason_kinds.toml").read_text(encoding="utf-8")
        self._kinds: dict[str, list[str]] = tomllib.loads(raw)
        self._letters = load_reasons()
        self._topics = load_topics()
        self._topic = {topic.name: topic for topic in self._topics}
        self._rng = Random(7)  # noqa: S311  - repeatable on purpose

    def all(self) -> Iterator[Example]:
        """All examples."""
        for frame in self._kinds["specific"]:
            for topic in self._rng.sample(self._topics, _TIMES):
                statement = self._rng.choice(topic.statements).text
                yield from self._about(frame.format(subject=topic.name), "short", statement, topic)
        for letter in self._letters.reason:
            # Poor ones are neither: they are about somebody else, or about the writer.
            if letter.kind != "poor":
                yield from self._about(letter.text, "demo", letter.anchor, self._topic.get(letter.topic))
        for text in self._kinds["generic"]:
            yield self._to_anyone(text, "generic", "to_anyone")
        for frame in self._kinds["generic_of_a_kind"]:
            for _ in range(_TIMES_OF_A_KIND):
                filled = frame.format(**{name: self._rng.choice(self._kinds[f"{name}s"]) for name in _SLOTS})
                yield self._to_anyone(filled, "generic", "to_a_kind")
        for text in self._kinds["pitch"]:
            yield self._to_anyone(text, "pitch", "pitch")
        for text in [*self._kinds["friendly"], *(message.text for message in self._letters.message)]:
            yield Example(text, "friendly", "friendly")
        yield from self._with_words_of_theirs()

    def _with_words_of_theirs(self) -> Iterator[Example]:
        """Mail merge, and honest words behind the same quotations, so that quoting by itself says nothing."""
        for kind, times in (("merge", _TIMES_MERGED), ("specific_quoting", _TIMES_OF_A_KIND)):
            for frame in self._kinds[kind]:
                for topic in self._rng.sample(self._topics, times):
                    statement = self._rng.choice(topic.statements).text
                    word = self._rng.choice((topic.name, max(statement.rstrip(".").split(), key=len)))
                    text = frame.format(quote=self._beginning(statement), word=word)
                    yield self._quoting(text, "merge" if kind == "merge" else "quoting", "short", statement, topic)
        for _ in range(_PRAISES):
            topic = self._rng.choice(self._topics)
            statement = self._rng.choice(topic.statements).text
            yield self._quoting(self._praise(statement), "merge", "praise", statement, topic)
        for letter in self._letters.reason:
            if letter.kind != "poor":
                text = f'"{self._beginning(letter.anchor)}" {self._rng.choice(("-", "...", ""))} {letter.text}'
                yield self._quoting(text, "quoting", "demo", letter.anchor, self._topic.get(letter.topic))
        for text in self._rng.sample(self._kinds["generic"], len(self._kinds["generic"])):
            topic = self._rng.choice(self._topics)
            statement = self._rng.choice(topic.statements).text
            yield self._quoting(f'"{self._beginning(statement)}" {text}', "merge", "generic", statement, topic)

    def _praise(self, statement: str) -> str:
        """A quotation, in marks or not, and praise, questions and wishes that fit any."""
        mark, after = self._rng.choice((('"', '"'), ('"', '..."'), ("", ":"), ("", " -")))
        said = self._rng.sample(self._kinds["praise"], self._rng.randint(1, 3))
        said += self._rng.sample(self._kinds["hollow"], self._rng.choice((0, 0, 1, 2)))
        said += self._rng.sample(self._kinds["closing"], self._rng.choice((0, 1, 1)))
        return " ".join([f"{mark}{self._beginning(statement)}{after}", *said])

    def _beginning(self, statement: str) -> str:
        return " ".join(statement.split()[: self._rng.randint(*_QUOTED_WORDS)]).rstrip(".,:;")

    def _quoting(self, text: str, kind: Kind, source: str, statement: str, topic: Topic | None) -> Example:
        others = [one for one in self._topics if one is not topic]
        return self._sent(text, kind, source, (statement, *self._some(others, self._rng.choice(_OTHERS))))

    def _about(self, text: str, source: str, statement: str, topic: Topic | None) -> Iterator[Example]:
        others = [one for one in self._topics if one is not topic]
        near = [one for one in others if topic is None or one.purpose == topic.purpose]
        yield self._sent(text, "match", source, (statement, *self._some(others, self._rng.choice(_OTHERS))))
        yield self._sent(text, "mismatch", source, self._some(others, 1 + self._rng.choice(_OTHERS)))
        yield self._sent(text, "mismatch", source, self._some(near, 1 + self._rng.choice(_OTHERS)))

    def _to_anyone(self, text: str, kind: Kind, source: str) -> Example:
        return self._sent(text, kind, source, self._some(self._topics, 1 + self._rng.choice(_OTHERS)))

    def _sent(self, text: str, kind: Kind, source: str, recipient: tuple[str, ...]) -> Example:
        contrast = tuple(one for one in self._some(self._topics, _CONTRAST) if one not in recipient)
        return Example(text, kind, source, recipient, contrast)

    def _some(self, topics: Sequence[Topic], many: int) -> tuple[str, ...]:
        return tuple(self._rng.choice(self._rng.choice(topics).statements).text for _ in range(many))


_SLOTS = ("kind", "field", "place", "firm")
