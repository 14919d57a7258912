"""A site that a bench starts for itself, in processes of its own."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import NamedTuple

import psutil

SECONDS_TO_START = 300
SECONDS_TO_STOP = 60


class Running(NamedTuple):
    """Where it listens, its first process, and the seconds until it was ready."""

    port: int
    process: psutil.Process
    ready_in: float


@contextmanager
def running(command: Callable[[int], Sequence[str]], *, settings: Mapping[str, str]) -> Iterator[Running]:
    """Run a command that serves, for as long as this lasts.

    Args:
        command: What is run, given a free port.
        settings: Environment variables besides those of this process.

    Raises:
        RuntimeError: It did not become ready.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryFile() as log:
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own words
            command(port), env={**os.environ, **settings}, stdout=log, stderr=log
        )
        try:
            if not _is_ready(port, process):
                log.seek(0)
                raise RuntimeError(f"The site did not start.\n{log.read().decode(errors='replace')[-2000:]}")
            yield Running(port, psutil.Process(process.pid), time.perf_counter() - began)
        finally:
            process.terminate()
            process.wait(SECONDS_TO_STOP)


def _is_ready(port: int, process: "subprocess.Popen[bytes]") -> bool:
    """Wait until it serves, or does not any more."""
    import httpx  # noqa: PLC0415 - most commands do without it

    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and process.poll() is None:
        with suppress(httpx.TransportError):
            if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).is_success:
                return True
        time.sleep(0.05)
    return False
