"""What must be done before anything is served, and what is answered until then."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from api.engine import DatabaseUnavailableError
from api.logs import HEALTH_CHECKS
from api.privacy.erasure import replay
from api.refusals import Refusal

SECONDS_BEFORE_TRYING_AGAIN: float = 1


class _Door:
    """Whether this process may serve; open where nothing has to be done before, as in tests."""

    closed = False


@asynccontextmanager
async def replayed() -> AsyncIterator[asyncio.Event]:
    """Let nobody who has left be met again after a restore; the event is set once that is sure.

    Where the database is away just then, as when it is restarted at the same time, it is done as soon as it is back:
    a process that ended over it would take the whole site with it.
    """
    sure = asyncio.Event()
    _Door.closed = True
    later = None
    if not await _replayed_now(sure):
        later = asyncio.create_task(_replay_later(sure))
    try:
        yield sure
    finally:
        if later is not None:
            later.cancel()
        _Door.closed = False


def is_open() -> bool:
    """Whether this process may serve."""
    return not _Door.closed


def answering_when_open(app: ASGIApp, *, refusal: Refusal) -> ASGIApp:
    """An application that says 503, and when to come again, until everything is done that must be done before."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if _Door.closed and scope["type"] == ScopeType.HTTP and scope["path"] not in HEALTH_CHECKS:
            await refusal(scope, send, DatabaseUnavailableError())
            return
        await app(scope, receive, send)

    return answer


async def _replay_later(sure: asyncio.Event) -> None:
    while not await _replayed_now(sure):  # noqa: ASYNC110 - PostgreSQL tells nobody when it is back
        await asyncio.sleep(SECONDS_BEFORE_TRYING_AGAIN)


async def _replayed_now(sure: asyncio.Event) -> bool:
    try:
        await replay()
    except DatabaseUnavailableError:
        return False
    _Door.closed = False
    sure.set()
    return True
