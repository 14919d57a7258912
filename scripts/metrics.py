"""Telling Prometheus what all processes of one command have counted, on a port of its own."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from api.settings import SettingError, settings

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of a name of its own is made in it, for us alone


@contextmanager
def told_to_prometheus() -> Iterator[None]:
    """Answer at `WHEREFORE_METRICS` for as long as this lasts; nothing where it is not set.

    To be entered before any process is started and before anything is counted: what is counted is kept in a folder.

    Raises:
        SettingError: Nobody can listen there.
    """
    chosen = settings()
    if chosen.metrics is None:
        yield
        return
    host, port = chosen.metrics
    chosen.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _folder_of_our_own(chosen.data_dir) as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
        from prometheus_client import CollectorRegistry, start_http_server  # noqa: PLC0415 - it reads the environment

        registry = CollectorRegistry()
        registry.register(_OfAllProcesses(folder))
        try:
            server, thread = start_http_server(port, host, registry)
        except OSError as error:
            raise SettingError(
                f"WHEREFORE_METRICS: cannot listen on {host}:{port} ({error.strerror}). Choose another."
            ) from error
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class _OfAllProcesses:
    """What processes have counted: those that live, and of those that have died what stays true."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> "Iterator[Metric]":
        """All of it, added up."""
        from prometheus_client import CollectorRegistry, multiprocess  # noqa: PLC0415

        for file in self._folder.glob("gauge_live*_*.db"):
            process = int(file.stem.rpartition("_")[2])
            if not psutil.pid_exists(process):
                multiprocess.mark_process_dead(process, str(self._folder))  # type: ignore[no-untyped-call]
        collector = multiprocess.MultiProcessCollector(CollectorRegistry(), str(self._folder))  # type: ignore[no-untyped-call]
        yield from collector.collect()  # type: ignore[no-untyped-call]


@contextmanager
def _folder_of_our_own(data_dir: Path) -> Iterator[Path]:
    """A folder that no other command uses, after what commands left that were killed is removed.

    In memory where there is such a place: what is counted is written through memory that is mapped, and where a disk
    has no room for it the kernel ends the process. A lock tells who lives. The number of a process would not: in two
    containers that share `data_dir` both are 7.
    """
    home = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK | os.X_OK) else data_dir
    prefix = f"wherefore-metrics-{sha256(bytes(data_dir)).hexdigest()[:16]}-"
    with _locked(data_dir):  # nobody may take a folder for left before it is locked
        for left in [*home.glob(f"{prefix}*"), *data_dir.glob("metrics-*")]:  # the last as versions before named them
            _remove_unless_used(left)
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=home))
        ours = os.open(folder, os.O_RDONLY)
        fcntl.flock(ours, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(ours)


def _remove_unless_used(folder: Path) -> None:
    try:
        with _locked(folder, waiting=False):
            shutil.rmtree(folder, ignore_errors=True)
    except (BlockingIOError, FileNotFoundError, PermissionError):
        pass  # in use, just removed by whoever used it, or another account's


@contextmanager
def _locked(folder: Path, *, waiting: bool = True) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if waiting else fcntl.LOCK_NB))
        yield
    finally:
        os.close(descriptor)
