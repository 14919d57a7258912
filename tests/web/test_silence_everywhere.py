"""Two worlds that differ in one silent no or end: whatever the sender opens or tries, byte for byte they are the same.

The sender looks at every address of the API and of the site, for weeks; so does a second account of theirs, which has
asked nothing. Only what is random in a world is taken out: ids, by the order in which they appear, and what is signed.
"""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from httpx import AsyncClient, Response

from api.accounts.schemas import Member
from api.connections import services
from api.connections.schemas import Refusal, Words
from api.profiles.me import update_me
from api.profiles.schemas import MeUpdate, Purpose, PurposeSwitch
from api.profiles.services import switch_off_purpose, switch_on_purpose
from tests.api.connections.making import PAIRS, make_draft, make_request
from tests.application import application
from tests.emptying import empty
from tests.factories import as_member, make_member
from tests.moved_clock import MovedClock
from tests.web.browsing import browser_of
from tests.web.every_address import QUERIES, RANDOM, SAME_FOR_ALL

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOBODY = UUID(int=7)
ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
FRESH = "Your kitchen table full of clocks would not leave my mind. Does each of them tick at its own pace?"
Step = Callable[[Member, UUID], Awaitable[object]]


class World:
    """Ada, who has asked Grace; Bea, who is Ada too; some others; and all that Ada and Bea are told."""

    def __init__(self, client: AsyncClient, clock: MovedClock) -> None:
        self.client, self.clock = client, clock
        client.headers["Accept-Encoding"] = "identity"  # how short a reply packs depends on the ids in it
        self.told: list[str] = []

    async def begin(self) -> None:
        await empty()
        self.clock._now = START
        self.grace = await make_member("Grace", statements=[PAIRS[0][0]], email="grace@example.org")
        await update_me(self.grace, change=MeUpdate(request_capacity=1))
        for number, name in enumerate(("Cleo", "Dora", "Emmy"), start=2):
            await make_member(name, statements=[PAIRS[number][0]], email=f"{name.lower()}@example.org")
        mine = "I take old clocks apart and can rarely put them together again."
        self.ada = await make_member("Ada", statements=[mine], email="ada@example.org")
        self.bea = await make_member("Bea", statements=[mine], email="bea@example.org")
        await self._sign_in()
        self.request_id = (await make_request(self.ada, self.grace)).id
        self.clock.move(hours=1)

    async def look(self, *, everywhere: bool = True) -> None:
        """Open every address there is, as Ada and as Bea, and see what either could do."""
        await self._sign_in()
        for member in (self.ada, self.bea):
            addresses = self._addresses()
            for address in addresses:
                if address.startswith("/api/"):
                    self._hear(address, await self._call("GET", address, member))
            if everywhere and member is self.ada:  # pages say what the API says
                browser = await browser_of(self.client, member)
                for address in addresses:
                    if not address.startswith("/api/"):
                        self._hear(address, await browser.open(address))
                self.client.cookies.clear()
            await self._try(member)

    async def try_as_ada(self, step: str, **body: str) -> None:
        """Take a step with the request."""
        path = f"/api/v1/connection-requests/{self.request_id}/{step}"
        self._hear(step, await self._call("POST", path, self.ada, json=body or None))

    async def _sign_in(self) -> None:
        """Make new tokens: after months the ones before are of no use."""
        self.tokens = {each.id: await as_member(self.client, each) for each in (self.ada, self.bea)}

    async def _try(self, member: Member) -> None:
        """Check a reason to Grace; send it in vain, as it is refused as long as Grace is full or has been asked."""
        draft: Any = msgspec.to_builtins(await make_draft(self.grace, reason=FRESH))
        self._hear("check", await self._call("POST", "/api/v1/reason-checks", member, json=draft))
        reply = await self._call("POST", "/api/v1/connection-requests", member, json=draft)
        self._hear("send", reply)
        if reply.status_code == 201:  # Bea's arrived: from here on everything would be about that
            await services.refuse_request(self.grace, UUID(reply.json()["id"]), refusal=Refusal("Not now, thank you."))

    async def _call(self, method: str, path: str, member: Member, **options: Any) -> Response:
        return await self.client.request(method, path, headers=self.tokens[member.id], **options)

    def _addresses(self) -> list[str]:
        paths = sorted({route.path_format for route in application().routes if "GET" in getattr(route, "methods", ())})
        parts = {
            "member_id": self.grace.id,
            "request_id": self.request_id,
            "connection_id": NOBODY,
            "statement_id": NOBODY,
            "purpose": "hobby",
            "step": "withdrawal",
            "token": "made-up",
            **dict.fromkeys(
                (
                    "case_id",
                    "notice_id",
                    "target_id",
                    "passkey_id",
                    "token_id",
                    "draft_id",
                    "webhook_id",
                    "delivery_id",
                ),
                NOBODY,
            ),
        }
        return [
            path.format(**parts) + query
            for path in paths
            if not SAME_FOR_ALL.match(path)
            for query in QUERIES.get(path, ("",))
        ]

    def _hear(self, what: str, reply: Response) -> None:
        assert reply.status_code < 500, (what, reply.text)
        assert reply.status_code != 401, (what, reply.text)
        # A tag is made of the bytes of the body, in which ids are random; those are compared below, without them.
        headers = sorted(f"{name}: {value}" for name, value in reply.headers.items() if name != "etag")
        self.told.append("\n".join([f"{self.clock.now()} {what} {reply.status_code}", *headers, reply.text]))

    def plainly(self) -> list[str]:
        """All that was told, without what is random."""
        numbers: dict[str, str] = {}
        found = []
        for each in self.told:
            text = ID.sub(lambda match: numbers.setdefault(match[0], f"ID{len(numbers)}"), each)
            for pattern, instead in RANDOM:
                text = pattern.sub(instead, text)
            found.append(text)
        return found


