"""The one connection by which a process hears what is new, and the look at who may still be told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import msgspec
import structlog

from api.accounts.queries import still_standing
from api.engine import SECONDS_TO_CONNECT, DatabaseUnavailableError
from api.events import CHANNEL, Event
from api.faults import kind_of
from api.live.streams import STREAMS
from api.settings import settings

logger = structlog.get_logger()

SECONDS_BEFORE_TRYING_AGAIN: float = 1
SECONDS_BETWEEN_PROOFS: float = 20
"""A line that is cut without a word is found out by asking."""
SECONDS_BETWEEN_LOOKS: float = 3
"""So long at most a stream outlives the session or the token that it was opened with."""


@asynccontextmanager
async def running() -> AsyncIterator[None]:
    """Hear what is new for as long as a process serves, and end all streams afterwards."""
    tasks = [asyncio.create_task(_listen()), asyncio.create_task(_look_after())]
    try:
        yield
    finally:
        STREAMS.end_all()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _listen() -> None:
    """Listen, and begin again whenever that breaks off. It takes no connection of the pool, which requests need."""
    while True:
        try:
            await _listen_once()
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            logger.warning("events_interrupted", reason=kind_of(error))
        finally:
            STREAMS.stop_hearing()
        await asyncio.sleep(SECONDS_BEFORE_TRYING_AGAIN)


async def _listen_once() -> None:
    connection = await asyncpg.connect(
        settings().database_url, timeout=SECONDS_TO_CONNECT, server_settings={"application_name": "wherefore events"}
    )
    lost = asyncio.Event()
    connection.add_termination_listener(lambda _: lost.set())
    try:
        await connection.add_listener(CHANNEL, _hear)
        STREAMS.begin_hearing()
        while not lost.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(lost.wait(), SECONDS_BETWEEN_PROOFS)
            if not lost.is_set():
                await connection.execute("SELECT 1", timeout=SECONDS_TO_CONNECT)
    finally:
        connection.terminate()


def _hear(_connection: object, _pid: int, _channel: str, payload: object) -> None:
    try:
        event = msgspec.json.decode(str(payload), type=Event)
    except msgspec.MsgspecError:
        # Whoever may use the database may say anything there; another version of us may know other kinds.
        logger.warning("event_not_understood")
        return
    STREAMS.pass_on(event)


async def _look_after() -> None:
    """End the streams of whoever is not signed in by them any more."""
    while True:
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        held_by = {stream.held_by for stream in STREAMS}
        if not held_by:
            continue
        try:
            standing = await still_standing(held_by)
        except DatabaseUnavailableError:
            continue  # nothing is heard meanwhile either
        for stream in STREAMS:
            if stream.held_by in held_by - standing:
                stream.end()
