"""Whatever a member may not read changes no byte and no header that they get from any address.

Worlds are made from a seed: some of what goes on out of a viewer's sight happens, all else stays, ids and clock too.
Before and after, the viewer opens every address that there is, and tries what could tell them apart.
The worlds are too small for an interest map, which moves by its job alone: `test_the_map_tells_of_nobody.py`.
"""

import random
import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient, Response

from api.accounts.services import open_session
from api.authentication import cookie_name
from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from api.database import fetch
from api.profiles.me import update_me
from api.profiles.queries import my_statements
from api.profiles.schemas import MeUpdate
from tests.api.matching.out_of_sight import Act, World, do, make_world
from tests.application import application
from tests.factories import as_member
from tests.moved_clock import MovedClock
from tests.trust.further_acts import MORE, REASON, UNSEEN, friend_of, make_friend
from tests.undone import undone
from tests.unlimited import lift_limits
from tests.web.every_address import QUERIES, RANDOM, SAME_FOR_ALL

WORLDS, WORLDS_OF_A_SOAK = 4, 300
ACTS_IN_A_WORLD = 6
SEES_OWN_TIME = re.compile(r"/export")
"""Says when it was made, and what one asked for oneself; it has tests of its own."""
SIGNED = re.compile(r"[A-Za-z0-9_-]{40,}")
"""What is signed or sealed anew each time, such as a cursor."""


class Viewer:
    """Who looks: in a browser, and by a program."""

    def __init__(self, client: AsyncClient, world: World, token: dict[str, str], cookie: str) -> None:
        self.client, self.world, self.token, self.cookie = client, world, token, cookie

    async def look(self) -> dict[str, str]:
        """What every address and every try says, without what is signed anew each time."""
        told = {}
        for address in await self._addresses():
            told[address] = _plainly(await self._get(address))
        for what, method, address, body in await self._tries():
            reply = await self.client.request(method, address, headers=self.token, json=body)
            told[f"{what} {address}"] = _plainly(reply)
        return told

    async def _get(self, address: str) -> Response:
        self.client.cookies.clear()
        if address.startswith("/api/v1/"):
            return await self.client.get(address, headers=self.token)
        return await self.client.get(address, headers={"Cookie": f"{cookie_name()}={self.cookie}"})

    async def _addresses(self) -> list[str]:
        world, (_, connection_id) = self.world, friend_of(self.world)
        sent = (await fetch("SELECT id FROM connection_request WHERE sender = {} ORDER BY id", world.viewer.id))[0]
        parts: dict[str, Any] = {
            "request_id": sent["id"],
            "connection_id": connection_id,
            "statement_id": (await my_statements(world.viewer)).items[0].id,
            "purpose": "hobby",
            "step": "withdrawal",
        }
        paths = sorted({route.path_format for route in application().routes if "GET" in getattr(route, "methods", ())})
        found = []
        for path in paths:
            if SAME_FOR_ALL.match(path) or SEES_OWN_TIME.search(path):
                continue
            people = [*world.shown, world.asked, world.hidden, world.elsewhere] if "{member_id}" in path else [None]
            for person in people:
                values = dict.fromkeys(re.findall(r"\{(\w+)\}", path), UUID(int=7)) | parts
                values |= {} if person is None else {"member_id": person.id}
                found += [path.format(**values) + query for query in QUERIES.get(path, ("",))]
        return found

    async def _tries(self) -> list[tuple[str, str, str, Any]]:
        world = self.world
        draft = {"purpose": "hobby", "reason": REASON, "anchor": {"kind": "met", "where": "at the fair"}}
        tries: list[tuple[str, str, str, Any]] = [
            ("check", "POST", "/api/v1/reason-checks", draft | {"recipient_id": str(one.id)}) for one in world.shown
        ]
        for hidden in (world.hidden, world.elsewhere):
            at = f"/api/v1/matches/{hidden.id}/state"
            tries += [
                ("send", "POST", "/api/v1/connection-requests", draft | {"recipient_id": str(hidden.id)}),
                ("choose", "PUT", at, {"state": "later"}),
                ("block", "PUT", f"/api/v1/blocks/{hidden.id}", None),
            ]
        return tries


def _plainly(reply: Response) -> str:
    assert reply.status_code < 500, (reply.request.url.path, reply.text)
    assert reply.status_code != 401, (reply.request.url.path, reply.text)
    headers = sorted(f"{name}: {value}" for name, value in reply.headers.items() if name != "date")
    text = "\n".join([str(reply.status_code), *headers, reply.text])
    for pattern, instead in RANDOM:
        text = pattern.sub(instead, text)
    return SIGNED.sub("SIGNED", text)


@pytest.fixture
async def viewer(client: AsyncClient, moved_clock: MovedClock, monkeypatch: pytest.MonkeyPatch) -> Viewer:
    """A viewer in a small world, who has looked at everything once: what is new to them is not new any more."""
    lift_limits(monkeypatch)
    client.headers["Accept-Encoding"] = "identity"  # how short a reply packs depends on what is random in it
    world = await make_world()
    friend, connection_id = await make_friend(world)
    await send_message(friend, connection_id, draft=MessageCreate("The cuckoo is back."))
    moved_clock.move(minutes=1)
    await send_message(world.viewer, connection_id, draft=MessageCreate("Mine has flown."))
    moved_clock.move(minutes=1)
    token = await as_member(client, world.viewer)
    session = await open_session(world.viewer, label="Firefox on Linux")
    made = Viewer(client, world, token, session.token)
    await made.look()
    return made


async def test_what_goes_on_out_of_sight_changes_no_byte_anywhere(viewer: Viewer, soaking: bool) -> None:  # noqa: FBT001
    before: dict[str, str] = {}
    async with undone():
        before = await viewer.look()
    addresses = 0
    for seed in range(WORLDS_OF_A_SOAK if soaking else WORLDS):
        drawn = _acts(seed)
        async with undone():
            await do(viewer.world, drawn)
            after = await viewer.look()
            addresses += len(after)
            for address, told in before.items():
                done = [act.__name__ for act, _ in drawn]
                assert after[address] == told, f"seed {seed}, {done}: {address} tells"
    assert addresses > 200
    assert len(before) > 60


async def test_each_act_alone_changes_no_byte_of_the_pages_about_people(viewer: Viewer, soaking: bool) -> None:  # noqa: FBT001
    acts = UNSEEN if soaking else MORE[:: len(MORE) // 2]
    async with undone():
        before = await viewer.look()
    for act in acts:
        async with undone():
            await do(viewer.world, [(act, 0), (act, 7)])
            after = await viewer.look()
        different = [address for address, told in before.items() if after[address] != told]
        assert different == [], f"{act.__name__} shows at {different}"


async def test_what_may_be_seen_does_show(viewer: Viewer) -> None:
    async with undone():
        before = await viewer.look()
    async with undone():
        await update_me(viewer.world.shown[0], change=MeUpdate(display_name="Benjamin"))
        after = await viewer.look()

    assert after[f"/members/{viewer.world.shown[0].id}"] != before[f"/members/{viewer.world.shown[0].id}"]


def _acts(seed: int) -> Sequence[tuple[Act, int]]:
    drawn = random.Random(seed)  # noqa: S311 - the same worlds every time
    return [(drawn.choice(UNSEEN), drawn.randrange(100)) for _ in range(ACTS_IN_A_WORLD)]
