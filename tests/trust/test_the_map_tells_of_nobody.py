"""Whatever anybody does moves no byte of the interest map before the night, and blocks none after it."""

from collections.abc import Awaitable, Callable

import msgspec
import pytest
from httpx import AsyncClient

from api.interest_map.drawing import draw_map
from api.interest_map.queries import interest_map
from api.moderation.services import block_member
from api.profiles.schemas import Purpose
from tests.api.interest_map.making import make_community
from tests.api.matching.out_of_sight import World, do, make_world
from tests.factories import make_statement
from tests.moved_clock import MovedClock
from tests.trust.further_acts import UNSEEN, make_friend
from tests.undone import undone
from tests.unlimited import lift_limits
from tests.web.browsing import browser_of

Look = Callable[[], Awaitable[dict[str, str]]]


@pytest.fixture
async def world(client: AsyncClient, moved_clock: MovedClock, monkeypatch: pytest.MonkeyPatch) -> World:
    """A viewer in a world that is large enough for a map."""
    lift_limits(monkeypatch)
    made = await make_world()
    await make_friend(made)
    await make_community()
    await draw_map(Purpose.HOBBY)
    return made


@pytest.fixture
async def look(client: AsyncClient, world: World) -> Look:
    """All that the viewer, who is signed in already, gets of the map."""
    browser = await browser_of(client, world.viewer)

    async def all_of_it() -> dict[str, str]:
        told = {path: (await browser.open(path)).text for path in ("/map", "/map/hobby")}
        found = await interest_map(world.viewer, purpose=Purpose.HOBBY)
        return told | {"all of it": msgspec.json.encode(found).decode()}

    return all_of_it


async def test_nothing_that_anybody_does_moves_the_map_before_the_night(look: Look, world: World) -> None:
    before = await look()
    # Whoever has left does nothing after it.
    acts = sorted(UNSEEN, key=lambda act: act.__name__ == "leave_unseen")

    async with undone():
        await do(world, [(act, number) for number, act in enumerate(acts)])
        for member in world.shown:
            await make_statement(member, "I keep bees on the roof of a car park.")
        after = await look()

    assert '"place":' in before["all of it"]
    assert after == before


async def test_a_block_moves_nothing_after_the_night_either(look: Look, world: World) -> None:
    await draw_map(Purpose.HOBBY)
    before = await look()

    for member in world.shown:
        await block_member(member, world.viewer.id)
    await block_member(world.viewer, world.asked.id)
    await draw_map(Purpose.HOBBY)

    assert await look() == before
