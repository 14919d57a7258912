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

from api import clock
from api.accounts.schemas import Member
from api.accounts.services import open_session
from api.authentication import cookie_name
from api.connections.schemas import ConnectionUpdate
from api.connections.services import update_note
from api.conversations.schemas import MessageCreate
from api.conversations.services import mark_read, send_message
from api.database import fetch
from api.moderation.reporting import report
from api.moderation.schemas import Category, ReportCreate, Target, TargetKind
from api.moderation.services import block_member
from api.profiles.me import update_me
from api.profiles.queries import my_statements
from api.profiles.schemas import Audience, MeUpdate, Purpose
from api.profiles.services import switch_off_purpose
from tests.api.connections.making import make_connection
from tests.api.matching.out_of_sight import ACTS, Act, World, bear_more_requests, do, make_world, undone
from tests.application import application
from tests.factories import as_member, make_member, make_statement
from tests.moved_clock import MovedClock
from tests.unlimited import lift_limits
from tests.web.test_silence_everywhere import QUERIES, RANDOM, SAME_FOR_ALL

WORLDS, WORLDS_OF_A_SOAK = 4, 300
ACTS_IN_A_WORLD = 6
SEES_OWN_TIME = re.compile(r"/export")
"""Says when it was made, and what one asked for oneself; it has tests of its own."""
REASON = "A clock from my aunt has stood still since March, and yours tick at the kitchen table; how did you begin?"
SIGNED = re.compile(r"[A-Za-z0-9_-]{40,}")
"""What is signed or sealed anew each time, such as a cursor."""

FRIENDS: dict[UUID, tuple[Member, UUID]] = {}


def friend_of(world: World) -> tuple[Member, UUID]:
    """Fay, with whom the viewer is connected, and their connection."""
    return FRIENDS[world.viewer.id]


async def note_about_the_viewer(world: World, number: int) -> None:
    friend, connection_id = friend_of(world)
    await update_note(friend, connection_id, change=ConnectionUpdate(f"Met {number} times."))


async def read_what_the_viewer_wrote(world: World, _: int) -> None:
    friend, connection_id = friend_of(world)
    await mark_read(friend, connection_id)


async def keep_drafts_of_a_friend(world: World, number: int) -> None:
    friend, _ = friend_of(world)
    await make_statement(friend, f"A draft of {number} words.", audience=Audience.NOBODY)


async def agree_to_what_is_sensitive(world: World, number: int) -> None:
    from api.profiles.purposes import consent_version
    from api.profiles.schemas import PurposeSwitch
    from api.profiles.services import switch_on_purpose

    for member in world.two(number):
        switch = PurposeSwitch(consent=consent_version(Purpose.BELIEF))
        await switch_on_purpose(member, purpose=Purpose.BELIEF, switch=switch)
        await make_statement(member, f"I sit in silence at dawn, {number}.", purpose=Purpose.BELIEF)


async def take_a_consent_back(world: World, number: int) -> None:
    await switch_off_purpose(world.one(number), purpose=Purpose.BELIEF)


async def report_each_other(world: World, number: int) -> None:
    one, other = world.two(number)
    about = other if number % 2 else world.viewer
    await report(one, draft=ReportCreate(Target(TargetKind.MEMBER, about.id), Category.SCAM, words=f"{number}"))


async def suspend_the_unseen(world: World, number: int) -> None:
    gone = world.hidden if number % 2 else world.elsewhere
    await fetch("UPDATE account SET suspended_at = {} WHERE id = {}", clock.now(), gone.id)


async def pause_somebodys_requests(world: World, number: int) -> None:
    member = world.one(number)
    await fetch("UPDATE account SET requests_paused_until = {} WHERE id = {}", clock.now(), member.id)


async def block_the_viewer_from_afar(world: World, _: int) -> None:
    await fetch(
        "INSERT INTO block (id, blocker, blocked, created_at) "
        "SELECT gen_random_uuid(), id, {}, {} FROM account WHERE id = {} ON CONFLICT DO NOTHING",
        world.viewer.id,
        clock.now(),
        world.elsewhere.id,
    )


async def block_a_friend_of_the_viewer(world: World, number: int) -> None:
    await block_member(world.one(number), friend_of(world)[0].id)


async def bear_more(world: World, number: int) -> None:
    await update_me(world.one(number), change=MeUpdate(request_capacity=6 + number % 14))


async def become_a_moderator(world: World, number: int) -> None:
    await fetch("UPDATE account SET is_moderator = NOT is_moderator WHERE id = {}", world.one(number).id)


MORE: list[Act] = [
    note_about_the_viewer,
    read_what_the_viewer_wrote,
    keep_drafts_of_a_friend,
    agree_to_what_is_sensitive,
    take_a_consent_back,
    report_each_other,
    suspend_the_unseen,
    pause_somebodys_requests,
    block_the_viewer_from_afar,
    block_a_friend_of_the_viewer,
    bear_more,
    become_a_moderator,
]
UNSEEN = [act for act in ACTS if act is not bear_more_requests] + MORE
"""All but the one that also says in which languages somebody can be written to, which their page shows."""


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


async def make_friend(world: World) -> tuple[Member, UUID]:
    """Connect the viewer with Fay."""
    friend = await make_member("Fay", statements=["I mend old mechanical clocks at my kitchen table."])
    connection_id = await make_connection(world.viewer, friend, reason=REASON)
    FRIENDS[world.viewer.id] = friend, connection_id
    return friend, connection_id


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
