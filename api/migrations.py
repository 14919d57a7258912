"""Bring a database to the shape this version needs, once, however many processes start together."""

import hashlib
import os
from contextlib import redirect_stdout
from importlib.metadata import version
from io import StringIO
from pathlib import Path

import asyncpg

OLDEST_POSTGRESQL = 15
OLDEST_PGVECTOR = (0, 8, 4)

_ONE_AT_A_TIME = 0x57484552  # any constant: the key of an advisory lock


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
        connection = await asyncpg.connect(database_url, timeout=30)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        reason = str(error).split("\n", 1)[0] or "it did not answer in time"
        raise DatabaseUnsuitableError(f"The database of WHEREFORE_DATABASE_URL cannot be reached: {reason}") from error
    try:
        await _check(connection)
        await connection.execute("SET statement_timeout = 0")  # another process may take long to do it
        await connection.execute("SELECT pg_advisory_lock($1)", _ONE_AT_A_TIME)
        wanted = _fingerprint()
        if await connection.fetchval("SELECT obj_description(to_regclass('migration'), 'pg_class')") != wanted:
            await _run_forwards()
            await _install_jobs(connection)
            await _seal(connection)
            await connection.execute(f"COMMENT ON TABLE migration IS '{wanted}'")
        else:
            await _check_keys(connection)
    finally:
        await connection.close()


async def _check(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
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
    from piccolo.apps.migrations.commands.forwards import run_forwards  # noqa: PLC0415 - it imports the engine

    said = StringIO()
    with redirect_stdout(said):
        result = await run_forwards(app_name="all")
    if not result.success:
        raise DatabaseUnsuitableError(f"A migration failed: {result.message or said.getvalue()[-300:]}")


async def _seal(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    from api.sealing.resealing import seal_what_is_clear  # noqa: PLC0415 - it imports Piccolo

    await _check_keys(connection)
    await seal_what_is_clear(connection)


async def _check_keys(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    from api.sealing.proofs import check_keys  # noqa: PLC0415 - it imports Piccolo

    await check_keys(connection)


async def _install_jobs(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    from api import jobs  # noqa: PLC0415 - it imports the engine

    await jobs.install(connection)
