"""Telling Prometheus what all processes of one command have counted, on a port of its own."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from api.settings import SettingError, settings

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

_FOLDER = "metrics-"


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
    _remove_left(chosen.data_dir)
    folder = chosen.data_dir / f"{_FOLDER}{os.getpid()}"
    folder.mkdir(mode=0o700)
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
        shutil.rmtree(folder, ignore_errors=True)


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


def _remove_left(data_dir: Path) -> None:
    """Remove what processes left that were killed."""
    for folder in data_dir.glob(f"{_FOLDER}*"):
        process = folder.name.removeprefix(_FOLDER)
        if process.isdigit() and not psutil.pid_exists(int(process)):
            shutil.rmtree(folder, ignore_errors=True)
