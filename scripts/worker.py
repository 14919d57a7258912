"""Processes that do jobs and serve nothing."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress

from api.embedded import EmbeddedError, address_of_running
from api.migrations import DatabaseUnsuitableError, migrate
from api.settings import settings
from scripts.memory import give_memory_back
from scripts.metrics import told_to_prometheus
from scripts.processes import KeptRunning, beating

SECONDS_BETWEEN_LOOKS = 0.5
SECONDS_BETWEEN_PROOFS = 5


def work(*, processes: int, say: Callable[[str], None]) -> None:
    """Do jobs until SIGINT or SIGTERM, in so many processes that are brought back when they die."""
    _wait_for_database(say)
    with told_to_prometheus():
        say("Doing jobs (Ctrl-C stops it).")
        KeptRunning(do_jobs, number=processes, say=say).run()
    say("Stopped.")


def do_jobs() -> None:
    """Do jobs in this process until SIGTERM."""
    give_memory_back()
    bundled = None
    if settings().database_url is None:
        bundled = os.environ["WHEREFORE_DATABASE_URL"] = address_of_running(settings().data_dir)
        settings.cache_clear()
    asyncio.run(_do_jobs(bundled))


async def _do_jobs(bundled: str | None) -> None:
    from api import database, worker  # noqa: PLC0415 - slow, and the process that looks after us needs none of it
    from api.logs import configure_logs  # noqa: PLC0415
    from api.metrics.sampling import sampling  # noqa: PLC0415
    from api.opening import replayed  # noqa: PLC0415

    configure_logs()
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    alive = asyncio.create_task(beating())
    async with database.connected(), replayed() as opened, worker.running(after=opened), sampling():
        looking = asyncio.create_task(_end_where_moved(bundled, stopped))
        await stopped.wait()
        looking.cancel()
    alive.cancel()


async def _end_where_moved(address: str | None, stopped: asyncio.Event) -> None:
    """End this process, to be started anew, where the bundled database has got another address at a new start."""
    while address is not None:
        await asyncio.sleep(SECONDS_BETWEEN_PROOFS)
        with suppress(EmbeddedError, OSError):
            if await asyncio.to_thread(address_of_running, settings().data_dir) != address:
                stopped.set()


def _wait_for_database(say: Callable[[str], None]) -> None:
    """Bring the set database to its shape; without one wait for a site of this data directory, whose it is."""
    chosen = settings()
    if chosen.database_url is not None:
        asyncio.run(migrate(chosen.database_url))
        return
    said = False
    while True:
        with suppress(EmbeddedError, DatabaseUnsuitableError, OSError):
            if (chosen.data_dir / "postgres-password").exists():
                asyncio.run(migrate(address_of_running(chosen.data_dir)))
                return
        if not said:
            say("Waiting for the database, which `wherefore serve` starts on the same data directory.")
            said = True
        time.sleep(SECONDS_BETWEEN_LOOKS)
