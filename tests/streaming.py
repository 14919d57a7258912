"""Somebody who has a stream of events open in this process: what they get, piece by piece, and when they take it."""

import asyncio
from typing import Any, Self

import msgspec
from litestar import Litestar

from tests.application import application

SECONDS = 30
"""Enough on a busy machine; timing decides nothing."""


class Heard(msgspec.Struct, frozen=True):
    """One event, as a browser would tell it."""

    kind: str
    ids: dict[str, str]


class OpenStream:
    """A stream that is read until it ends or its reader goes."""

    def __init__(self, path: str, headers: dict[str, str], *, app: Litestar | None = None) -> None:
        """Prepare to open an address."""
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.is_over = False
        self._app = app or application()
        self._scope = _scope(path, headers)
        self._changed = asyncio.Condition()
        self._gone = asyncio.Event()
        self._taking = asyncio.Event()
        self._taking.set()
        self._stuck = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Open it, and wait for its first words."""
        self._task = asyncio.create_task(self._app(self._scope, self._receive, self._send))  # type: ignore[arg-type]
        await self.until(lambda: self.is_over or b"\r\n\r\n" in self.body)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Go, and wait until the application has noticed."""
        self._gone.set()
        self._taking.set()
        await asyncio.wait_for(self._task, SECONDS)

    @property
    def heard(self) -> list[Heard]:
        """Every event so far."""
        return [_read(block) for block in self.blocks if "event:" in block]

    @property
    def blocks(self) -> list[str]:
        """What was said so far, by its empty lines."""
        return self.body.decode().split("\r\n\r\n")[:-1]

    async def hears(self, number: int = 1) -> list[Heard]:
        """So many events, however long they take."""
        await self.until(lambda: len(self.heard) >= number)
        return self.heard

    async def ends(self) -> None:
        """Wait until it is over."""
        await self.until(lambda: self.is_over)

    async def until(self, holds: Any) -> None:
        """Wait until something holds."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(holds), SECONDS)

    async def hold(self) -> None:
        """Take nothing more in, as a line that is slow or dead; returns when something is stuck there."""
        self._taking.clear()
        self._stuck.clear()
        await asyncio.wait_for(self._stuck.wait(), SECONDS)

    def go_on(self) -> None:
        """Take in again what comes."""
        self._taking.set()

    async def _receive(self) -> dict[str, Any]:
        if not self._gone.is_set() and self._scope.pop("first", False):
            return {"type": "http.request", "body": b"", "more_body": False}
        waits = [asyncio.create_task(self._gone.wait()), asyncio.create_task(self._over())]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        return {"type": "http.disconnect"}

    async def _over(self) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self.is_over)

    async def _send(self, message: Any) -> None:
        if not self._taking.is_set():
            self._stuck.set()
        await self._taking.wait()
        async with self._changed:
            if message["type"] == "http.response.start":
                self.status = message["status"]
                self.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
            else:
                self.body += message.get("body", b"")
                self.is_over = not message.get("more_body", False)
            self._changed.notify_all()


def _read(block: str) -> Heard:
    lines = dict(line.split(": ", 1) for line in block.split("\r\n"))
    return Heard(lines["event"], msgspec.json.decode(lines["data"]))


def _scope(path: str, headers: dict[str, str]) -> dict[str, Any]:
    path, _, query = path.partition("?")
    sent = {"host": "localhost:8000", "accept": "text/event-stream", "sec-fetch-site": "same-origin", **headers}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
        "client": ("127.0.0.1", 12345),
        "server": ("localhost", 8000),
        "first": True,
    }
