"""Lists are computed by jobs before anyone looks, once however many compute, and never more often than visits might."""

import asyncio
from typing import Any

import pytest

from api import jobs, worker
from api.accounts.schemas import Member
from api.database import fetch
from api.matching import freshness, lists
from api.matching.candidates import read_pool
from api.moderation.blocking import block_member
from api.profiles import me
from api.profiles import services as profiles
from api.profiles.schemas import Audience, MeUpdate, Purpose, PurposeSwitch, StatementUpdate
from tests.api.matching.making import CHOIR, MOTORCYCLES, SAME_SPOONS, SPOONS, names
from tests.factories import make_member, make_statement
from tests.moved_clock import MovedClock

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What is computed from now on: something for every time that everyone was read and ranked."""
    pools: list[object] = []

    async def counting(*subject: Any) -> Any:
        pools.append(subject)
        return await read_pool(*subject)

    monkeypatch.setattr(lists, "read_pool", counting)
    return pools


@pytest.fixture
def long_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list counts as a long one."""
    monkeypatch.setattr(freshness, "FEW_ENTRIES", 0)


@pytest.fixture(autouse=True)
def only_what_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "SCHEDULE", ())
    monkeypatch.setattr(worker, "SECONDS_BEFORE_THE_FIRST", 0)
    monkeypatch.setattr(worker, "CAN_WAIT", set())


async def _asked_for() -> list[dict[str, Any]]:
    return await fetch("SELECT convert_from(payload, 'UTF8')::jsonb ->> 'purpose' AS purpose FROM pgqueuer ORDER BY id")


async def _do_jobs() -> None:
    """Have the real queue done, without the pause that lets several changes come together."""
    await fetch("UPDATE pgqueuer SET execute_after = now()")
    async with worker.running(), asyncio.timeout(30):
        while await _asked_for():  # noqa: ASYNC110 - the queue tells nobody when it is empty
            await asyncio.sleep(0.02)


async def test_a_list_is_there_before_it_is_looked_at(computed: list[object]) -> None:
    await make_member("Ben", statements=[SAME_SPOONS])
    ada = await make_member("Ada", statements=[SPOONS])
    await _do_jobs()
    before = len(computed)

    assert await names(ada) == ["Ben"]
    assert len(computed) == before


async def test_a_first_match_does_not_wait_for_a_job() -> None:
    await make_member("Ben", statements=[SAME_SPOONS])
    ada = await make_member("Ada", statements=[SPOONS])

    assert await names(ada) == ["Ben"]


async def test_a_job_has_nothing_to_do_after_a_visit(computed: list[object]) -> None:
    ada = await make_member("Ada", statements=[SPOONS])
    await names(ada)

    await _do_jobs()

    assert len(computed) == 1


async def test_several_changes_are_computed_with_together(computed: list[object]) -> None:
    await make_member("Ada", statements=[SPOONS, CHOIR, MOTORCYCLES])

    await _do_jobs()

    assert len(computed) == 1


@pytest.mark.parametrize("edit", ["add", "change", "hide", "delete", "switch", "place"])
async def test_every_change_of_ones_own_asks_for_the_list(edit: str) -> None:
    ada = await make_member("Ada")
    statement = await make_statement(ada, SPOONS)
    if edit == "switch":
        await profiles.switch_off_purpose(ada, purpose=Purpose.HOBBY)
    await fetch("DELETE FROM pgqueuer")

    match edit:
        case "add":
            await make_statement(ada, CHOIR)
        case "change":
            await profiles.change_statement(ada, statement.id, change=StatementUpdate(text=CHOIR))
        case "hide":
            await profiles.change_statement(ada, statement.id, change=StatementUpdate(audience=Audience.NOBODY))
        case "delete":
            await profiles.delete_statement(ada, statement.id)
        case "switch":
            await profiles.switch_on_purpose(ada, purpose=Purpose.HOBBY, switch=PurposeSwitch())
        case _:
            await me.update_me(ada, change=MeUpdate(place_id=2644688))

    assert await _asked_for() == [{"purpose": "hobby"}]


