"""What a member may not read changes no byte of their lists, whatever it is and whoever does it."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.accounts.schemas import Member
from api.database import fetch
from api.matching import queries
from api.profiles.schemas import Purpose
from tests.api.matching.making import SPOONS
from tests.api.matching.out_of_sight import ACTS, Act, World, do, leave_unseen, make_world
from tests.factories import make_statement
from tests.moved_clock import MovedClock
from tests.undone import undone
from tests.unlimited import lift_limits

pytestmark = pytest.mark.usefixtures("database")


async def _lists(viewer: Member) -> list[bytes]:
    return [
        msgspec.json.encode(await queries.matches(viewer, purpose=purpose, limit=100))
        for purpose in (Purpose.HOBBY, Purpose.INTEREST)
    ]


async def _from_scratch(viewer: Member) -> list[bytes]:
    await fetch("DELETE FROM match_list WHERE viewer = {}", viewer.id)
    return await _lists(viewer)


@pytest.fixture
async def world(database: None, monkeypatch: pytest.MonkeyPatch) -> World:
    """A small world, the same for every example, as each is undone."""
    lift_limits(monkeypatch)
    return await make_world()


@given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 99)), min_size=1, max_size=6))
@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_what_a_member_may_not_read_changes_no_byte_of_their_lists(
    world: World, moved_clock: MovedClock, acts: list[tuple[Act, int]]
) -> None:
    async with undone():
        before = await _from_scratch(world.viewer)
        await do(world, acts)
        assert await _lists(world.viewer) == before
        moved_clock.move(hours=2)
        assert await _lists(world.viewer) == before
        assert await _from_scratch(world.viewer) == before


async def test_each_of_these_alone_changes_no_byte(world: World, moved_clock: MovedClock) -> None:
    for done in ACTS:
        async with undone():
            before = await _from_scratch(world.viewer)
            await do(world, [(done, 0), (done, 7)])
            moved_clock.move(hours=2)
            assert await _lists(world.viewer) == before, done.__name__
            assert await _from_scratch(world.viewer) == before, done.__name__


async def test_in_a_world_without_all_that_is_hidden_the_lists_are_the_same(world: World) -> None:
    await do(world, [(done, number) for number, done in enumerate(ACTS) if done is not leave_unseen])
    with_it = await _from_scratch(world.viewer)

    seen = [member.id for member in (world.viewer, world.asked, *world.shown)]
    await fetch("DELETE FROM account WHERE NOT id = ANY({}::uuid[])", seen)
    await fetch("DELETE FROM statement_vector WHERE NOT member = ANY({}::uuid[]) OR purpose = 'business'", seen)
    await fetch("DELETE FROM statement WHERE audience <> 'purpose' OR purpose = 'business'")
    await fetch("DELETE FROM member_purpose WHERE purpose = 'business'")
    await fetch("DELETE FROM connection_request WHERE sender <> {}", world.viewer.id)
    await fetch("UPDATE connection_request SET declined_silently_at = NULL")
    for table in ("block", "connection", "match_choice", "match_list", "session"):
        await fetch(f"DELETE FROM {table}")

    assert len(msgspec.json.decode(with_it[0])["items"]) == len(world.shown)
    assert await _from_scratch(world.viewer) == with_it


async def test_what_a_member_may_read_does_change_their_lists(world: World, moved_clock: MovedClock) -> None:
    before = await _from_scratch(world.viewer)

    await make_statement(world.one(1), SPOONS)

    moved_clock.move(hours=2)
    assert await _lists(world.viewer) != before
