"""Bring a database to the shape this version needs, once, however many processes start together."""

import os
from contextlib import redirect_stdout
from io import StringIO

import asyncpg

OLDEST_POSTGRESQL = 15
OLDEST_PGVECTOR = (0, 8, 4)

_ONE_AT_A_TIME = 0x57484552  # any constant: the key of an advisory lock


class DatabaseUnsuitableError(Exception):
    """The database cannot serve Wherefore; the message is one line that says what to do."""


async def migrate(database_url: str) -> None:
    """Check the server, then apply every migration that is missing.

    Raises:
        DatabaseUnsuitableError: The server cannot be reached, is too old, or has no pgvector.
    """
    try:
        connection = await asyncpg.connect(database_url, timeout=30)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise DatabaseUnsuitableError(f"The database of WHEREFORE_DATABASE_URL cannot be reached: {error}") from error
    try:
        await _check(connection)
        await connection.execute("SELECT pg_advisory_lock($1)", _ONE_AT_A_TIME)
        await _run_forwards()
        await _install_jobs(connection)
    finally:
        await connection.close()


async def _check(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    major = connection.get_server_version().major
    if major < OLDEST_POSTGRESQL:
        raise DatabaseUnsuitableError(f"This is PostgreSQL {major}; Wherefore needs {OLDEST_POSTGRESQL} or newer.")
    version = await connection.fetchval("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
    if version is None:
        try:
            await connection.execute("CREATE EXTENSION vector")
        except asyncpg.PostgresError as error:
            raise DatabaseUnsuitableError(
                "This database lacks the extension pgvector. Install pgvector 0.8.4 or newer on the server, then run, "
                "as its superuser and in this database: CREATE EXTENSION vector;"
            ) from error
        version = await connection.fetchval("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
    if tuple(int(part) for part in version.split(".")) < OLDEST_PGVECTOR:
        raise DatabaseUnsuitableError(
            f"This database has pgvector {version}; Wherefore needs 0.8.4 or newer. Install it on the server, then "
            "run, as its superuser and in this database: ALTER EXTENSION vector UPDATE;"
        )


async def _run_forwards() -> None:
    os.environ["PICCOLO_CONF"] = "api.piccolo_conf"
    from piccolo.apps.migrations.commands.forwards import run_forwards  # noqa: PLC0415 - it imports the engine

    said = StringIO()
    with redirect_stdout(said):
        result = await run_forwards(app_name="all")
    if not result.success:
        raise DatabaseUnsuitableError(f"A migration failed: {result.message or said.getvalue()[-300:]}")


async def _install_jobs(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    from api import jobs  # noqa: PLC0415 - it imports the engine

    await jobs.install(connection)
