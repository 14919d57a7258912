"""What happens by itself as time goes on, kept in the same database and run once however many processes serve."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING

import asyncpg
import structlog

from api import database
from api.accounts.services import delete_ended_credentials
from api.connections.request_rows import expire_due_requests
from api.settings import settings

if TYPE_CHECKING:
    from pgqueuer.models import Schedule

logger = structlog.get_logger()

Job = Callable[[], Awaitable[object]]

SCHEDULE: tuple[tuple[str, str, Job], ...] = (
    ("expire_due_requests", "*/5 * * * *", expire_due_requests),
    ("delete_ended_credentials", "17 * * * *", delete_ended_credentials),
)
"""Name, when (as cron writes it), and what. Each may run late, or twice, and does what is due then."""

SECONDS_BEFORE_THE_FIRST = 2
"""Jobs are never urgent, and a start has better things to do."""
SECONDS_BEFORE_TRYING_AGAIN = 5
LATE_AFTER = "15 minutes"


async def install(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Make or renew the tables in which jobs are kept."""
    from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver  # noqa: PLC0415 - slow, and only for a new version
    from pgqueuer.queries import Queries  # noqa: PLC0415

    queries = Queries(AsyncpgDriver(connection))
    if await queries.has_table(queries.qbe.settings.schedules_table):
        await queries.upgrade()
    else:
        await queries.install(create_schema=False)


async def are_late() -> bool:
    """Whether a job has been due for longer than a restart takes."""
    rows = await database.fetch(
        f"SELECT 1 FROM pgqueuer_schedules WHERE next_run < now() - interval '{LATE_AFTER}' LIMIT 1"
    )
    return bool(rows)


@asynccontextmanager
async def running() -> AsyncIterator[None]:
    """Run due jobs in the background for as long as a process serves."""
    task = asyncio.create_task(_run_for_ever())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _run_for_ever() -> None:
    await asyncio.sleep(SECONDS_BEFORE_THE_FIRST)
    await asyncio.to_thread(import_module, "pgqueuer")  # takes a quarter of a second, which nobody should wait for
    while True:
        try:
            await _run()
        except Exception as error:  # noqa: BLE001 - the database may be gone for a moment; jobs go on when it is back
            logger.warning("jobs_interrupted", reason=str(error))
        await asyncio.sleep(SECONDS_BEFORE_TRYING_AGAIN)


async def _run() -> None:
    from pgqueuer import PgQueuer  # noqa: PLC0415 - imported beside the event loop before

    connection = await asyncpg.connect(settings().database_url)
    try:
        runner = PgQueuer.from_asyncpg_connection(connection)
        for name, when, job in SCHEDULE:
            runner.schedule(name, when)(_as_scheduled(name, job))
        await runner.sm.run()
    finally:
        await asyncio.shield(connection.close())


def _as_scheduled(name: str, job: Job) -> Callable[["Schedule"], Awaitable[None]]:
    async def run(_: "Schedule") -> None:
        logger.info("job", name=name, changed=await job())

    return run
