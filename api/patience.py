"""Changing tables under a site that serves: never waiting for a lock so long that members wait behind it.

Whoever waits for the lock that changing a table takes lets nobody else begin to read it meanwhile: one long transaction
(a backup, a forgotten terminal) would stop the site. So each try waits for a second at most, and then lets others pass.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar

import asyncpg
import structlog

logger = structlog.get_logger()

LOCK_SECONDS = 1.0
"""How long others may have to wait behind a try."""
PATIENCE = 15 * 60.0
"""Seconds until it is given up: nothing that members do takes so long."""
_LONGEST_PAUSE = 5.0

Done = TypeVar("Done")


async def patiently(work: Callable[[], Awaitable[Done]]) -> Done:
    """Do something that takes locks with a `lock_timeout` of `LOCK_SECONDS`, again and again until it gets them.

    Raises:
        asyncpg.LockNotAvailableError: Somebody has held one for all of `PATIENCE`.
    """
    until, pause = monotonic() + PATIENCE, 0.1
    while True:
        try:
            return await work()
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            if monotonic() >= until:
                raise
            if pause == _LONGEST_PAUSE:
                logger.warning("migration_waits_for_a_lock")
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


async def set_patience(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Within a transaction: wait for locks only so long, but take all the time that work needs."""
    await connection.execute(
        f"SET LOCAL lock_timeout = '{int(LOCK_SECONDS * 1000)}ms'; SET LOCAL statement_timeout = 0"
    )


async def alter(connection: "asyncpg.Connection[asyncpg.Record]", statement: str) -> None:
    """Change a table with one statement, patiently; or in the caller's transaction, if there is one."""
    if connection.is_in_transaction():
        await connection.execute(statement)
        return

    async def try_it() -> None:
        async with connection.transaction():
            await set_patience(connection)
            await connection.execute(statement)

    await patiently(try_it)
