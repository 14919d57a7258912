"""Spending holds exactly, across connections and time, and says what becomes of it when the database is away."""

import asyncio
from uuid import uuid4

import pytest

from api.database import fetch, fetch_one, transaction
from api.engine import DatabaseUnavailableError
from api.limits import services
from api.limits.errors import TooManyError, soon
from api.limits.limit import Fails, Limit, Per, Window
from api.limits.services import forget_spent, give_back, spend
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")


def limit_of(*windows: tuple[int, int], lease: int = 1, fails: Fails = Fails.CLOSED) -> Limit:
    return Limit(
        name=f"test-{uuid4().hex[:8]}",
        per=Per.ACCOUNT,
        windows=tuple(Window(*window) for window in windows),
        fails=fails,
        counts="tries",
        lease=lease,
    )


async def spent_of(limit: Limit, times: int, who: str = "ada") -> int:
    """How many of so many tries at once were let through."""
    results = await asyncio.gather(*(spend(limit, who=who) for _ in range(times)), return_exceptions=True)
    assert all(isinstance(one, TooManyError) for one in results if isinstance(one, BaseException)), results
    return sum(not isinstance(one, BaseException) for one in results)


@pytest.mark.parametrize("tries", [9, 10, 11, 60])
async def test_of_many_at_once_exactly_as_many_pass_as_may(tries: int) -> None:
    assert await spent_of(limit_of((10, 300)), tries) == min(tries, 10)


async def test_no_period_of_that_length_has_more_whenever_it_begins(moved_clock: MovedClock) -> None:
    limit = limit_of((10, 300))
    passed = []
    for second in range(0, 1_800, 7):
        if await spent_of(limit, 1):
            passed.append(second)
        moved_clock.move(seconds=7)

    assert len(passed) > 40
    assert max(sum(begin <= one < begin + 300 for one in passed) for begin in range(1_800)) == 10


async def test_every_window_of_a_limit_holds(moved_clock: MovedClock) -> None:
    limit = limit_of((5, 300), (8, 3_600))

    assert await spent_of(limit, 20) == 5
    moved_clock.move(seconds=301)
    assert await spent_of(limit, 20) == 3
    moved_clock.move(seconds=301)
    assert await spent_of(limit, 20) == 0
    moved_clock.move(seconds=3_000)
    assert await spent_of(limit, 20) == 5


async def test_a_refusal_says_when_it_is_worth_trying_and_then_it_is(moved_clock: MovedClock) -> None:
    limit = limit_of((2, 300))
    await spend(limit, who="ada")
    moved_clock.move(seconds=100)
    await spend(limit, who="ada")

    with pytest.raises(TooManyError) as refused:
        await spend(limit, who="ada")
    assert refused.value.retry_after == 200
    moved_clock.move(seconds=199)
    assert await spent_of(limit, 1) == 0
    moved_clock.move(seconds=1)
    assert await spent_of(limit, 1) == 1


async def test_what_is_refused_costs_nothing_so_that_trying_on_does_not_keep_anyone_out(
    moved_clock: MovedClock,
) -> None:
    limit = limit_of((3, 60))
    await spent_of(limit, 3)
    for _ in range(59):
        moved_clock.move(seconds=1)
        assert await spent_of(limit, 1) == 0

    moved_clock.move(seconds=1, microseconds=9)  # stamps of one moment are told apart by a microsecond

    assert await spent_of(limit, 3) == 3


async def test_one_spends_for_nobody_else() -> None:
    limit = limit_of((3, 60))
    await spent_of(limit, 5, who="ada")

    assert await spent_of(limit, 5, who="grace") == 3
    assert await spent_of(limit_of((3, 60)), 5, who="ada") == 3


async def test_what_is_given_back_can_be_spent_again_once() -> None:
    limit = limit_of((2, 60))
    first = await spend(limit, who="ada")
    await spend(limit, who="ada")

    await give_back(first)
    await give_back(first)

    assert await spent_of(limit, 5) == 1


async def test_a_lease_pays_for_many_calls_with_one_statement_and_never_lets_more_through() -> None:
    limit = limit_of((100, 60), lease=10)
    passed = 0
    for _ in range(150):
        passed += await spent_of(limit, 1)
    services._leases.clear()  # as after a restart, or in another process

    assert passed == 100
    assert await spent_of(limit, 1) == 0
    row = await fetch_one("SELECT cardinality(spent) AS stamps FROM rate_spent")
    assert row == {"stamps": 10}


async def test_the_table_names_nobody_and_is_not_written_to_the_log_of_the_database() -> None:
    await spend(limit_of((3, 60)), who="address 203.0.113.9")

    [row] = await fetch("SELECT key, spent FROM rate_spent")
    [table] = await fetch("SELECT relpersistence::text AS kind FROM pg_class WHERE relname = 'rate_spent'")

    assert len(row["key"]) == 16
    assert b"203" not in row["key"]
    assert table["kind"] == "u"


async def test_what_counts_no_more_is_deleted(moved_clock: MovedClock) -> None:
    await spend(limit_of((3, 60)), who="ada")
    await spend(limit_of((3, 60), (9, 600)), who="ada")

    moved_clock.move(seconds=61)

    assert await forget_spent() == 1
    assert len(await fetch("SELECT 1 AS one FROM rate_spent")) == 1


@pytest.mark.parametrize("fails", list(Fails))
async def test_without_the_database_a_limit_fails_as_it_says(fails: Fails, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise DatabaseUnavailableError

    monkeypatch.setattr(services, "fetch_one", away)

    if fails is Fails.OPEN:
        assert await spend(limit_of((3, 60), fails=fails), who="ada") is None
        return
    with pytest.raises(DatabaseUnavailableError):
        await spend(limit_of((3, 60), fails=fails), who="ada")


async def test_nothing_is_spent_within_a_transaction_that_might_be_rolled_back() -> None:
    async with transaction():
        with pytest.raises(RuntimeError, match="within a transaction"):
            await spend(limit_of((3, 60)), who="ada")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "in a minute"), (61, "in 2 minutes"), (3_600, "in 60 minutes"), (3_601, "in 2 hours"), (200_000, "in 3 days")],
)
def test_when_to_try_again_is_said_as_a_person_would_and_never_too_early(seconds: int, words: str) -> None:
    assert soon(seconds) == words
