"""Indexes of the nearest statements (HNSW), one for each purpose that is too large to be searched in full, and model.

An index is partial: it holds the vectors of one model in one partition. That it is there and valid is what switches
the search over (`api.matching.candidates`), so nothing else has to be kept in step.
"""

import hashlib
import os
import re

import asyncpg
import psutil
import structlog

from api.database import fetch
from api.encoding import encoder
from api.profiles.schemas import Purpose
from api.settings import settings

logger = structlog.get_logger()

INDEXED_FROM = 50_000
"""Statements under a purpose. Searching so many exactly takes about as long as an index does with more work."""

_ONE_AT_A_TIME = 0x57484944  # any constant: the key of an advisory lock
_MEGABYTE = 1024 * 1024
# What building takes in memory for each statement, beside its vector of two bytes a dimension.
_BYTES_AROUND = 700
_OF_MODEL = re.compile(r"model\)?(?:::text)? = '((?:[^']|'')*)'")


def index_name(purpose: Purpose, model: str) -> str:
    """What the index of a purpose and model is called; a model's own name can be too long for it."""
    return f"statement_vector_{purpose}_near_{hashlib.sha256(model.encode()).hexdigest()[:12]}"


def quoted(text: str) -> str:
    """A text as a literal: the planner proves a partial index's condition only from constants."""
    return "'" + text.replace("'", "''") + "'"


async def is_indexed(purpose: Purpose) -> bool:
    """Whether a purpose's vectors of the model in force can be searched by index."""
    return bool(
        await fetch(
            "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass({}) AND indisvalid",
            index_name(purpose, encoder().model.name),
        )
    )


async def build_missing() -> list[str]:
    """Index every purpose that has become too large to be searched in full, and drop indexes of models no longer kept.

    Takes minutes for hundreds of thousands of statements; search and changes go on meanwhile. May be called at any
    time by any process: one does it, and others return at once. Interrupted, it is taken up again by the next call.

    Returns:
        The names of the indexes that were built.
    """
    # Not in a transaction, and for longer than any other statement may take: a connection of its own.
    connection = await asyncpg.connect(settings().database_url)
    try:
        await connection.execute("SET statement_timeout = 0")
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _ONE_AT_A_TIME):
            return []
        await _drop_useless(connection)
        return [name for purpose in Purpose if (name := await _build(connection, purpose)) is not None]
    finally:
        await connection.close()


async def _build(connection: "asyncpg.Connection[asyncpg.Record]", purpose: Purpose) -> str | None:
    model = encoder().model
    name = index_name(purpose, model.name)
    if await connection.fetchval("SELECT to_regclass($1)", name) is not None:
        return None
    count = await connection.fetchval(
        "SELECT count(*) FROM statement_vector WHERE purpose = $1 AND model = $2", purpose, model.name
    )
    if count <= INDEXED_FROM:
        return None
    await _allow_memory(connection, count * (2 * model.dimensions + _BYTES_AROUND))
    logger.info("index_started", name=name, statements=count)
    await connection.execute(
        f"CREATE INDEX CONCURRENTLY {name} ON statement_vector_{purpose} "
        f"USING hnsw ((vector::halfvec({model.dimensions})) halfvec_cosine_ops) WHERE model = {quoted(model.name)}"
    )
    return name


async def _drop_useless(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Drop what an interrupted build left, and indexes of models that have no vectors any more."""
    found = await connection.fetch(
        "SELECT part.relname AS partition, made.relname AS name, kept.indisvalid AS valid, "
        "pg_get_expr(kept.indpred, kept.indrelid) AS condition FROM pg_index AS kept "
        "JOIN pg_class AS made ON made.oid = kept.indexrelid JOIN pg_class AS part ON part.oid = kept.indrelid "
        "WHERE made.relnamespace = current_schema()::regnamespace "
        "AND made.relname LIKE 'statement\\_vector\\_%\\_near\\_%'"
    )
    in_force = encoder().model.name
    for row in found:
        of = _OF_MODEL.search(row["condition"])
        model = of.group(1).replace("''", "'") if of else ""
        has_rows = model == in_force or await connection.fetchval(
            f"SELECT EXISTS (SELECT 1 FROM {row['partition']} WHERE model = $1)", model
        )
        if not (row["valid"] and has_rows):
            await connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {row['name']}")


async def _allow_memory(connection: "asyncpg.Connection[asyncpg.Record]", needed: int) -> None:
    """Let a build take what it needs of a database's memory on this machine; another machine's has its own settings."""
    if await connection.fetchval("SELECT inet_server_addr()") is not None:
        return
    most = min(needed, int(psutil.virtual_memory().available) // 2) // _MEGABYTE
    await connection.execute(f"SET maintenance_work_mem = '{max(64, most)}MB'")
    await connection.execute(f"SET max_parallel_maintenance_workers = {min(os.cpu_count() or 1, 8)}")
