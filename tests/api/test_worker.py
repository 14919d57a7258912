"""Jobs are done once, after what asked for them is committed, and are tried again when they fail."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest

from api import jobs, worker
from api.database import fetch, transaction

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]


class About(msgspec.Struct, frozen=True):
    subject: str


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the job `note` was done about; it is the only one there is."""
    noted: list[str] = []

    async def note(about: bytes) -> None:
        noted.append(msgspec.json.decode(about, type=About).subject)

    monkeypatch.setattr(worker, "JOBS", {"note": note})
    monkeypatch.setattr(worker, "SCHEDULE", ())
    monkeypatch.setattr(worker, "SECONDS_BEFORE_THE_FIRST", 0)
    monkeypatch.setattr(worker, "SECONDS_BEFORE_TRYING_AGAIN", 0.1)
    return noted


@asynccontextmanager
async def _until_nothing_waits() -> AsyncIterator[None]:
    async with worker.running():
        yield
        async with asyncio.timeout(30):
            while await _waiting():  # noqa: ASYNC110 - the queue tells nobody when it is empty
                await asyncio.sleep(0.02)


async def _waiting() -> int:
    return len(await fetch("SELECT 1 FROM pgqueuer"))


async def test_a_job_is_done_after_it_was_asked_for(done: list[str]) -> None:
    async with _until_nothing_waits():
        await jobs.enqueue("note", About("tea"))

    assert done == ["tea"]


async def test_a_job_that_waits_is_asked_for_once(done: list[str]) -> None:
    for subject in ("tea", "tea", "milk"):
        await jobs.enqueue("note", About(subject))

    async with _until_nothing_waits():
        pass

    assert sorted(done) == ["milk", "tea"]


async def test_a_job_goes_with_the_transaction_that_asked_for_it() -> None:
    async with transaction() as current:
        await jobs.enqueue("note", About("tea"))
        await current.rollback()

    assert await _waiting() == 0


async def test_nothing_is_asked_for_where_nobody_waits() -> None:
    with jobs.none_asked_for():
        await jobs.enqueue("note", About("tea"))

    assert await _waiting() == 0


async def test_several_processes_do_a_job_once(done: list[str]) -> None:
    async with worker.running(), _until_nothing_waits():
        for _ in range(10):
            await jobs.enqueue("note", About(str(uuid4())))

    assert len(done) == len(set(done)) == 10


async def test_a_job_that_fails_is_tried_again_and_holds_up_no_other(
    done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [ValueError("not yet")]

    async def fail(_: bytes) -> None:
        if failures:
            raise failures.pop()
        done.append("at last")

    monkeypatch.setattr(worker, "JOBS", worker.JOBS | {"fail": fail})
    await jobs.enqueue("fail", About("tea"))

    async with _until_nothing_waits():
        await jobs.enqueue("note", About("milk"))

    assert done == ["milk", "at last"]


async def test_a_job_that_always_fails_is_given_up(done: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_: bytes) -> None:
        raise ValueError("never")

    monkeypatch.setattr(worker, "JOBS", worker.JOBS | {"fail": fail})
    monkeypatch.setattr(worker, "TRIES", 0)
    await jobs.enqueue("fail", About("tea"))

    async with _until_nothing_waits():
        await jobs.enqueue("note", About("milk"))

    assert done == ["milk"]


async def test_what_is_done_last_may_wait_for_long() -> None:
    await jobs.enqueue("note", About("tea"), priority=jobs.LAST)
    await fetch("UPDATE pgqueuer SET execute_after = now() - interval '20 minutes'")

    assert not await jobs.are_late()


async def test_a_job_that_waits_for_long_is_told() -> None:
    await jobs.enqueue("note", About("tea"), after=timedelta(hours=1))
    not_yet = await jobs.are_late()

    await fetch("UPDATE pgqueuer SET execute_after = now() - interval '20 minutes'")

    assert not not_yet
    assert await jobs.are_late()


async def test_a_long_scheduled_job_does_not_hold_up_the_end(done: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    begun, given_up = asyncio.Event(), asyncio.Event()

    async def long() -> None:
        begun.set()
        try:
            await asyncio.sleep(3600)
        finally:
            given_up.set()

    monkeypatch.setattr(worker, "SCHEDULE", (("long", "* * * * *", long),))
    await fetch("DELETE FROM pgqueuer_schedules")
    await fetch(
        "INSERT INTO pgqueuer_schedules (entrypoint, expression, next_run) VALUES ('long', '* * * * *', now())"
    )  # due at the first look: the second comes with the next minute

    async with worker.running():
        async with asyncio.timeout(120):
            await begun.wait()

    assert given_up.is_set()


@asynccontextmanager
async def _overloaded() -> AsyncIterator[None]:
    """Have this process come late to all it does."""

    async def hold_up() -> None:
        while True:
            time.sleep(0.01)  # noqa: ASYNC251 - it is what this is about
            await asyncio.sleep(0.001)

    task = asyncio.create_task(hold_up())
    try:
        yield
    finally:
        task.cancel()


async def _until_done(done: list[str], subject: str) -> None:
    while subject not in done:  # noqa: ASYNC110 - a list tells nobody
        await asyncio.sleep(0.02)


@pytest.fixture
def can_wait(done: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The job `note` can wait, and there is `mail`, which cannot."""

    async def mail(_: bytes) -> None:
        done.append("a mail")

    async def note(about: bytes) -> bool:
        done.append(msgspec.json.decode(about, type=About).subject)
        return True

    monkeypatch.setattr(worker, "JOBS", {"note": note, "mail": mail})
    monkeypatch.setattr(worker, "CAN_WAIT", {"note"})


@pytest.mark.usefixtures("can_wait")
async def test_what_can_wait_is_not_gone_on_with_while_the_process_is_late(done: list[str]) -> None:
    await jobs.enqueue("note", About("tea"))
    await jobs.enqueue("note", About("milk"))
    async with worker.running(), worker.running():
        async with _overloaded(), asyncio.timeout(30):
            await _until_done(done, "tea")
            await jobs.enqueue("mail", About("sugar"), priority=jobs.LAST)
            await _until_done(done, "a mail")
        assert done == ["tea", "a mail"]

        async with asyncio.timeout(60):
            await _until_done(done, "milk")


@pytest.mark.usefixtures("can_wait")
async def test_a_rest_does_not_hold_up_the_end_and_nothing_is_done_twice(
    done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for what in ("api.worker.SECONDS_TO_FINISH", "api.calm.LONGEST_WAIT"):
        monkeypatch.setattr(what, 3_600)
    await jobs.enqueue("note", About("tea"))

    async with asyncio.timeout(60) as limit, _overloaded(), worker.running():
        await _until_done(done, "tea")

    assert not limit.expired()
    assert await _waiting() == 0
    async with _until_nothing_waits():
        pass
    assert done == ["tea"]


async def test_what_would_be_done_without_for_a_day_is_done_last(done: list[str]) -> None:
    for subject, priority in (("old", jobs.LAST), ("changed", jobs.BEHIND_OTHERS), ("mail", 0)):
        await jobs.enqueue("note", About(subject), priority=priority)

    async with _until_nothing_waits():
        pass

    assert done == ["mail", "changed", "old"]
