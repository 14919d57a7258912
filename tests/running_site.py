"""A whole site in processes of its own, started and stopped through the product's own command."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import asyncpg
import httpx
import psutil

from api.embedded import address_of_running

SECONDS_TO_START = 120
SECONDS_TO_STOP = 30


class RunningSite:
    """`wherefore serve` on a free port with a data directory of its own."""

    def __init__(self, data_dir: Path, *options: str, limits: str | None = None) -> None:
        """Prepare; `options` go to the command, and `limits` replace those of the product."""
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.output = data_dir.with_suffix(".log")
        self._data_dir = data_dir
        self._limits = {} if limits is None else {"WHEREFORE_LIMITS": limits}
        self._command = [
            sys.executable, "-m", "scripts.command", "serve",
            "--port", str(self.port), "--data-dir", str(data_dir), *options,
        ]  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None
        self._seen: set[psutil.Process] = set()

    def __enter__(self) -> Self:
        """Start and wait until it is ready."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        if self.process is not None and self.process.poll() is None:
            self.stop()

    def launch(self) -> "subprocess.Popen[bytes]":
        """Start it without waiting for anything."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WHEREFORE_")}
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                self._command, stdout=output, stderr=output, env=kept | self._limits, start_new_session=True
            )
        return self.process

    def start(self) -> float:
        """Start; the seconds until `/readyz` says yes."""
        began = time.monotonic()
        self.process = self.launch()
        while time.monotonic() - began < SECONDS_TO_START:
            if self.process.poll() is not None:
                raise AssertionError(f"The site ended at its start:\n{self.said()}")
            try:
                if httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200:
                    self._seen = self.processes()
                    return time.monotonic() - began
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"The site was not ready in {SECONDS_TO_START} s:\n{self.said()}")

    def run(self, *command: str) -> None:
        """Run another command of the product beside it, on the same data directory."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WHEREFORE_")}
        line = [sys.executable, "-m", "scripts.command", *command, "--data-dir", str(self.data_dir)]
        subprocess.run(line, check=True, env=kept)

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
