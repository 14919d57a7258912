"""A whole site in processes of its own, started and stopped through the product's own command."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

import asyncpg
import httpx
import psutil

from api.embedded import address_of_running

SECONDS_TO_START = 600
"""Some are usual; a machine that does much else may take long."""
SECONDS_TO_STOP = 120


class RunningSite:
    """`wherefore serve` on a free port with a data directory of its own."""

    def __init__(
        self, data_dir: Path, *options: str, limits: str | None = None, within: Sequence[str] = (), **settings: str
    ) -> None:
        """Prepare; `options` go to the command, `limits` replace those of the product, and so do other settings.

        `within` is a command that runs the one that follows it, in its own place.
        """
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.output = data_dir.with_suffix(".log")
        self._data_dir = data_dir
        self.settings = {f"WHEREFORE_{name.upper()}": value for name, value in settings.items()}
        if limits is not None:
            self.settings["WHEREFORE_LIMITS"] = limits
        self._command = [
            *within, sys.executable, "-m", "scripts.command", "serve",
            "--port", str(self.port), "--data-dir", str(data_dir), *options,
        ]  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None
        self._seen: set[psutil.Process] = set()

    def __enter__(self) -> Self:
        """Start and wait until it is ready; what does not become so is ended."""
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        if self.process is not None and self.process.poll() is None:
            self.stop()

    def launch(self) -> "subprocess.Popen[bytes]":
        """Start it without waiting for anything."""
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                self._command, stdout=output, stderr=output, env=self._environment(), start_new_session=True
            )
        return self.process

    def start(self) -> float:
        """Start; the seconds until `/readyz` says yes."""
        self.process = self.launch()
        took = self.seconds_until_ready()
        self._seen = self.processes()
        return took

    def seconds_until_ready(self) -> float:
        """Wait until `/readyz` says yes, at its start or after something has died; the seconds that it took."""
        began = time.monotonic()
        while time.monotonic() - began < SECONDS_TO_START:
            if self.process is None or self.process.poll() is not None:
                raise AssertionError(f"The site has ended:\n{self.said()}")
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200:
                    return time.monotonic() - began
            time.sleep(0.05)
        raise AssertionError(f"The site was not ready in {SECONDS_TO_START} s:\n{self.said()}")

    def run(self, *command: str) -> None:
        """Run another command of the product beside it, on the same data directory."""
        subprocess.run(self._line(*command), check=True, env=self._environment())

    @contextmanager
    def beside(self, *command: str) -> Iterator["subprocess.Popen[bytes]"]:
        """Another command of the product on the same data directory, for as long as this lasts."""
        with self.output.open("ab") as output:
            process = subprocess.Popen(
                self._line(*command), stdout=output, stderr=output, env=self._environment(), start_new_session=True
            )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(SECONDS_TO_STOP)
            finally:
                process.kill()  # only where it has not ended by itself, of which the wait has told
                process.wait()

    def _line(self, *command: str) -> list[str]:
        return [sys.executable, "-m", "scripts.command", *command, "--data-dir", str(self.data_dir)]

    def _environment(self) -> dict[str, str]:
        others = {name: value for name, value in os.environ.items() if not name.startswith("WHEREFORE_")}
        return others | self.settings

    def stop(self, number: signal.Signals = signal.SIGTERM) -> set[psutil.Process]:
        """Ask it to stop and wait; what is still alive of all its processes then."""
        assert self.process is not None
        self._seen |= self.processes()
        self.process.send_signal(number)
        self.process.wait(SECONDS_TO_STOP)
        return {process for process in self._seen if process.is_running() and process.status() != "zombie"}

    def processes(self) -> set[psutil.Process]:
        """The process and everything that came of it."""
        assert self.process is not None
        first = psutil.Process(self.process.pid)
        return {first, *first.children(recursive=True)}

    def execute(self, sql: str, *values: object) -> None:
        """Change something in its database behind its back, as only time could otherwise."""

        async def execute() -> None:
            connection = await asyncpg.connect(address_of_running(self._data_dir))
            await connection.execute(sql, *values)
            await connection.close()

        asyncio.run(execute())

    def query(self, sql: str, *values: object) -> list[dict[str, object]]:
        """Look into its database behind its back."""

        async def query() -> list[dict[str, object]]:
            connection = await asyncpg.connect(address_of_running(self._data_dir))
            rows = await connection.fetch(sql, *values)
            await connection.close()
            return [dict(row) for row in rows]

        return asyncio.run(query())

    def said(self) -> str:
        """What it printed."""
        return self.output.read_text(errors="replace")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
