"""Piccolo's engine for this house: it connects when it is used, and outlives a database that dies."""

import math
import re
import time
from asyncio import timeout
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext, suppress
from types import TracebackType
from typing import Any

import asyncpg
import structlog
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction
from piccolo.querystring import QueryString

from api.errors import WhereforeError
from api.faults import kind_of
from api.settings import SettingError, settings

logger = structlog.get_logger()

SECONDS_TO_CONNECT = 10
SECONDS_FOR_A_CONNECTION = 10
"""How long a request waits for one of the pool: when all are taken for so long, more waiting helps nobody."""
SECONDS_FOR_A_STATEMENT = 30
"""Then the database stops it."""
SECONDS_FOR_A_REPLY = 40
"""Then the database has not stopped it, so it cannot be heard: a line that was cut without a word, or that hangs."""

STATEMENTS_KEPT = 200
"""Of each connection, the latest: PostgreSQL keeps what it planned for them, some 100 kB each."""
PLANS = "force_generic_plan"
"""A statement is planned once a connection and not for each of its values.

PostgreSQL would plan most of those with conditions of visibility anew each time, as it takes every list of ids for ten
of them, and that took longer than to do what they ask for.
"""

SECONDS_BETWEEN_WARNINGS = 5

_AWAY = (
    OSError,  # refused, no socket, timed out
    asyncpg.PostgresConnectionError,
    asyncpg.InternalClientError,  # what asyncpg says when the connection ends at the wrong moment
    asyncpg.OperatorInterventionError,  # shutting down, starting, recovering, or a statement that took too long
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,  # what its disk could not do
)
_TAKES_NOTHING = (
    asyncpg.DiskFullError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InsufficientPrivilegeError,  # what it says where a disk can only be read; all tables are ours
)
# asyncpg says what is wrong with a lost connection only in words; its other InterfaceErrors are faults of ours.
_LOST = re.compile(r"(connection|pool) is clos(ed|ing)|released back to the pool")

# Statements as they were put together before, by their shape. Most come from a few hundred places in the code.
_MOST_SHAPES = 2000
_put_together: dict[tuple[str | None, ...], str] = {}


class DatabaseUnavailableError(WhereforeError):
    """PostgreSQL cannot be reached, or gave up on a statement; it is worth trying again."""

    code = "unavailable"
    title = "Not ready just now"
    status = 503
    retry_after = 5

    def __init__(
        self,
        detail: str = "The database cannot be reached just now. It is usually back within a minute; try again then.",
    ) -> None:
        super().__init__(detail)


class CannotKeepError(DatabaseUnavailableError):
    """PostgreSQL is there and can be read, but takes in nothing new: its disk is full, or it may only be read."""

    code = "cannot-keep"
    title = "Nothing new can be kept just now"
    retry_after = 60

    def __init__(self) -> None:
        super().__init__(
            "What is here can be read, but nothing new can be kept just now. Nothing was changed. Try again in a few "
            "minutes."
        )


class Engine(PostgresEngine):
    """Connects to the database of the settings, and says `DatabaseUnavailableError` while that is not there."""

    def __init__(self) -> None:
        super().__init__(config={})
        self._warned_at = -math.inf

    async def get_version(self) -> float:
        """Nothing: the one who migrates has checked it, and asking here would connect as soon as this is imported."""
        return 0.0

    async def start_connection_pool(self, **options: Any) -> None:
        """Open the pool of this process."""
        with self.telling_plainly():
            self.pool = await asyncpg.create_pool(
                _url(),
                timeout=SECONDS_TO_CONNECT,
                init=_set_up,
                reset=_left_as_it_is,
                statement_cache_size=STATEMENTS_KEPT,
                max_cached_statement_lifetime=0,  # as long as the connection: planning takes longer than most of them
                **options,
            )

    async def get_new_connection(self) -> "asyncpg.Connection[asyncpg.Record]":
        """Connect once, outside the pool."""
        return await asyncpg.connect(_url(), timeout=SECONDS_TO_CONNECT)

    async def run_querystring(self, querystring: QueryString, in_pool: bool = True) -> Any:  # noqa: FBT001, FBT002 - Piccolo's
        """Run one statement."""
        put_together(querystring)
        with self.telling_plainly():
            current = self.current_transaction.get()
            async with current.within_reach() if isinstance(current, Transaction) else nullcontext():
                return await super().run_querystring(querystring, in_pool=in_pool)

    async def run_ddl(self, ddl: str, in_pool: bool = True) -> Any:  # noqa: FBT001, FBT002 - Piccolo's
        """Run one statement that changes tables."""
        with self.telling_plainly():
            return await super().run_ddl(ddl, in_pool=in_pool)

    async def _run_in_pool(self, query: str, args: Sequence[Any] | None = None) -> Any:
        if self.pool is None:  # it was closed a moment ago
            return await self._run_in_new_connection(query, args)
        async with self.pool.acquire(timeout=SECONDS_FOR_A_CONNECTION) as connection, within_reach(connection):
            return await connection.fetch(query, *args or ())

    def transaction(self, allow_nested: bool = True) -> "Transaction":  # noqa: FBT001, FBT002 - Piccolo's
        """All or nothing for what is awaited inside."""
        return Transaction(engine=self, allow_nested=allow_nested)

    @contextmanager
    def telling_plainly(self) -> Iterator[None]:
        """Tell a database that is away from every other error."""
        try:
            yield
        except _TAKES_NOTHING as error:
            self._warn(error)
            raise CannotKeepError from error
        except _AWAY as error:
            self._warn(error)
            raise DatabaseUnavailableError from error
        except asyncpg.InterfaceError as error:
            if _LOST.search(str(error)) is None:
                raise
            self._warn(error)
            raise DatabaseUnavailableError from error

    def _warn(self, error: Exception) -> None:
        """Say so to the operator, but not for each of the hundreds of requests that may come meanwhile."""
        if time.monotonic() - self._warned_at >= SECONDS_BETWEEN_WARNINGS:
            self._warned_at = time.monotonic()
            logger.warning("database_unavailable", reason=kind_of(error))


