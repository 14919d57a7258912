"""Bring a database to the shape this version needs, once, however many processes start together."""

import asyncio
import hashlib
import os
from importlib.metadata import version
from pathlib import Path
from time import monotonic

import asyncpg

from api.settings import settings

OLDEST_POSTGRESQL = 15
OLDEST_PGVECTOR = (0, 8, 4)

SECONDS_BETWEEN_TRIES = 0.5

ONE_AT_A_TIME = 0x57484552  # any constant: the key of an advisory lock


class DatabaseUnsuitableError(Exception):
    """The database cannot serve Wherefore; the message is one line that says what to do."""


async def migrate(database_url: str) -> None:
    """Check the server, apply every migration that is missing, and hold that the keys here are those of the database.

    Raises:
        SettingError: They are not, or are damaged.
        DatabaseUnsuitableError: The server cannot be reached, is too old, or has no pgvector.
    """
    os.environ["PICCOLO_CONF"] = "api.piccolo_conf"
    try:
        connection = await _connect(database_url, wait=settings().database_wait)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        reason = str(error).split("\n", 1)[0] or "it did not answer in time"
        raise DatabaseUnsuitableError(f"The database of WHEREFORE_DATABASE_URL cannot be reached: {reason}") from error
    try:
        await check_server(connection)
        await connection.execute("SET statement_timeout = 0")  # another process may take long to do it
        await connection.execute("SELECT pg_advisory_lock($1)", ONE_AT_A_TIME)
        wanted = _fingerprint()
        if await connection.fetchval("SELECT obj_description(to_regclass('migration'), 'pg_class')") != wanted:
            await _run_forwards()
            await _install_jobs(connection)
            await _seal(connection)
            await connection.execute(f"COMMENT ON TABLE migration IS '{wanted}'")
        else:
            await _check_keys(connection)
    except asyncpg.LockNotAvailableError as error:
        raise DatabaseUnsuitableError(
            "A migration has waited a quarter of an hour for a table that something else holds. Look at "
            "pg_stat_activity for old transactions, a backup perhaps, end them, and start again; it goes on from there."
        ) from error
    finally:
        await connection.close()


async def _connect(database_url: str, *, wait: int) -> "asyncpg.Connection[asyncpg.Record]":
    """Connect; to a server that is not there yet, or still starting, for as many seconds as may be waited."""
    until = monotonic() + wait
    while True:
        try:
            return await asyncpg.connect(database_url, timeout=30)
        except (OSError, asyncpg.CannotConnectNowError):
            if monotonic() >= until:
                raise
        await asyncio.sleep(SECONDS_BETWEEN_TRIES)


async def check_server(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    major = connection.get_server_version().major
    if major < OLDEST_POSTGRESQL:
        raise DatabaseUnsuitableError(f"This is PostgreSQL {major}; Wherefore needs {OLDEST_POSTGRESQL} or newer.")
    installed = await connection.fetchval("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
    if installed is None:
        try:
            await connection.execute("CREATE EXTENSION vector")
        except asyncpg.PostgresError as error:
            raise DatabaseUnsuitableError(
                "This database lacks the extension pgvector. Install pgvector 0.8.4 or newer on the server, then run, "
                "as its superuser and in this database: CREATE EXTENSION vector;"
            ) from error
        installed = await connection.fetchval("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
    if tuple(int(part) for part in installed.split(".")) < OLDEST_PGVECTOR:
        raise DatabaseUnsuitableError(
            f"This database has pgvector {installed}; Wherefore needs 0.8.4 or newer. Install it on the server, then "
            "run, as its superuser and in this database: ALTER EXTENSION vector UPDATE;"
        )


def _fingerprint() -> str:
    """What makes the tables of this version. A database that carries it has them, which saves most starts a second."""
    found = hashlib.sha256()
    here = Path(__file__).parent
    # Tables too: they say which columns are sealed.
    for file in sorted([*here.glob("*/piccolo_migrations/*.py"), *here.glob("*/tables.py")]):
        found.update(f"{file.relative_to(here)}\n".encode() + file.read_bytes())
    found.update(version("pgqueuer").encode())
    return found.hexdigest()


async def _run_forwards() -> None:
    from api.migration_steps import run_steps  # noqa: PLC0415 - it imports the engine

    await run_steps()


async def _seal(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    from api.sealing.resealing import seal_what_is_clear  # noqa: PLC0415 - it imports Piccolo

    await _check_keys(connection)
    await seal_what_is_clear(connection)


async def _check_keys(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    from api.sealing.proofs import check_keys  # noqa: PLC0415 - it imports Piccolo

    await check_keys(connection)


async def _install_jobs(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    from api import jobs  # noqa: PLC0415 - it imports the engine
    from api.patience import LOCK_SECONDS, patiently  # noqa: PLC0415 - only for a new version

    await connection.execute(f"SET lock_timeout = '{int(LOCK_SECONDS * 1000)}ms'")
    await patiently(lambda: jobs.install(connection))
    await connection.execute("SET lock_timeout = 0")
