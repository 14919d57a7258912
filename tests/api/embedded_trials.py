"""What tests of the bundled PostgreSQL share: a supervising process to kill, a counting writer, an ordinary user."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import asyncpg
import psutil
import pytest

from api import embedded_identity

ROOT = Path(__file__).parents[2]
IS_ROOT = os.geteuid() == 0
NOBODY = 65534
TEMPORARY = Path(tempfile.gettempdir())

_SUPERVISOR = """
import pathlib, signal, sys
from api import embedded, embedded_identity
if "untied" in sys.argv:
    succeeds = embedded_identity._succeeds
    embedded_identity._succeeds = lambda *words: words[0] != "setpriv" and succeeds(*words)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
signal.signal(signal.SIGINT, signal.default_int_handler)  # which whoever runs the tests may have taken away
try:
    with embedded.EmbeddedPostgres(pathlib.Path(sys.argv[1])) as postgres:
        print(postgres.start(), flush=True)
        sys.stdin.read()
except embedded.EmbeddedError as error:
    print("refused:", error, flush=True)
"""


def ask(dsn: str, query: str) -> object:
    async def ask_once() -> object:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    return asyncio.run(ask_once())


def processes_of(cluster: Path) -> list[psutil.Process]:
    """Find whoever works in the folder, by nothing that the code under test looks at."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == cluster.resolve():
                found.append(process)
    return found


def lives(process: psutil.Process) -> bool:
    """Whether it runs; a zombie that nobody has collected yet does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def server_of(cluster: Path) -> psutil.Process:
    return psutil.Process(int((cluster / "postmaster.pid").read_text().split("\n", 1)[0]))


def until(condition: Callable[[], object], *, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.02)


class Supervisor:
    """Another process that runs PostgreSQL on a data directory, to be killed like ours might be."""

    def __init__(self, data_dir: Path, *words: str, ready: bool = True) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _SUPERVISOR, str(data_dir), *words],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self.said = self.hear() if ready else ""

    def hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.process.kill()
        self.close()

    def end(self, number: int) -> int:
        os.killpg(self.process.pid, number)
        try:
            return self.process.wait(30)
        finally:
            self.close()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=30)


@contextlib.contextmanager
def supervisor(data_dir: Path, *words: str) -> Iterator[Supervisor]:
    started = Supervisor(data_dir, *words)
    try:
        yield started
    finally:
        if started.process.stdin is not None and not started.process.stdin.closed:
            started.close()


class Writer:
    """Several connections that write numbers, and remember each that PostgreSQL acknowledged."""

    def __init__(self, dsn: str, *, first: int = 0) -> None:
        self.acknowledged: list[int] = []
        self._dsn = dsn
        self._next = first
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._write()))
        ask(dsn, "CREATE TABLE IF NOT EXISTS written (id bigint PRIMARY KEY)")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(30)

    def wait_for(self, count: int) -> None:
        wanted = len(self.acknowledged) + count
        until(lambda: len(self.acknowledged) >= wanted, seconds=30)

    def lost(self) -> set[int]:
        expected = list(self.acknowledged)
        found = ask(self._dsn, "SELECT array_agg(id) FROM written")
        assert isinstance(found, list)
        return set(expected) - set(found)

    async def _write(self) -> None:
        await asyncio.gather(*(self._write_on_one_connection() for _ in range(4)))

    async def _write_on_one_connection(self) -> None:
        broken = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
        while not self._stopping.is_set():
            try:
                connection = await asyncpg.connect(self._dsn, timeout=5)
            except broken:
                await asyncio.sleep(0.02)
                continue
            with contextlib.suppress(*broken):
                await self._write_until_it_breaks(connection)
            connection.terminate()

    async def _write_until_it_breaks(self, connection: asyncpg.Connection) -> None:
        while not self._stopping.is_set():
            self._next += 1
            number = self._next
            await connection.execute("INSERT INTO written VALUES ($1)", number, timeout=5)
            self.acknowledged.append(number)


def fork() -> int:
    with warnings.catch_warnings():
        # Newer Pythons warn of threads; the child does little and leaves by os._exit.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def as_ordinary_user(do: Callable[[], object]) -> str:
    """Run `do` as an account that is not root, and give what it returns or why it failed.

    In a forked child, as the interpreter itself may be out of that account's reach.
    """
    binaries = _readable_binaries()
    reading, writing = os.pipe()
    child = fork()
    if child == 0:
        try:
            os.close(reading)
            if IS_ROOT:
                os.setgroups([])
                os.setresgid(NOBODY, NOBODY, NOBODY)
                os.setresuid(NOBODY, NOBODY, NOBODY)
                embedded_identity.find_binaries = lambda: binaries
            os.chdir("/")
            answer = str(do())
        except BaseException as error:  # noqa: BLE001  told to the parent
            answer = f"{type(error).__name__}: {error}\n{traceback.format_exc()}"
        os.write(writing, answer.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read().decode()
    os.waitpid(child, 0)
    return answer


def _readable_binaries() -> Path:
    binaries = embedded_identity.find_binaries()
    if (
        IS_ROOT
        and subprocess.run(
            ["setpriv", f"--reuid={NOBODY}", "--clear-groups", "env", str(binaries / "postgres"), "--version"],
            check=False,
            capture_output=True,
            cwd="/",
        ).returncode
    ):
        return embedded_identity._copied_binaries(binaries)
    return binaries


def ordinary_folder(path: Path) -> Path:
    """Make a folder of mode 0700 for the ordinary user, and let them come to it."""
    path.mkdir(mode=0o700, parents=True)
    if IS_ROOT:
        os.chown(path, NOBODY, NOBODY)
        for parent in path.parents:
            if parent != TEMPORARY and parent.is_relative_to(TEMPORARY):
                parent.chmod(parent.stat().st_mode | 0o011)
    return path


ways = pytest.mark.parametrize("way", ["namespace", "account"] if IS_ROOT else ["ourselves"])


def take_way(way: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Have PostgreSQL run one way or the other; what would lie in /var/lib goes away with the test."""
    if way == "account":
        system_home = Path(tempfile.mkdtemp(prefix="wherefore-system-"))
        system_home.chmod(0o755)
        request.addfinalizer(lambda: shutil.rmtree(system_home))
        monkeypatch.setattr(embedded_identity, "SYSTEM_HOME", system_home)
        monkeypatch.setenv("WHEREFORE_USER_NAMESPACES", "0")