class Transaction(PostgresTransaction):
    """Piccolo's, but one that gives its connection back even if the database dies under it.

    Piccolo's own keeps it then, so that ten requests in an unlucky moment would leave the pool empty for ever.
    """

    engine: Engine
    patient = False
    """Whether its statements may take as long as they need."""

    def within_reach(self) -> AbstractAsyncContextManager[None]:
        """As long as the database can be heard."""
        return nullcontext() if self.patient or self.engine.pool is None else within_reach(self.connection)

    async def __aenter__(self) -> PostgresTransaction:
        if self._parent is not None:
            return self._parent
        with self.engine.telling_plainly():
            pool = self.engine.pool
            self.connection = await (
                pool.acquire(timeout=SECONDS_FOR_A_CONNECTION) if pool is not None else self.engine.get_new_connection()
            )
            try:
                self.transaction = self.connection.transaction()
                async with self.within_reach():
                    await self.transaction.start()
            except BaseException:
                await self._give_back()
                raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> bool:
        if self._parent is not None:
            return error is None
        try:
            with self.engine.telling_plainly():
                await self._end(failed=error is not None)
        finally:
            self.engine.current_transaction.reset(self.context)
            await self._give_back()
        return error is None

    async def _end(self, *, failed: bool) -> None:
        if self._rolled_back or self._committed:
            return  # by hand
        if not failed:
            async with self.within_reach():
                await self.transaction.commit()
            return
        with suppress(*_AWAY, asyncpg.InterfaceError):  # then PostgreSQL has rolled it back by itself
            async with self.within_reach():
                await self.transaction.rollback()

    async def _give_back(self) -> None:
        # The pool ends a connection that it cannot clean, and what was to be done in it is done or told already.
        with suppress(*_AWAY, asyncpg.InterfaceError):
            if self.engine.pool is not None:
                await self.engine.pool.release(self.connection)
            else:
                await self.connection.close()


@asynccontextmanager
async def within_reach(connection: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]") -> AsyncIterator[None]:
    """Let go of a connection on which nothing is heard any more; asking it politely to stop would wait as well.

    Raises:
        TimeoutError: There was no reply in time.
    """
    try:
        async with timeout(SECONDS_FOR_A_REPLY):
            yield
    except TimeoutError:
        connection.terminate()
        raise


def put_together(query: QueryString) -> None:
    """Spare Piccolo its work on a statement of a shape that was seen before: only the values are new.

    It would take a statement of many parts to pieces each time, which costs more than all else in a small request.
    """
    shape: list[str | None] = []
    values: list[Any] = []
    _take_apart(query, shape, values)
    sql = _put_together.get(tuple(shape))
    if sql is None:
        sql, _ = query.compile_string()
        if len(_put_together) >= _MOST_SHAPES:
            _put_together.clear()
        _put_together[tuple(shape)] = sql
    query._frozen_compiled_strings = (sql, values)  # noqa: SLF001 - where Piccolo's own `freeze` keeps it


def _take_apart(query: QueryString, shape: list[str | None], values: list[Any]) -> None:
    """Collect the templates of a statement and its parts, with None in the place of each value, and the values."""
    shape.append(query.template)
    for value in query.args:
        if isinstance(value, QueryString):
            _take_apart(value, shape, values)
        else:
            shape.append(None)
            values.append(value)


async def _set_up(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Whoever set up the database may not have said how long a statement may take, nor how it is planned."""
    await connection.execute(f"SET statement_timeout = '{SECONDS_FOR_A_STATEMENT}s'; SET plan_cache_mode = {PLANS}")


async def _left_as_it_is(_: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Spare each query a second turn: whatever is set or locked here ends with its transaction, which asyncpg ends."""


def _url() -> str:
    url = settings().database_url
    if url is None:
        raise SettingError("WHEREFORE_DATABASE_URL is not set and no bundled PostgreSQL was started before.")
    return url
