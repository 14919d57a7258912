"""The clock runs ahead for a week and is put right: nobody is kept out, and nothing waits for a time that was wrong."""

import asyncio
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from pgqueuer import PgQueuer

from api import jobs, worker
from api.accounts.second_factor import check_code
from api.clock_jumps import bring_back
from api.database import fetch
from api.limits.errors import TooManyError
from api.limits.limit import Fails, Limit, Per, Window
from api.limits.services import spend
from api.mail import services as mail
from api.mail.letters import letter
from api.mail.schemas import MailKind, MailWaiting
from api.matching.freshness import Due, ListState, due
from tests.api.accounts.making import code_of, with_app
from tests.api.mail.posting import Postbox, smtp_server, write_to
from tests.factories import make_member
from tests.moved_clock import MovedClock

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

LIMIT = Limit(
    name="test-clock", per=Per.ACCOUNT, windows=(Window(3, 3_600),), fails=Fails.CLOSED, counts="tries", lease=1
)
MODULES = [path for package in ("api", "web") for path in Path(package).rglob("*.py")]


@pytest.mark.parametrize(("ahead", "after"), [({"days": 7}, {"days": -7}), ({"hours": 1}, {"hours": -1})])
async def test_a_limit_that_was_spent_ahead_is_there_again(
    moved_clock: MovedClock, ahead: dict[str, float], after: dict[str, float]
) -> None:
    moved_clock.move(**ahead)
    for _ in range(3):
        await spend(LIMIT, who="ada")
    moved_clock.move(**after)

    for _ in range(3):
        await spend(LIMIT, who="ada")
    with pytest.raises(TooManyError) as refused:
        await spend(LIMIT, who="ada")

    assert refused.value.retry_after is not None
    assert refused.value.retry_after <= 3_600


async def test_clocks_that_are_a_little_apart_let_nobody_spend_twice(moved_clock: MovedClock) -> None:
    for _ in range(3):
        await spend(LIMIT, who="ada")

    moved_clock.move(seconds=-50)

    with pytest.raises(TooManyError):
        await spend(LIMIT, who="ada")


async def test_a_code_that_was_used_ahead_keeps_nobody_out(moved_clock: MovedClock) -> None:
    ada = await make_member("Ada")
    key, _ = await with_app(ada)
    moved_clock.move(days=7)
    await check_code(ada.id, code_of(key))
    moved_clock.move(days=-7)

    await check_code(ada.id, code_of(key))


def test_a_list_that_was_computed_ahead_is_computed_again() -> None:
    now = datetime.now(UTC)

    assert due(ListState("", computed_at=now + timedelta(days=7), entries=50), now) is Due.CHANGED


async def test_what_was_put_off_ahead_is_done_soon_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, moved_clock: MovedClock
) -> None:
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        first, second = [
            await mail.send(to="ada@example.org", mail=letter(MailKind.PASSWORD_CHANGED)) for _ in range(2)
        ]
        in_time = moved_clock.now() + max(mail.TRY_AGAIN_AFTER)
        await fetch("UPDATE outgoing_mail SET next_try_at = {} WHERE id = {}", in_time + timedelta(days=7), first)
        await fetch("UPDATE outgoing_mail SET next_try_at = {} WHERE id = {}", in_time, second)
        await fetch("UPDATE pgqueuer SET execute_after = now() + interval '7 days'")
        await jobs.enqueue("send_mail", MailWaiting(second), after=timedelta(minutes=5))

        brought_back = await _bring_back()

        assert await mail.send_due_mails() == 1
    assert brought_back == 3  # one mail and two jobs
    assert await fetch("SELECT 1 FROM pgqueuer WHERE execute_after > now() + interval '5 minutes'") == []
    assert await _bring_back() == 0


async def test_what_is_done_by_the_minute_goes_on_after_a_clock_that_ran_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    done = 0

    async def note() -> None:
        nonlocal done
        done += 1

    monkeypatch.setattr(worker, "SCHEDULE", (("note", "* * * * * */2", note),))  # the sixth: every two seconds
    monkeypatch.setattr(worker, "JOBS", {})
    monkeypatch.setattr(worker, "SECONDS_BEFORE_THE_FIRST", 0)
    monkeypatch.setattr("api.clock_jumps.SECONDS_BETWEEN_LOOKS", 3)
    await fetch("DELETE FROM pgqueuer_schedules")
    async with worker.running(), asyncio.timeout(60):
        while not await fetch("SELECT 1 FROM pgqueuer_schedules"):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.05)
        await fetch("UPDATE pgqueuer_schedules SET next_run = now() + interval '7 days'")
        before = done
        while done == before or await fetch("SELECT 1 FROM pgqueuer_schedules WHERE status = 'picked'"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def test_no_duration_is_measured_by_a_clock_that_can_jump() -> None:
    wall = re.compile(r"\btime\.time\(|\bfrom time import .*\btime\b|\butcnow\(|(?<!return )datetime\.now\(")

    found = [str(path) for path in MODULES if wall.search(path.read_text())]

    # Which compares with the time of a file, and waits no longer than that may take.
    assert found == ["api/sealing/rotation.py"]


async def _bring_back() -> int:
    connection = await asyncpg.connect(os.environ["WHEREFORE_DATABASE_URL"])
    try:
        return await bring_back(PgQueuer.from_asyncpg_connection(connection))
    finally:
        await connection.close()
