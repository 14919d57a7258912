"""Everything that `scripts/run` starts, in the order in which it must start and stop."""

import asyncio
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Thread
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import click
import uvicorn

from api.embedded import AlreadyRunningError, EmbeddedPostgres, address_of_running
from api.limits.policies import check_changes
from api.migrations import migrate
from api.settings import Settings, settings
from scripts.careful_protocol import CarefulProtocol
from scripts.demo import DEMO_PASSWORD, DEMO_SIGN_INS
from scripts.memory import give_memory_back
from scripts.metrics import told_to_prometheus
from scripts.processes import KeptRunning, beating

if TYPE_CHECKING:
    from litestar import Litestar

SECONDS_BETWEEN_THREADS = 0.001
"""How long a thread may keep the others of its process waiting; by itself five times as long. The model comes back to
Python after each of the hundred steps in which it reads a text, and waits for whoever draws a page each time."""
GRACEFUL_SECONDS = 5
"""How long open requests may take after Ctrl-C; without a limit one open event stream would hold the server."""


class CannotListenError(Exception):
    """The address cannot be listened on; the message is one line."""


def end(status: int) -> NoReturn:
    """End the process at once: the interpreter's own end trips over a library that another thread still loads."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


@contextmanager
def running_database() -> Iterator[str]:
    """A database of this version's shape: the one that is set, or the bundled one for as long as this lasts."""
    chosen = settings()
    if chosen.database_url is not None:
        asyncio.run(migrate(chosen.database_url))
        yield chosen.database_url
        return
    bundled = EmbeddedPostgres(chosen.data_dir, say=_say)
    try:
        url = bundled.start()
        os.environ["WHEREFORE_DATABASE_URL"] = url
        settings.cache_clear()
        asyncio.run(migrate(url))
        yield url
    finally:
        bundled.stop()


@contextmanager
def untouched_database(*, alone: bool) -> Iterator[str]:
    """The database as it is, of whatever shape.

    Raises:
        AlreadyRunningError: It is to be had alone, and a site is serving from it.
    """
    chosen = settings()
    if chosen.database_url is not None:
        yield chosen.database_url
        return
    bundled = EmbeddedPostgres(chosen.data_dir, say=_say)
    try:
        try:
            url = bundled.start()
        except AlreadyRunningError:
            if alone:
                raise
            url = address_of_running(chosen.data_dir)
        os.environ["WHEREFORE_DATABASE_URL"] = url
        settings.cache_clear()
        yield url
    finally:
        bundled.stop()


@contextmanager
def shared_database() -> Iterator[str]:
    """As `running_database`; but the bundled one may be that of a site which is serving, and stays up with it."""
    try:
        with running_database() as url:
            yield url
            return
    except AlreadyRunningError:
        url = address_of_running(settings().data_dir)
    os.environ["WHEREFORE_DATABASE_URL"] = url
    settings.cache_clear()
    yield url


def serve(*, demo_members: int) -> NoReturn:
    """Serve the site until SIGINT or SIGTERM, with demo members if the database is empty and some are asked for."""
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what is in the background without it
    chosen = settings()
    check_changes()
    listening = _listen(chosen)
    if chosen.workers == 1:
        Thread(target=_warm_up, daemon=True).start()
    try:
        with told_to_prometheus(), running_database(), listening:
            if demo_members and asyncio.run(_has_demo(demo_members)):
                os.environ["WHEREFORE_DEMO"] = "yes"
                settings.cache_clear()
            _announce(chosen)
            if missing := asyncio.run(_vectors_missing()):
                _say(missing)
            _run(chosen, listening)
    except KeyboardInterrupt:
        pass
    _say("Stopped.")
    end(0)


def _run(chosen: Settings, listening: socket.socket) -> None:
    if chosen.workers == 1:
        _serve_here(listening)
        return
    multiprocessing.allow_connection_pickling()  # of the socket, to those that are started
    KeptRunning(partial(_serve_here, listening), number=chosen.workers, say=_say).run()


def _serve_here(listening: socket.socket) -> None:
    """Serve in this process, until SIGINT or SIGTERM."""
    give_memory_back()
    sys.setswitchinterval(SECONDS_BETWEEN_THREADS)
    chosen = settings()
    config = uvicorn.Config(
        "scripts.serve:application",
        factory=True,
        log_config=None,  # its lines go the way of ours, without what people sent
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        server_header=False,
        http=CarefulProtocol,
        ws="none",
        date_header=True,
        # Whoever is not named may say what they like about where they come from.
        proxy_headers=bool(chosen.trusted_proxies),
        forwarded_allow_ips=list(chosen.trusted_proxies),
    )
    _Server(config).run(sockets=[listening])


class _Server(uvicorn.Server):
    """Shows to whoever looks after it that it goes on."""

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until a signal."""
        alive = asyncio.create_task(beating())
        try:
            await super().serve(sockets)
        finally:
            alive.cancel()


def application() -> "Litestar":
    """What a process serves."""
    from web.app import create_app  # noqa: PLC0415 - slow, and PostgreSQL starts meanwhile

    return create_app()


def _listen(chosen: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in chosen.host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((chosen.host, chosen.port))
        listening.listen(1024)
    except (OSError, UnicodeError) as error:  # the latter for what cannot be a host's name
        listening.close()
        reason = error.strerror if isinstance(error, OSError) else "no such host"
        raise CannotListenError(
            f"Cannot listen on {chosen.host}:{chosen.port} ({reason}). Choose another with --host or --port."
        ) from error
    listening.set_inheritable(True)
    return listening


def _warm_up() -> None:
    """Load the model while PostgreSQL starts: each takes seconds and neither needs the other."""
    from api.encoding import encoder  # noqa: PLC0415

    asyncio.run(encoder().start())


async def _has_demo(members: int) -> bool:
    """Whether there are demo members to borrow, after as many were put into a database without any account."""
    from api import database  # noqa: PLC0415 - slow, and PostgreSQL starts meanwhile

    if not await database.fetch("SELECT 1 FROM account LIMIT 1"):
        from scripts.seed import seed_if_empty  # noqa: PLC0415 - only for a first start

        await seed_if_empty(members=members)
    return bool(await database.fetch("SELECT 1 FROM account WHERE email = {}", DEMO_SIGN_INS[0]))


async def _vectors_missing() -> str | None:
    """What to say where statements have no vector of the model that is set: after it was changed."""
    from api.encoding import encoder  # noqa: PLC0415 - slow, and PostgreSQL starts meanwhile
    from api.profiles.coverage import how_many_missing, missing_when_last_looked  # noqa: PLC0415

    model = encoder().model.name
    if await missing_when_last_looked(model) == 0 or not (missing := await how_many_missing(model)):
        return None
    return (
        f"Warning: {missing:,} statements have no vector of the model {model} yet. They are encoded while the site "
        "serves, and matches are found among the others until then; `wherefore reembed` does it sooner."
    )


def _announce(chosen: Settings) -> None:
    _say(f"\nWherefore is at {chosen.base_url}  (Ctrl-C stops it)")
    if settings().demo:
        _say(f"Demo sign-in: {DEMO_SIGN_INS[0]}  password: {DEMO_PASSWORD}")


def _say(line: str) -> None:
    click.echo(line)
    sys.stdout.flush()


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
