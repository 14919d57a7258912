"""Work left for later, kept in the same database: how it is asked for, within the transaction that needs it.

Who does it, and what happens by itself as time goes on, is in `api.worker`; so any domain can ask for work of another
by its name, without knowing it.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from importlib import import_module
from threading import Lock

import asyncpg
import msgspec

from api import database
from api.piccolo_conf import DB

LATE_AFTER = "15 minutes"

BEHIND_OTHERS = -1
"""The priority of work that there may be a lot of, so that a mail does not wait until all of it is done."""
LAST = -2
"""The priority of what somebody would do without for a day."""

_asking = ContextVar("asking", default=True)
_importing = Lock()


def import_queue() -> None:
    """Import what keeps jobs, for a thread: it takes a quarter of a second the first time, or more.

    One thread after the other: two that met in its modules, which import each other, would both find halves of them.
    """
    with _importing:
        import_module("pgqueuer.queries")
        import_module("pgqueuer")


async def install(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Make or renew the tables in which jobs are kept."""
    from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver  # noqa: PLC0415 - slow, and only for a new version
    from pgqueuer.queries import Queries  # noqa: PLC0415

    queries = Queries(AsyncpgDriver(connection))
    if await queries.has_table(queries.qbe.settings.schedules_table):
        await queries.upgrade()
    else:
        await queries.install(create_schema=False)


async def enqueue(name: str, about: msgspec.Struct, *, after: timedelta = timedelta(0), priority: int = 0) -> None:
    """Ask for a job to be done once the caller's transaction, if there is one, is committed.

    It is asked for once, however often, until it is done; it is tried again when it fails, and may be done twice.

    Args:
        name: One of those in `api.worker`.
        about: What it is to be done for.
        after: How long to wait before; what is asked for again meanwhile is done together.
        priority: Of what is due, jobs with a higher one are done first.
    """
    if not _asking.get():
        return
    await asyncio.to_thread(import_queue)
    from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver  # noqa: PLC0415
    from pgqueuer.queries import Queries  # noqa: PLC0415

    payload = msgspec.json.encode(about)
    async with database.transaction() as current:
        with DB.telling_plainly():
            await Queries(AsyncpgDriver(current.connection)).enqueue(
                name, payload, priority, execute_after=after, dedupe_key=_key(name, about), on_conflict="skip"
            )


async def take_back(name: str, abouts: Iterable[msgspec.Struct]) -> None:
    """Do no longer ask for jobs that nobody has begun, within the caller's transaction if there is one."""
    await database.fetch(
        "DELETE FROM pgqueuer WHERE dedupe_key = ANY({}::text[]) AND status = 'queued'",
        [_key(name, about) for about in abouts],
    )


def _key(name: str, about: msgspec.Struct) -> str:
    return f"{name} {msgspec.json.encode(about).decode()}"


@contextmanager
def none_asked_for() -> Iterator[None]:
    """Ask for no jobs meanwhile: for seeds, whose members do not wait for anything."""
    before = _asking.set(False)
    try:
        yield
    finally:
        _asking.reset(before)


async def are_late() -> bool:
    """Whether a job has been due for longer than a restart takes; what is done last may wait while there is much."""
    rows = await database.fetch(
        f"SELECT 1 FROM pgqueuer_schedules WHERE next_run < now() - interval '{LATE_AFTER}' UNION ALL "
        f"SELECT 1 FROM pgqueuer WHERE status = 'queued' AND priority > {LAST} "
        f"AND execute_after < now() - interval '{LATE_AFTER}' LIMIT 1"
    )
    return bool(rows)
