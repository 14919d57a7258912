"""What is done in the background: when it is its time or when it was asked for, once however many processes serve."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

import asyncpg
import structlog

from api.accounts.addresses import fill_missing_digests
from api.accounts.asking import answer_asked
from api.accounts.links import delete_ended_links
from api.accounts.pending import answer_sign_up, delete_unconfirmed
from api.accounts.services import delete_ended_credentials
from api.calm import leave_room, pause
from api.clock_jumps import keeping_time
from api.connections.request_rows import expire_due_requests
from api.disagreements.services import forget_texts
from api.engine import SECONDS_FOR_A_REPLY, SECONDS_TO_CONNECT
from api.faults import kind_of
from api.interest_map.drawing import draw_due_maps
from api.jobs import import_queue
from api.limits.people import forget_seen
from api.limits.services import forget_spent
from api.mail.services import delete_old_mails, send_due_mails, send_mail
from api.matching.lists import compute_ordered
from api.matching.sharing import move_shares_on
from api.matching.vector_indexes import build_missing
from api.metrics.figures import measure
from api.metrics.instruments import instruments
from api.moderation.stuck import tell_of_stuck_cases
from api.privacy.retention import apply_retention
from api.profiles.me import end_pauses
from api.profiles.reembedding import catch_up
from api.settings import settings
from api.webhooks import sending
from api.webhooks.tidying import tidy_deliveries

if TYPE_CHECKING:
    from pgqueuer import PgQueuer
    from pgqueuer.models import Job, Schedule

logger = structlog.get_logger()

SCHEDULE: tuple[tuple[str, str, Callable[[], Awaitable[object]]], ...] = (
    ("expire_due_requests", "*/5 * * * *", expire_due_requests),
    ("delete_ended_credentials", "17 * * * *", delete_ended_credentials),
    ("forget_seen", "57 * * * *", forget_seen),
    ("forget_spent", "47 * * * *", forget_spent),
    ("fill_missing_digests", "23 * * * *", fill_missing_digests),
    ("tell_of_stuck_cases", "12 * * * *", tell_of_stuck_cases),
    ("apply_retention", "37 * * * *", apply_retention),
    ("delete_ended_links", "19 * * * *", delete_ended_links),
    ("delete_unconfirmed", "22 * * * *", delete_unconfirmed),
    ("forget_texts", "27 4 * * *", forget_texts),
    ("encode_missing_vectors", "* * * * *", catch_up),
    ("end_pauses", "7 * * * *", end_pauses),
    ("move_shares_on", "40 3 * * *", move_shares_on),
    ("draw_due_maps", "50 3 * * *", draw_due_maps),
    ("send_due_mails", "* * * * *", send_due_mails),
    ("send_due_webhooks", "* * * * *", sending.send_due),
    ("tidy_deliveries", "33 * * * *", tidy_deliveries),
    ("delete_old_mails", "47 * * * *", delete_old_mails),
    ("measure", "* * * * *", measure),
    ("build_vector_indexes", "*/10 * * * *", build_missing),
)
"""Name, when (as cron writes it), and what. Each may run late, or twice, and does what is due then."""

JOBS: dict[str, Callable[[bytes], Awaitable[object]]] = {
    "compute_list": compute_ordered,
    "send_mail": send_mail,
    "answer_asked": answer_asked,
    "answer_sign_up": answer_sign_up,
    "send_webhooks": sending.wake,
}
"""What can be asked for by `jobs.enqueue`; each takes what it is about, as JSON, and may be done twice."""


class JobFailedError(Exception):
    """A job has failed; says of which kind the failure was, and nothing of what it was about."""


SECONDS_BEFORE_THE_FIRST: float = 2
"""Jobs are never urgent, and a start has better things to do."""
SECONDS_BEFORE_TRYING_AGAIN: float = 5
SECONDS_TO_FINISH = 5
"""What is not finished then is done again by another process, or after the next start."""
AT_ONCE = 2
"""Jobs that a process does side by side: pages come first."""
TRIES = 5
CAN_WAIT = {"compute_list"}
"""Jobs that leave room for visits. One at a time, in all processes together, so that no other waits behind a rest."""


_scheduled: set["asyncio.Task[object]"] = set()


@asynccontextmanager
async def running(*, after: asyncio.Event | None = None) -> AsyncIterator[None]:
    """Do due jobs in the background for as long as a process serves, once that is so which must be so before.

    At the end those that were asked for are finished, and those that were scheduled, which may take long, are given
    up: they go on where they were another time.
    """
    stopped = asyncio.Event()
    task = asyncio.create_task(_run_until(stopped, after))
    async with sending.PLACES_HERE.open():
        try:
            yield
        finally:
            stopped.set()
            for long in _scheduled:
                long.cancel()
            with suppress(asyncio.CancelledError, TimeoutError):
                await asyncio.wait_for(task, SECONDS_TO_FINISH)


async def _run_until(stopped: asyncio.Event, after: asyncio.Event | None) -> None:
    if after is not None:
        await after.wait()
    await pause(stopped, SECONDS_BEFORE_THE_FIRST)
    while not stopped.is_set():
        try:
            await asyncio.to_thread(import_queue)
            await _run(stopped)
        except Exception as error:  # noqa: BLE001 - the database may be gone for a moment; jobs go on when it is back
            logger.warning("jobs_interrupted", reason=kind_of(error))
        await pause(stopped, SECONDS_BEFORE_TRYING_AGAIN)


async def _run(stopped: asyncio.Event) -> None:
    # So that whoever looks into the database sees which process a line belongs to.
    connection = await asyncpg.connect(
        settings().database_url,
        timeout=SECONDS_TO_CONNECT,
        command_timeout=SECONDS_FOR_A_REPLY,
        server_settings={"application_name": f"wherefore jobs {os.getpid()}"},
    )
    try:
        runner = _runner(connection, stopped)
        beside = (
            asyncio.create_task(_pass_on(stopped, runner.shutdown)),
            asyncio.create_task(keeping_time(runner)),
        )
        try:
            await runner.run(batch_size=1, max_concurrent_tasks=AT_ONCE)
        finally:
            for task in beside:
                task.cancel()
    finally:
        await asyncio.shield(connection.close(timeout=SECONDS_TO_CONNECT))


async def _pass_on(stopped: asyncio.Event, shutdown: asyncio.Event) -> None:
    """A run that fails sets its own event, which must not stop the next one."""
    await stopped.wait()
    shutdown.set()


def _runner(connection: "asyncpg.Connection[asyncpg.Record]", stopped: asyncio.Event) -> "PgQueuer":
    from pgqueuer import DatabaseRetryEntrypointExecutor, PgQueuer  # noqa: PLC0415 - imported beside the event loop

    runner = PgQueuer.from_asyncpg_connection(connection)
    for name, when, job in SCHEDULE:
        runner.schedule(name, when)(_as_scheduled(name, job))
    for name, asked in JOBS.items():
        trying_again = partial(DatabaseRetryEntrypointExecutor, max_attempts=TRIES)
        most = 1 if name in CAN_WAIT else 0
        runner.entrypoint(name, concurrency_limit=most, executor_factory=trying_again)(_as_asked(name, asked, stopped))
    return runner


def _as_scheduled(name: str, job: Callable[[], Awaitable[object]]) -> Callable[["Schedule"], Awaitable[None]]:
    async def run(_: "Schedule") -> None:
        this = asyncio.current_task()
        if this is not None:  # always so; it is how a task is asked for itself
            _scheduled.add(this)
            this.add_done_callback(_scheduled.discard)
        with _counted(name):
            logger.info("job", name=name, changed=await job())

    return run


@contextmanager
def _counted(name: str) -> Iterator[None]:
    """Count a job as done or, by kind, as failed, where an operator wants that."""
    told = instruments()
    try:
        yield
    except Exception as error:
        if told is not None:
            told.job_failures.labels(name, kind_of(error)).inc()
        raise
    if told is not None:
        told.jobs.labels(name).inc()


def _as_asked(
    name: str, job: Callable[[bytes], Awaitable[object]], stopped: asyncio.Event
) -> Callable[["Job"], Awaitable[None]]:
    async def run(asked: "Job") -> None:
        began = time.perf_counter()
        try:
            with _counted(name):
                changed = await job(asked.payload or b"")
        except Exception as error:
            logger.warning("job_failed", name=name, tried=asked.attempts + 1, exc_info=error)
            # What is raised here is kept with the job, with all its words.
            raise JobFailedError(kind_of(error)) from None
        logger.debug("job", name=name, changed=changed)
        if changed and name in CAN_WAIT:
            await leave_room(time.perf_counter() - began, stopped=stopped)

    return run
