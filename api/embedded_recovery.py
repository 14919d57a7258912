"""What makes a start safe after any crash: one owner per folder, no process left over, no stale file in the way."""

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from api.embedded_identity import AlreadyRunningError, EmbeddedError

_PROGRAMS = {"postgres", "unshare", "setpriv"}  # the last two for the instant before they turn into the first


def take_lock(folder: Path) -> int:
    """Become the one owner of `folder` until the descriptor is closed; the kernel closes it whatever kills us.

    Raises:
        AlreadyRunningError: Another living process is the owner.
    """
    descriptor = os.open(folder / "owner.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    except BlockingIOError:
        owner = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
        os.close(descriptor)
        raise AlreadyRunningError(
            f"Wherefore is already running on {folder} (process {owner or 'unknown'}): "
            "stop it first, or choose another folder with WHEREFORE_DATA_DIR."
        ) from None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def cluster_mark(cluster: Path) -> str:
    """Give the name that every process of this cluster carries in its command line.

    It names the folder itself (device and inode), not its path: two containers may use one path for two folders.
    """
    status = cluster.stat()
    return f"wherefore-{status.st_dev:x}-{status.st_ino:x}"


def cluster_processes(mark: str, *, uid: int) -> list[psutil.Process]:
    """List the living PostgreSQL processes of a cluster, server and backends, whoever of us started them."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            # A zombie has no command line any more, and needs nobody to end it.
            if process.name() in _PROGRAMS and process.uids().real == uid and mark in " ".join(process.cmdline()):
                found.append(process)
    return found


def end_processes(mark: str, *, uid: int, say: Callable[[str], None]) -> None:
    """End every process of the cluster, gently first, and return when none is left.

    Raises:
        EmbeddedError: One cannot be ended, not even by SIGKILL.
    """
    left = cluster_processes(mark, uid=uid)
    if not left:
        return
    say(f"Ending {len(left)} PostgreSQL process(es) left over from before; this may take a minute.")
    served = not all(_is_backend(process) for process in left)
    # A fast shutdown for a server; a backend whose server is gone would take SIGINT for "cancel your query".
    gentle = (signal.SIGINT, 60.0) if served else (signal.SIGTERM, 5.0)
    for number, patience in (gentle, (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
        for process in cluster_processes(mark, uid=uid):
            if number != signal.SIGINT or not _is_backend(process):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.send_signal(number)
                    process.send_signal(signal.SIGCONT)  # a frozen one takes the first when it goes on
        if _none_left_within(patience, mark=mark, uid=uid):
            return
    numbers = ", ".join(str(process.pid) for process in cluster_processes(mark, uid=uid))
    raise EmbeddedError(f"PostgreSQL left processes that do not end ({numbers}): end them, or restart the machine.")


def clear_stale_files(cluster: Path, socket_dir: Path, *, uid: int) -> None:
    """Remove the pid and socket files of a dead server; call with the lock held and no process of ours left.

    PostgreSQL would refuse to start on an empty or truncated pid file, and on a pid that another program or a zombie
    has now. Its own guard, the shared memory named after the folder, stays in force without the file.

    Raises:
        EmbeddedError: A server that somebody started by hand runs on this cluster.
    """
    pid_file = cluster / "postmaster.pid"
    if (stranger := _server_by_hand(pid_file, uid=uid)) is not None:
        raise EmbeddedError(f"A PostgreSQL that Wherefore did not start (process {stranger}) uses {cluster}: stop it.")
    pid_file.unlink(missing_ok=True)
    for path in socket_dir.glob(".s.PGSQL.*"):
        path.unlink(missing_ok=True)


def _none_left_within(seconds: float, *, mark: str, uid: int) -> bool:
    deadline = time.monotonic() + seconds
    while cluster_processes(mark, uid=uid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _is_backend(process: psutil.Process) -> bool:
    try:
        return str(process.cmdline()[0]).startswith("postgres: ")
    except (psutil.Error, IndexError):
        return True


def _server_by_hand(pid_file: Path, *, uid: int) -> int | None:
    """Give the pid in the file if a living PostgreSQL of the same owner works in that folder."""
    try:
        pid = int(pid_file.read_text(errors="replace").split("\n", 1)[0])
        process = psutil.Process(pid)
        if process.name() != "postgres" or process.uids().real != uid or process.status() == psutil.STATUS_ZOMBIE:
            return None
    except (FileNotFoundError, ValueError, OverflowError, psutil.Error):
        return None
    try:
        return pid if Path(process.cwd()).samefile(pid_file.parent) else None
    except (OSError, psutil.Error):
        # Reading another id's folder takes a right that root in a container may lack; its command line is public.
        with contextlib.suppress(psutil.Error):
            return pid if str(pid_file.parent) in process.cmdline() else None
        return None
