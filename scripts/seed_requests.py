"""What has happened between the members of a demo instance, as a plan: who asked whom, why, and what came of it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import cycle
from math import ceil
from random import Random
from typing import Literal

import msgspec

from api.profiles.schemas import Purpose
from scripts.demo import DEMO_SIGN_INS
from scripts.seed_data import Letters, Outcome, Reason, Scene, load_reasons, load_scenes
from scripts.seed_people import Person

_OUTCOMES: dict[str, tuple[Outcome, ...]] = {
    "charming": ("accepted", "asked_then_accepted", "pending", "accepted", "reopened"),
    "plain": ("accepted", "asked", "declined_sentence", "pending", "expired", "accepted", "withdrawn", "declined"),
    "awkward": ("answered", "accepted", "pending", "asked_then_accepted", "withdrawn"),
    "poor": ("declined", "pending", "expired", "declined_sentence", "asked"),
}
"""What comes of a reason of each kind, in turn."""
_DAYS_AGO: dict[Outcome, tuple[float, float]] = {
    "pending": (0.2, 18),
    "asked": (1, 12),
    "answered": (2, 14),
    "accepted": (4, 40),
    "asked_then_accepted": (6, 40),
    "declined": (2, 25),
    "declined_sentence": (3, 40),
    "withdrawn": (4, 30),
    "expired": (31, 44),
    "reopened": (5, 20),
}
_REQUESTS_A_MEMBER = 0.15
_MOST_SENT = 2
_MOST_RECEIVED = 2
_WITHOUT_A_WORD = 0.2
_UNREAD = 0.3

Act = Literal["send", "ask", "answer", "accept", "refuse", "withdraw", "reopen", "cross", "write", "read"]


class Step(msgspec.Struct, frozen=True):
    """One thing that is done in a story; `by_sender` says by which of the two."""

    days_ago: float
    act: Act
    by_sender: bool
    text: str | None = None


class Story(msgspec.Struct, frozen=True):
    """One request between two members, by e-mail address, and all that followed; `steps` in the order of time."""

    sender: str
    recipient: str
    purpose: Purpose
    anchor: str
    reason: str
    outcome: Outcome
    steps: tuple[Step, ...]
    crossed_anchor: str | None = None
    """The sender's statement that the recipient's own request is about, when both ask."""


def plan_stories(people: Sequence[Person], *, number: int) -> list[Story]:
    """The same stories for the same people and number; those of the demo members first."""
    rng = Random(f"stories {number}")  # noqa: S311  - repeatable on purpose
    letters = load_reasons()
    return [*_scenes(people), *_Matchmaker(people, letters, rng).stories()]


def _scenes(people: Sequence[Person]) -> Iterator[Story]:
    by_name = {person.name: person for person in people if person.email in DEMO_SIGN_INS}
    by_neighbour = {person.neighbour: person for person in people if person.neighbour is not None}
    for scene in load_scenes():
        persona, neighbour = by_name.get(scene.persona), by_neighbour.get(scene.neighbour)
        if persona is not None and neighbour is not None:
            yield _from_scene(scene, persona, neighbour)


def _from_scene(scene: Scene, persona: Person, neighbour: Person) -> Story:
    asked_by_me = scene.by == "me"
    sender, recipient = (persona, neighbour) if asked_by_me else (neighbour, persona)
    lines = [((line.by == "me") == asked_by_me, line.text) for line in scene.messages]
    return Story(
        sender=sender.email,
        recipient=recipient.email,
        purpose=scene.purpose,
        anchor=scene.anchor,
        reason=scene.reason,
        outcome=scene.outcome,
        steps=tuple(
            msgspec.structs.replace(step, days_ago=step.days_ago + scene.quiet)
            for step in _steps(
                scene.outcome,
                scene.days - scene.quiet,
                question=next(iter(scene.questions), None),
                answer=next(iter(scene.answers), None),
                sentence=scene.crossed_reason or scene.sentence,
                lines=lines,
                unread=scene.unread,
            )
        ),
        crossed_anchor=scene.crossed_anchor,
    )


def _steps(
    outcome: Outcome,
    days: float,
    *,
    question: str | None,
    answer: str | None,
    sentence: str | None,
    lines: Sequence[tuple[bool, str]],
    unread: bool,
) -> Iterator[Step]:
    """Everything that happens on the way to an outcome, spread over the days since the request."""
    yield Step(days, "send", by_sender=True)
    if outcome in {"asked", "answered", "asked_then_accepted"}:
        yield Step(days * 0.8, "ask", by_sender=False, text=question)
    if outcome in {"answered", "asked_then_accepted"}:
        yield Step(days * 0.7, "answer", by_sender=True, text=answer)
    match outcome:
        case "accepted" | "asked_then_accepted":
            yield Step(days * 0.6, "accept", by_sender=False)
        case "crossed":
            yield Step(days * 0.6, "cross", by_sender=False, text=sentence)
        case "declined":
            yield Step(days * 0.6, "refuse", by_sender=False)
        case "declined_sentence" | "reopened":
            yield Step(days * 0.6, "refuse", by_sender=False, text=sentence)
        case "withdrawn":
            yield Step(days * 0.4, "withdraw", by_sender=True)
    if outcome == "reopened":
        yield Step(days * 0.1, "reopen", by_sender=False)
    yield from _conversation(days * 0.55, lines, unread=unread)


def _conversation(days: float, lines: Sequence[tuple[bool, str]], *, unread: bool) -> Iterator[Step]:
    """Messages one after the other; each is read before it is answered, and the last one unless it is `unread`."""
    pause = days / (len(lines) + 1)
    for turn, (by_sender, text) in enumerate(lines):
        yield Step(days - turn * pause, "write", by_sender, text)
        if turn < len(lines) - 1 or not unread:
            yield Step(days - (turn + 0.5) * pause, "read", not by_sender)


class _Matchmaker:
    """Finds, for each reason of the bank, who wrote what it is about and who could have sent it."""

    def __init__(self, people: Sequence[Person], letters: Letters, rng: Random) -> None:
        self._people = [person for person in people if person.email not in DEMO_SIGN_INS and person.neighbour is None]
        self._letters, self._rng = letters, rng
        self._sent: Counter[str] = Counter()
        self._received: Counter[str] = Counter()
        self._pairs: set[frozenset[str]] = set()

    def stories(self) -> Iterator[Story]:
        outcomes = {kind: cycle(row) for kind, row in _OUTCOMES.items()}
        reasons = list(self._letters.reason)
        self._rng.shuffle(reasons)
        for reason in reasons[: ceil(_REQUESTS_A_MEMBER * len(self._people))]:
            outcome = next(outcomes[reason.kind])
            days = self._rng.uniform(*_DAYS_AGO[outcome])
            if (pair := self._pair(reason, days)) is not None:
                yield self._story(reason, outcome, days, *pair)

    def _pair(self, reason: Reason, days: float) -> tuple[Person, Person] | None:
        """A sender and a recipient who were both here by then and have nothing to do with each other yet."""
        here = [person for person in self._people if person.joined_days_ago > days + 1]
        recipients = [p for p in here if _wrote(p, reason) and self._received[p.email] < _MOST_RECEIVED]
        if not recipients:
            return None
        recipient = self._rng.choice(recipients)
        senders = [
            person
            for person in here
            if person is not recipient
            and person.card(reason.purpose) is not None
            and self._sent[person.email] < _MOST_SENT
            and frozenset({person.email, recipient.email}) not in self._pairs
        ]
        if not senders:
            return None
        self._rng.shuffle(senders)
        sender = min(senders, key=lambda person: (not _writes_of(person, reason), person.age != recipient.age))
        self._sent[sender.email] += 1
        self._received[recipient.email] += 1
        self._pairs.add(frozenset({sender.email, recipient.email}))
        return sender, recipient

    def _story(self, reason: Reason, outcome: Outcome, days: float, sender: Person, recipient: Person) -> Story:
        steps = _steps(
            outcome,
            days,
            question=self._rng.choice(self._letters.questions),
            answer=self._rng.choice(self._letters.answers),
            sentence=self._rng.choice(self._letters.refusal_sentences),
            lines=self._lines(reason.purpose) if outcome in {"accepted", "asked_then_accepted"} else [],
            unread=self._rng.random() < _UNREAD,
        )
        return Story(
            sender=sender.email,
            recipient=recipient.email,
            purpose=reason.purpose,
            anchor=reason.anchor,
            reason=reason.text,
            outcome=outcome,
            steps=tuple(steps),
        )

    def _lines(self, purpose: Purpose) -> list[tuple[bool, str]]:
        """An opener by the sender and some replies in turn; now and then both are still shy."""
        if self._rng.random() < _WITHOUT_A_WORD:
            return []
        openers = [m.text for m in self._letters.message if (m.purpose, m.kind) == (purpose, "opener")]
        replies = [m.text for m in self._letters.message if (m.purpose, m.kind) == (purpose, "reply")]
        chosen = [self._rng.choice(openers), *self._rng.sample(replies, self._rng.randint(0, len(replies)))]
        return [(turn % 2 == 0, text) for turn, text in enumerate(chosen)]


def _wrote(person: Person, reason: Reason) -> bool:
    card = person.card(reason.purpose)
    return card is not None and any(statement.text == reason.anchor for statement in card.statements)


def _writes_of(person: Person, reason: Reason) -> bool:
    card = person.card(reason.purpose)
    return card is not None and reason.topic in card.topics