@pytest.fixture
def worlds(client: AsyncClient, moved_clock: MovedClock) -> Callable[[Callable[[World, bool], Awaitable[None]]], Any]:
    """Live a story twice, the second time with a silent no in it, and compare all that was told."""

    async def live(story: Callable[[World, bool], Awaitable[None]]) -> None:
        told = []
        for declined in (False, True):
            world = World(client, moved_clock)
            await world.begin()
            await story(world, declined)
            told.append(world.plainly())
        assert len(told[0]) == len(told[1]) > 50
        for ignored, silent in zip(*told, strict=True):
            assert ignored == silent

    return live


async def test_for_a_hundred_days(worlds: Callable[..., Awaitable[None]]) -> None:
    async def story(world: World, declined: bool) -> None:  # noqa: FBT001 - the two worlds
        if declined:
            await services.refuse_request(world.grace, world.request_id, refusal=Refusal())
        for days, everywhere in ((0, True), (29.9, True), (0.1, True), (91, False)):
            world.clock.move(days=days)
            await world.look(everywhere=everywhere)

    await worlds(story)


async def test_when_something_was_asked_and_answered(worlds: Callable[..., Awaitable[None]]) -> None:
    async def story(world: World, declined: bool) -> None:  # noqa: FBT001 - the two worlds
        await services.ask(world.grace, world.request_id, words=Words("Which clock was your first?"))
        if declined:
            await services.refuse_request(world.grace, world.request_id, refusal=Refusal())
        world.clock.move(days=20)
        await world.look(everywhere=False)
        await world.try_as_ada("answer", text="A cuckoo clock whose cuckoo had flown.")
        for days, everywhere in ((29.9, True), (0.1, False)):
            world.clock.move(days=days)
            await world.look(everywhere=everywhere)

    await worlds(story)


async def test_when_it_is_taken_back(worlds: Callable[..., Awaitable[None]]) -> None:
    async def story(world: World, declined: bool) -> None:  # noqa: FBT001 - the two worlds
        if declined:
            await services.refuse_request(world.grace, world.request_id, refusal=Refusal())
        await world.try_as_ada("withdrawal")
        world.clock.move(days=2)
        await world.try_as_ada("acceptance")
        await world.try_as_ada("withdrawal")
        await world.look(everywhere=False)
        world.clock.move(days=91)
        await world.look(everywhere=False)

    await worlds(story)


async def test_when_a_purpose_is_switched_off_and_on_again(worlds: Callable[..., Awaitable[None]]) -> None:
    async def story(world: World, ended: bool) -> None:  # noqa: FBT001 - the two worlds
        if ended:
            await switch_off_purpose(world.grace, purpose=Purpose.HOBBY)
            await switch_on_purpose(world.grace, purpose=Purpose.HOBBY, switch=PurposeSwitch())
        for days, everywhere in ((0, True), (29.9, False), (0.1, True), (91, False)):
            world.clock.move(days=days)
            await world.look(everywhere=everywhere)

    await worlds(story)


async def test_the_worlds_do_differ_when_something_is_said(client: AsyncClient, moved_clock: MovedClock) -> None:
    told = []
    for sentence in (None, "Not now, but thank you."):
        world = World(client, moved_clock)
        await world.begin()
        await services.refuse_request(world.grace, world.request_id, refusal=Refusal(sentence))
        await world.look(everywhere=False)
        told.append(world.plainly())

    assert told[0] != told[1]