async def test_a_purpose_without_words_asks_for_nothing() -> None:
    await make_member("Ada")

    assert await _asked_for() == []


async def test_seeding_asks_for_nothing() -> None:
    with jobs.none_asked_for():
        await make_member("Ada", statements=[SPOONS])

    assert await _asked_for() == []


async def test_a_list_that_is_merely_old_is_shown_and_new_at_the_next_visit(
    long_list: None, moved_clock: MovedClock
) -> None:
    ada = await make_member("Ada", statements=[SPOONS])
    await names(ada)
    await make_member("Ben", statements=[SAME_SPOONS])
    await _do_jobs()
    moved_clock.move(hours=1, seconds=1)

    at_first = await names(ada)
    await _do_jobs()

    assert at_first == []
    assert await names(ada) == ["Ben"]


async def test_two_visits_at_once_compute_once(computed: list[object]) -> None:
    ada = await make_member("Ada", statements=[SPOONS])
    await make_member("Ben", statements=[SAME_SPOONS])

    both = await asyncio.gather(names(ada), names(ada))

    assert list(both) == [["Ben"], ["Ben"]]
    assert len(computed) == 1


async def test_jobs_follow_up_no_more_than_half_of_a_days_edits(
    long_list: None, computed: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freshness, "OWN_EDITS_A_DAY", 4)
    monkeypatch.setattr(freshness, "LEFT_FOR_VISITS", 2)
    ada = await make_member("Ada", statements=[SPOONS])
    await names(ada)
    computed.clear()

    for number in range(4):
        await _edit(ada, number)
        await _do_jobs()

    assert len(computed) == 2


async def test_edits_beyond_the_days_allowance_compute_nothing(
    long_list: None, computed: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freshness, "OWN_EDITS_A_DAY", 2)
    monkeypatch.setattr(freshness, "LEFT_FOR_VISITS", 1)
    ada = await make_member("Ada", statements=[SPOONS])
    await names(ada)
    computed.clear()

    for number in range(4):
        await _edit(ada, number)
        await _do_jobs()
        await names(ada)

    assert len(computed) == 2


async def test_a_list_whose_viewer_left_is_not_computed(computed: list[object]) -> None:
    ada = await make_member("Ada", statements=[SPOONS])
    await fetch("DELETE FROM account WHERE id = {}", ada.id)

    await _do_jobs()

    assert computed == []


async def _edit(member: Member, number: int) -> None:
    await make_statement(member, f"{CHOIR} {number}")


@pytest.mark.parametrize("passed", [{"seconds": 1}, {"hours": 2}, {"days": 2}])
async def test_a_visit_costs_the_same_whatever_others_do_out_of_sight(
    computed: list[object], moved_clock: MovedClock, passed: dict[str, float]
) -> None:
    """Somebody who blocked Ada writes something between her visits, or does not."""
    ada = await make_member("Ada", statements=[SPOONS])
    grace = await make_member("Grace", statements=[SAME_SPOONS])
    await block_member(grace, ada.id)
    costs = []

    for writes in (False, True):
        await names(ada)
        await fetch("DELETE FROM pgqueuer")
        if writes:
            await make_statement(grace, CHOIR)
            await fetch("DELETE FROM pgqueuer")
        moved_clock.move(**passed)
        computed.clear()
        await names(ada)
        costs.append((len(computed), await _asked_for()))

    assert costs[0] == costs[1]


async def test_a_short_list_has_whoever_joins_at_the_next_visit(computed: list[object]) -> None:
    ada = await make_member("Ada", statements=[SPOONS])
    await names(ada)
    await make_member("Ben", statements=[SAME_SPOONS])

    assert await names(ada) == ["Ben"]
