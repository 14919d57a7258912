"""The one way to the database: the pool, transactions, and typed rows."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

import msgspec
from piccolo.querystring import QueryString

from api.piccolo_conf import DB

Row = TypeVar("Row")

POOL_SIZE = 10


@asynccontextmanager
async def connected(*, pool_size: int = POOL_SIZE) -> AsyncIterator[None]:
    """Hold the connection pool open for as long as a process serves."""
    await DB.start_connection_pool(min_size=0, max_size=pool_size)
    try:
        yield
    finally:
        await DB.close_connection_pool()


def transaction() -> AbstractAsyncContextManager[Any]:
    """All or nothing for what is awaited inside.

    Nested ones join the outer one. Never start a task or gather inside: they would share one connection.
    """
    return DB.transaction()


@asynccontextmanager
async def patient_transaction(*, minutes: int = 0) -> AsyncIterator[None]:
    """One of a job that goes through all members: its statements may take so long, or with 0 as long as they need."""
    async with transaction() as current:
        current.patient = True
        await fetch(f"SET LOCAL statement_timeout = '{minutes}min'")
        yield


async def fetch(sql: str, *values: object) -> list[dict[str, Any]]:
    """The rows of a statement whose `{}` stand for `values`, in order."""
    return [dict(row) for row in await DB.run_querystring(QueryString(sql, *values))]


async def fetch_as(kind: type[Row], sql: str, *values: object) -> list[Row]:
    """The rows of a statement as Structs whose fields are named like its columns."""
    return msgspec.convert(await fetch(sql, *values), list[kind], from_attributes=False)  # type: ignore[valid-type]


async def fetch_one(sql: str, *values: object) -> dict[str, Any] | None:
    """The first row, or None."""
    rows = await fetch(sql, *values)
    return rows[0] if rows else None
