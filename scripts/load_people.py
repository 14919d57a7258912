"""Who comes in a load test: bulk members who are let in without a password, look at their matches, and meet some."""

import asyncio
import random
import re
from collections.abc import Sequence
from uuid import UUID

import msgspec

from api import database
from api.accounts.schemas import Member
from api.accounts.services import open_session
from scripts.bench_client import Client
from scripts.bench_compute import some_cases
from scripts.bench_tokens import give_token, take_tokens
from scripts.figures import tell

NAME = "load test"
"""Of the tokens and sessions that are made, and taken away again."""
_NAMED = 3
_AT_ONCE = 4
_OK, _CREATED = 200, 201

_REASONS = (
    (
        "You wrote about {}, which nobody near me cares for. How did you begin with that, and what would you show to "
        "somebody who comes to it new? I have tried it for a while, got some of it wrong, and could tell you how."
    ),
    (
        "Until I read your lines I had met no other soul with {} on their mind. Last winter I lost a month to it. "
        "Which part keeps you at it, and is there one that you would rather be rid of?"
    ),
    (
        "My neighbour laughed when I talked of {}; you surely would not. May I ask what you make of it on a bad day? "
        "On mine I put everything away, and take it out again an hour later."
    ),
    (
        "Where I live, {} is something that only old books mention. Tell me how it goes with yours. I would bring two "
        "questions that have followed me for years, and the mistakes that they come from."
    ),
    (
        "It was your sentence on {} that made me stay on this page. I once taught it to my sister over the telephone, "
        "badly. What should I have left out, do you think?"
    ),
)


class Target(msgspec.Struct, frozen=True):
    """Somebody whom a visitor was shown, and what they wrote."""

    member: UUID
    statement: UUID
    text: str

    def request(self, purpose: str) -> dict[str, object]:
        """The body of a request to them that is about what they wrote, put in one of several ways."""
        words = sorted(set(re.findall(r"[^\W\d_]{5,}", self.text)), key=lambda word: (-len(word), word))[:_NAMED]
        anchor = {"kind": "statement", "id": self.statement}
        about = " and ".join(sorted(words, key=self.text.index))
        reason = _REASONS[self.member.int % len(_REASONS)].format(about)
        return {"recipient_id": self.member, "purpose": purpose, "anchor": anchor, "reason": reason}


class Visitor(msgspec.Struct):
    """A member at a program, or at a browser."""

    member: UUID
    purpose: str
    token: str
    session: str
    address: str
    """Where they come from, as a proxy would say it."""
    targets: list[Target] = []
    """Whom they may write to: each is used up by one request."""
    conversation: str | None = None
    """The path of the messages of a conversation that they are in."""


class _Side(msgspec.Struct, frozen=True):
    id: UUID
    text: str


class _Pair(msgspec.Struct, frozen=True):
    theirs: _Side | None = None


class _Shown(msgspec.Struct, frozen=True):
    id: UUID


class _Match(msgspec.Struct, frozen=True):
    member: _Shown
    reasons: list[_Pair]


class _Page(msgspec.Struct, frozen=True):
    items: list[_Match]


class _Sent(msgspec.Struct, frozen=True):
    id: UUID
    connection_id: UUID | None = None


async def let_in(members: int, *, number: int, visitors: int) -> list[Visitor]:
    """So many bulk members, each with a token and a session."""
    cases = await some_cases(members, visitors, number=number)
    return [await _let_in(case.member, case.purpose, place) for place, case in enumerate(cases)]


async def _let_in(member: UUID, purpose: str, place: int) -> Visitor:
    token = await give_token(member, name=NAME)
    session = await open_session(Member(id=member, display_name=""), label=NAME)
    # Addresses that are kept for documents like this one, of a network for each: 2001:db8::/32.
    return Visitor(member, purpose, token, session.token, f"2001:db8:{place // 65536:x}:{place % 65536:x}::1")


async def show_out() -> None:
    """Take away what they were let in with."""
    await take_tokens(name=NAME)
    await database.fetch("DELETE FROM session WHERE label = {}", NAME)


async def look_around(port: int, visitors: Sequence[Visitor]) -> None:
    """Have each open their first page and their matches, so that they have lists, and know whom they may write to."""
    waiting = iter(visitors)

    async def one_after_the_other() -> None:
        client = Client(port)
        for visitor in waiting:
            await client.ask("GET", "/home", headers=as_reader(visitor))
            reply = await client.ask("GET", f"/api/v1/matches?purpose={visitor.purpose}", headers=as_program(visitor))
            if reply.status == _OK:
                visitor.targets = _targets(msgspec.json.decode(reply.body, type=_Page).items)
        await client.close()

    await asyncio.gather(*(one_after_the_other() for _ in range(_AT_ONCE)))


def _targets(shown: Sequence[_Match]) -> list[Target]:
    return [
        Target(match.member.id, pair.theirs.id, pair.theirs.text)
        for match in shown
        for pair in match.reasons[:1]
        if pair.theirs is not None
    ]


async def meet(client: Client, visitors: Sequence[Visitor], *, pairs: int, chance: random.Random) -> int:
    """Connect some of them by reasons, over the API; how many pairs there are then."""
    met = 0
    for visitor in chance.sample(list(visitors), len(visitors)):
        if met >= pairs:
            break
        if visitor.targets and visitor.conversation is None:
            met += await _connect(client, visitor, visitor.targets.pop())
    tell(f"{met} pairs are in touch")
    return met


async def _connect(client: Client, visitor: Visitor, target: Target) -> bool:
    sent = await client.ask(
        "POST", "/api/v1/connection-requests", headers=as_program(visitor), body=target.request(visitor.purpose)
    )
    if sent.status != _CREATED:
        return False
    other = await _let_in(target.member, visitor.purpose, int(target.member) % 65536 + 65536)
    path = f"/api/v1/connection-requests/{msgspec.json.decode(sent.body, type=_Sent).id}/acceptance"
    accepted = await client.ask("POST", path, headers=as_program(other))
    if accepted.status != _CREATED:
        return False
    connection = msgspec.json.decode(accepted.body, type=_Sent).connection_id
    visitor.conversation = f"/api/v1/connections/{connection}/messages"
    return True


def as_program(visitor: Visitor) -> dict[str, str]:
    """The headers of a visitor who uses the API."""
    return {"Authorization": f"Bearer {visitor.token}", "X-Forwarded-For": visitor.address}


def as_reader(visitor: Visitor) -> dict[str, str]:
    """The headers of a visitor who looks at pages."""
    return {"Cookie": f"wherefore={visitor.session}", "X-Forwarded-For": visitor.address, "Accept-Encoding": "br"}
