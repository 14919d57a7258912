"""The bundled PostgreSQL: initialised, started, watched over, brought back and stopped for one data directory."""

import atexit
import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from api.embedded_cluster import (
    PORT,
    ROLE,
    check_cluster,
    clean_environment,
    explain_error,
    explain_output,
    initialise,
    is_ready,
    new_password,
    read_password,
    remove_unfinished,
    renew_password,
    server_command,
    write_password,
)
from api.embedded_identity import AlreadyRunningError, EmbeddedError, Identity, choose_identity, private_socket_dir
from api.embedded_recovery import clear_stale_files, cluster_mark, end_processes, take_lock

__all__ = ["AlreadyRunningError", "EmbeddedError", "EmbeddedPostgres", "address_of_running"]

SAY_EVERY = 5.0  # seconds between two words about a start that takes long
_PASSWORD_FILE = "postgres-password"  # noqa: S105 - where it is kept
LOG_SIZE = 8 * 1024 * 1024  # bytes; one older log of this size is kept beside it
# A fast shutdown disconnects everybody and writes everything back; the others leave that to the next start.
_SHUTDOWN = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))


def _say_on_stderr(message: str) -> None:
    sys.stderr.write(f"{message}\n")


class EmbeddedPostgres:
    """The bundled PostgreSQL on a data directory, held by this process and nobody else.

    `start` gives the address for the application's role, `stop` leaves no process behind. In between a thread
    brings the server back whenever it is killed. `say` is told, in sentences for a person, what takes long.
    """

    def __init__(self, data_dir: Path, *, say: Callable[[str], None] = _say_on_stderr) -> None:
        self._data_dir = data_dir.expanduser().absolute()
        self._tell = say
        self._dsn = ""
        self._locks: list[int] = []
        self._our_pid = 0
        self._identity: Identity | None = None
        self._socket_dir: Path | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._failure: Exception | None = None
        self._settled = threading.Event()
        self._stopping = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> str:
        """Bring PostgreSQL up, however the last run ended, and give the URL for the application's role.

        Raises:
            EmbeddedError: It cannot start; says in one line what to do.
        """
        if self._dsn:
            return self._dsn
        self._our_pid = os.getpid()
        self._failure = None
        self._settled.clear()
        self._stopping.clear()
        atexit.register(self.stop)
        try:
            self._dsn = self._start()
        except OSError as error:
            self.stop()
            raise EmbeddedError(explain_error(error, self._data_dir)) from error
        except BaseException:
            self.stop()
            raise
        return self._dsn

    def stop(self) -> None:
        """Shut PostgreSQL down, wait for the last process, and let others have the data directory."""
        if self._our_pid != os.getpid():
            return  # never started, or this is a child that was forked from the owner
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._socket_dir is not None and not self._socket_dir.is_relative_to(self._home):
            shutil.rmtree(self._socket_dir, ignore_errors=True)
        self._socket_dir = None
        while self._locks:
            os.close(self._locks.pop())
        self._dsn = ""
        atexit.unregister(self.stop)

    @property
    def _home(self) -> Path:
        return self._identity.home if self._identity is not None else self._data_dir

    def _start(self) -> str:
        self._data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._data_dir = self._data_dir.resolve()
        self._locks.append(take_lock(self._data_dir))
        identity = self._identity = choose_identity(self._data_dir)
        if identity.home != self._data_dir:
            self._say(f"The data is kept in {identity.home}, as PostgreSQL's account cannot reach {self._data_dir}.")
            self._locks.append(take_lock(identity.home))
        socket_dir = self._socket_dir = private_socket_dir(identity)
        password = self._prepare(identity, socket_dir)

        self._thread = threading.Thread(target=self._supervise, name="embedded-postgresql", daemon=True)
        self._thread.start()
        self._settled.wait()
        if self._failure is not None:
            raise self._failure
        if self._stopping.is_set():
            raise EmbeddedError("PostgreSQL was stopped before it had started.")
        return _address(password, socket_dir)

    def _prepare(self, identity: Identity, socket_dir: Path) -> str:
        """Leave a whole cluster that nobody runs, and give the password of the application's role."""
        remove_unfinished(identity.home)
        path = self._data_dir / _PASSWORD_FILE
        password = read_password(path)
        if not check_cluster(identity.cluster):
            self._say("Preparing the database for its first start.")
            password = password or new_password()
            initialise(identity, password=password)
            write_password(path, password)
        elif not password:
            self._clear_the_way(identity, socket_dir)
            password = new_password()
            renew_password(identity, password=password)
            write_password(path, password)
        return password

    def _clear_the_way(self, identity: Identity, socket_dir: Path) -> None:
        end_processes(cluster_mark(identity.cluster), uid=identity.uid, say=self._say)
        clear_stale_files(identity.cluster, socket_dir, uid=identity.uid)

    def _supervise(self) -> None:
        """Own the server from its start to its end.

        The kernel ends the server when the *thread* that started it ends, so this one starts it and lives as long.
        """
        try:
            self._launch()
            self._settled.set()
            while not self._stopping.wait(0.2):
                if self._server is not None and self._server.poll() is not None:
                    self._say(f"PostgreSQL ended unexpectedly ({self._server.returncode}); starting it again.")
                    self._bring_back()
                self._keep_log_small()
        except Exception as error:  # noqa: BLE001  raised again by `start`, in the caller's thread
            self._failure = error
        try:
            self._shut_down()
        except Exception as error:  # noqa: BLE001  there is nobody else to tell
            self._say(str(error))
        self._settled.set()

    def _launch(self) -> None:
        """Start the server and wait until it serves, as long as its recovery takes or until we are to stop."""
        identity, socket_dir = self._identity, self._socket_dir
        if identity is None or socket_dir is None:
            raise EmbeddedError("PostgreSQL was not prepared.")
        self._clear_the_way(identity, socket_dir)
        command = server_command(identity, socket_dir=socket_dir, mark=cluster_mark(identity.cluster))
        with os.fdopen(os.open(self._log_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as log:
            already = log.tell()
            self._server = subprocess.Popen(  # noqa: S603  our own words and paths
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=clean_environment(),
                start_new_session=True,  # the terminal's Ctrl-C is for us, who stop the application first
            )
        began = said = time.monotonic()
        while not is_ready(identity.cluster, self._server.pid):
            if self._server.poll() is not None:
                raise EmbeddedError(explain_output(self._log_since(already), identity.home))
            if self._stopping.wait(0.02):
                return
            if time.monotonic() - said >= SAY_EVERY:
                said = time.monotonic()
                self._say(f"PostgreSQL is still recovering what was under way ({said - began:.0f} s).")

    def _bring_back(self) -> None:
        began = time.monotonic()
        said = ""
        for pause in itertools.chain((0, 1, 2), itertools.repeat(5)):
            if self._stopping.wait(pause):
                return
            try:
                self._launch()
            except Exception as error:  # noqa: BLE001  whatever it is, the site needs its database back
                reason = explain_error(error, self._data_dir) if isinstance(error, OSError) else str(error)
                if reason != said:
                    self._say(f"{reason} Trying again until it can.")
                said = reason
                continue
            self._say(f"PostgreSQL is back after {time.monotonic() - began:.1f} s.")
            return

    def _shut_down(self) -> None:
        if self._server is not None:
            for number, patience in _SHUTDOWN:
                if self._server.poll() is not None:
                    break
                self._server.send_signal(number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._server.wait(patience)
            self._server = None
        if self._identity is not None and self._identity.cluster.is_dir():
            end_processes(cluster_mark(self._identity.cluster), uid=self._identity.uid, say=self._say)

    @property
    def _log_path(self) -> Path:
        return self._data_dir / "postgres.log"

    def _log_since(self, position: int) -> str:
        with self._log_path.open("rb") as log:
            log.seek(position)
            return log.read(LOG_SIZE).decode(errors="replace")

    def _keep_log_small(self) -> None:
        with contextlib.suppress(OSError):
            if self._log_path.stat().st_size > LOG_SIZE:
                shutil.copy(self._log_path, self._log_path.with_suffix(".log.1"))
                os.truncate(self._log_path, 0)

    def _say(self, message: str) -> None:
        # A terminal that is gone must not take the database with it.
        with contextlib.suppress(Exception):
            self._tell(message)


def address_of_running(data_dir: Path) -> str:
    """The URL of the PostgreSQL that another process of this account runs on a data directory."""
    folder = data_dir.expanduser().absolute().resolve()
    return _address(read_password(folder / _PASSWORD_FILE), private_socket_dir(choose_identity(folder)))


def _address(password: str, socket_dir: Path) -> str:
    return f"postgresql://{ROLE}:{password}@/{ROLE}?host={quote(str(socket_dir))}&port={PORT}"
