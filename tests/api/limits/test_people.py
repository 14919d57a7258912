"""Nobody sees more distinct people than their quota; whoever they saw stays open to them."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from api import clock
from api.database import fetch
from api.errors import NotFoundError
from api.limits import people
from api.limits.limit import Window
from api.limits.people import forget_seen, see
from api.profiles.queries import member
from tests.api.connections.making import make_recipient
from tests.api.limits.seeing import DAY, connect, quota, seen_of, used_of
from tests.factories import make_member
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("others", [59, 60, 61])
async def test_a_new_account_sees_as_many_as_it_may_and_not_one_more(others: int) -> None:
    viewer = await make_member()
    wanted = [uuid4() for _ in range(others)]

    seen = await see(viewer.id, wanted)

    assert seen.shown == set(wanted[:60])
    assert (seen.reached is None) is (others <= 60)


async def test_racing_shows_not_one_person_more() -> None:
    viewer = await make_member()
    groups = [[uuid4() for _ in range(7)] for _ in range(20)]

    results = await asyncio.gather(*(see(viewer.id, group) for group in groups))

    assert len({person for seen in results for person in seen.shown}) == 60
    assert sum(seen.reached is not None for seen in results) >= 11


async def test_the_same_people_again_cost_nothing_even_after_the_quota_is_used_up() -> None:
    viewer = await make_member()
    wanted = [uuid4() for _ in range(60)]
    await see(viewer.id, wanted)

    for _ in range(3):
        people._known.clear()
        assert await seen_of(viewer.id, wanted) == 60
        assert await seen_of(viewer.id, [*wanted[:5], uuid4()]) == 5
    assert await used_of(viewer) == [60, 60]


async def test_room_comes_back_when_it_was_said_and_not_before(moved_clock: MovedClock) -> None:
    viewer = await make_member()
    await see(viewer.id, [uuid4() for _ in range(60)])
    held = await see(viewer.id, [uuid4()])
    assert held.reached is not None
    assert held.reached.more_at == clock.now() + timedelta(days=1)

    moved_clock.move(days=1, seconds=-1)
    assert await seen_of(viewer.id, [uuid4()]) == 0
    moved_clock.move(seconds=1)
    assert await seen_of(viewer.id, [uuid4()]) == 1


async def test_the_month_holds_beside_the_day(monkeypatch: pytest.MonkeyPatch, moved_clock: MovedClock) -> None:
    quota(monkeypatch, [Window(10, DAY), Window(25, 30 * DAY)])
    viewer = await make_member()

    each_day = []
    for _ in range(32):
        each_day.append(await seen_of(viewer.id, [uuid4() for _ in range(50)]))
        moved_clock.move(days=1)

    assert each_day == [10, 10, 5] + [0] * 27 + [10, 10]


async def test_whoever_was_seen_is_forgotten_after_thirty_days(moved_clock: MovedClock) -> None:
    viewer = await make_member()
    await see(viewer.id, [uuid4() for _ in range(4)])
    moved_clock.move(days=29)
    await see(viewer.id, [uuid4()])
    moved_clock.move(days=1)

    assert await forget_seen() == 4
    assert len(await fetch("SELECT 1 AS one FROM person_seen")) == 1


async def test_what_is_kept_names_nobody_who_was_seen() -> None:
    viewer, seen = await make_member(), await make_member()
    await member(viewer, seen.id)
    await member(seen, viewer.id)

    rows = await fetch("SELECT * FROM person_seen")

    assert {row["viewer"] for row in rows} == {viewer.id, seen.id}
    assert len({row["pair"] for row in rows}) == 2
    assert all(seen.id.bytes not in row["pair"] and viewer.id.bytes not in row["pair"] for row in rows)


async def test_pairs_go_with_the_account_of_whoever_looked() -> None:
    viewer = await make_member()
    await see(viewer.id, [uuid4()])

    await fetch("DELETE FROM account WHERE id = {}", viewer.id)

    assert await fetch("SELECT 1 AS one FROM person_seen") == []


async def test_with_room_whoever_is_not_there_costs_nothing_and_is_not_found() -> None:
    viewer = await make_member()
    for _ in range(70):
        with pytest.raises(NotFoundError):
            await member(viewer, uuid4())

    assert await used_of(viewer) == [0, 0]


async def test_oneself_and_whoever_one_is_in_touch_with_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    quota(monkeypatch, [Window(1, DAY)])
    viewer, friend, seen = await make_member("Ada"), await make_recipient("Grace"), await make_member("Mary")
    await connect(viewer, friend)
    await fetch("DELETE FROM person_seen")
    await member(viewer, seen.id)

    assert (await member(viewer, viewer.id)).id == viewer.id
    assert (await member(viewer, friend.id)).connected
    assert await used_of(viewer) == [1]
