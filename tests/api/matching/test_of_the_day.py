"""The people on the first page: the same ones all day, others on other days, never somebody who cannot be met."""

from uuid import UUID

import pytest

from api.accounts.schemas import Member
from api.database import fetch
from api.matching.queries import matches, people_of_the_day
from api.matching.schemas import ChoiceState, MatchChoiceSet
from api.matching.services import choose
from api.moderation.services import block_member
from api.profiles.schemas import Purpose
from tests.factories import make_member, make_statement
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")

CARVES = "I carve spoons and bowls from windfall apple wood"
WANTS_TO_CARVE = "I want to learn to carve wooden spoons by hand"


async def world(*, others: int) -> tuple[Member, list[Member]]:
    ada = await make_member("Ada", statements=[("seeking", WANTS_TO_CARVE)])
    return ada, [await make_member(f"Carver{number}", statements=[CARVES]) for number in range(others)]


async def today(ada: Member) -> list[UUID]:
    found = await people_of_the_day(ada, purposes=[Purpose.HOBBY], most=3)
    return [one.member.id for one in found.items]


async def test_they_stay_the_same_all_day_also_when_the_list_is_made_anew(moved_clock: MovedClock) -> None:
    ada, _ = await world(others=6)
    first = await today(ada)

    for number in range(3):
        await make_member(f"New{number}", statements=[WANTS_TO_CARVE, CARVES])
    await make_statement(ada, "I would like to carve wooden bowls and spoons")  # an edit computes the list at once

    assert len(first) == 3
    assert set(await today(ada)) == set(first)
    assert set(await today(ada)) == set(first)


async def test_they_go_round_from_day_to_day(moved_clock: MovedClock) -> None:
    ada, others = await world(others=6)

    days = []
    for _ in range(3):
        days.append(set(await today(ada)))
        moved_clock.move(days=1)

    assert days[0] | days[1] == {other.id for other in others}
    assert days[2] == days[0]


async def test_another_takes_the_place_of_whoever_is_put_off(moved_clock: MovedClock) -> None:
    ada, _ = await world(others=6)
    first = await today(ada)

    await choose(ada, first[0], choice=MatchChoiceSet(ChoiceState.LATER))
    await choose(ada, first[1], choice=MatchChoiceSet(ChoiceState.NOT_FOR_ME))

    then = await today(ada)
    assert then[0] == first[2]
    assert len(then) == 3
    assert not set(then) & set(first[:2])
    assert await today(ada) == then


async def test_whoever_cannot_be_met_any_more_makes_room_alike_whatever_the_cause(moved_clock: MovedClock) -> None:
    ada, others = await world(others=7)
    first = await today(ada)
    by_id = {other.id: other for other in others}

    await block_member(by_id[first[0]], ada.id)
    await fetch("UPDATE account SET suspended_at = {} WHERE id = {}", moved_clock.now(), first[1])
    await fetch("UPDATE account SET paused_until = {} WHERE id = {}", moved_clock.now().replace(year=2100), first[2])

    then = await today(ada)
    assert len(then) == 3
    assert not set(then) & set(first)


async def test_only_those_shown_are_noted(moved_clock: MovedClock) -> None:
    ada, _ = await world(others=6)

    await matches(ada, purpose=Purpose.HOBBY)
    assert await fetch("SELECT 1 FROM match_entry WHERE first_page_on IS NOT NULL") == []
    first = await today(ada)

    noted = await fetch("SELECT member FROM match_entry WHERE first_page_on IS NOT NULL")
    assert {row["member"] for row in noted} == set(first)
