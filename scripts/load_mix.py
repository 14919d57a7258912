"""What is asked for in a load test, in which shares, as people and their programs would."""

import random
from collections.abc import Callable, Sequence
from itertools import count
from uuid import uuid4

import msgspec

from scripts.load_people import Visitor, as_program, as_reader

_note = count(1)


class Asked(msgspec.Struct, frozen=True):
    """One request."""

    kind: str
    method: str
    path: str
    headers: dict[str, str]
    body: object = None


Make = Callable[[Visitor, random.Random], Asked]


def _page(path: str) -> Make:
    return lambda visitor, _: Asked("page", "GET", path.format(visitor.purpose), as_reader(visitor))


def _read(kind: str, path: str) -> Make:
    return lambda visitor, _: Asked(kind, "GET", path.format(visitor.purpose), as_program(visitor))


def _stranger(_visitor: Visitor, chance: random.Random) -> Asked:
    address = f"2001:db8:ffff:{chance.randrange(65536):x}::1"
    return Asked("page of a stranger", "GET", "/", {"X-Forwarded-For": address, "Accept-Encoding": "br"})


def _check(visitor: Visitor, chance: random.Random) -> Asked:
    if not visitor.targets:
        return _page("/matches/{}")(visitor, chance)
    body = chance.choice(visitor.targets).request(visitor.purpose)
    return Asked("check of a reason", "POST", "/api/v1/reason-checks", as_program(visitor), body)


def _send(visitor: Visitor, chance: random.Random) -> Asked:
    if not visitor.targets:
        return _page("/requests?box=sent")(visitor, chance)
    body = visitor.targets.pop().request(visitor.purpose)
    return Asked("request", "POST", "/api/v1/connection-requests", _once(visitor), body)


def _message(visitor: Visitor, chance: random.Random) -> Asked:
    if visitor.conversation is None:
        return _page("/conversations")(visitor, chance)
    body = {"text": f"The kettle is on again, and this is what I wanted to tell you, number {next(_note)}."}
    return Asked("message", "POST", visitor.conversation, _once(visitor), body)


def _messages(visitor: Visitor, chance: random.Random) -> Asked:
    if visitor.conversation is None:
        return _page("/conversations")(visitor, chance)
    return Asked("messages", "GET", visitor.conversation, as_program(visitor))


def _once(visitor: Visitor) -> dict[str, str]:
    return {**as_program(visitor), "Idempotency-Key": str(uuid4())}


MIX: tuple[tuple[int, Make], ...] = (
    (8, _stranger),
    (10, _page("/home")),
    (12, _page("/matches/{}")),
    (5, _page("/requests")),
    (5, _page("/me")),
    (20, _read("list of matches", "/api/v1/matches?purpose={}")),
    (5, _read("requests", "/api/v1/connection-requests?box=received")),
    (5, _read("connections", "/api/v1/connections")),
    (10, _messages),
    (10, _message),
    (7, _check),
    (3, _send),
)
"""Of a hundred requests, how many of each."""


class Mix:
    """Draws one request after the other."""

    def __init__(self, visitors: Sequence[Visitor], *, chance: random.Random) -> None:
        """Draw for these; those who talk do so more often than the others."""
        self._visitors = visitors
        self._talkers = [visitor for visitor in visitors if visitor.conversation] or visitors
        self._chance = chance
        self._makes = [make for share, make in MIX for _ in range(share)]

    def next(self) -> Asked:
        """What is asked for next."""
        make = self._chance.choice(self._makes)
        who = self._talkers if make in {_message, _messages} else self._visitors
        return make(self._chance.choice(who), self._chance)
