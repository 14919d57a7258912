"""A lean HTTP client for the bench: many keep-alive connections, and little time of its own."""

import asyncio
import time
from collections.abc import Sequence

import msgspec

_KEPT_SECONDS = 2.0
_HEAD_END = b"\r\n\r\n"


class Reply(msgspec.Struct, frozen=True):
    """What came back, and how long it took from sending the request to the last byte."""

    status: int
    body: bytes
    seconds: float
    says_when: bool = False
    """Whether it tells when to try again."""


class Turn(msgspec.Struct, frozen=True):
    """What a turn of load measured."""

    seconds: list[float]
    """For each reply."""
    per_s: float


class Client:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        """Prepare for a server on this machine."""
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._used_at = 0.0

    async def get(self, path: str, token: str) -> Reply:
        """Ask for something as whoever has a token."""
        return await self._ask("GET", path, token, b"")

    async def send(self, method: str, path: str, body: object, *, token: str | None = None) -> Reply:
        """Send something as JSON."""
        return await self._ask(method, path, token, msgspec.json.encode(body))

    async def ask(self, method: str, path: str, *, headers: dict[str, str], body: object = None) -> Reply:
        """Ask for anything, with these headers, and send something as JSON where that is given."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return await self._exchange(method, path, lines, b"" if body is None else msgspec.json.encode(body))

    async def close(self) -> None:
        """Let go of the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _ask(self, method: str, path: str, token: str | None, body: bytes) -> Reply:
        return await self._exchange(method, path, f"Authorization: Bearer {token}\r\n" if token else "", body)

    async def _exchange(self, method: str, path: str, lines: str, body: bytes) -> Reply:
        if time.perf_counter() - self._used_at > _KEPT_SECONDS:
            await self.close()  # before the server does, which could be in the moment of this request
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n{lines}"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        began = time.perf_counter()
        writer.write(f"{head}\r\n".encode() + body)
        received = (await reader.readuntil(_HEAD_END)).lower()
        content = await reader.readexactly(_length(received))
        self._used_at = time.perf_counter()
        says_when = b"\r\nretry-after:" in received
        return Reply(int(received.split(b" ", 2)[1]), content, time.perf_counter() - began, says_when)


def _length(head: bytes) -> int:
    _, found, rest = head.partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0]) if found else 0


async def turn(clients: Sequence[Client], requests: Sequence[tuple[str, str]], *, seconds: float) -> Turn:
    """Have every connection ask for one path with its token after another, again and again, for so many seconds.

    Raises:
        RuntimeError: A reply was no success.
    """
    until = time.perf_counter() + seconds
    taken: list[float] = []

    async def drive(client: Client, place: int) -> None:
        while time.perf_counter() < until:
            reply = await client.get(*requests[place % len(requests)])
            if reply.status != 200:  # noqa: PLR2004
                raise RuntimeError(f"{requests[place % len(requests)][0]}: {reply.status} {reply.body[:300]!r}")
            taken.append(reply.seconds)
            place += len(clients)

    began = time.perf_counter()
    await asyncio.gather(*(drive(client, place) for place, client in enumerate(clients)))
    return Turn(taken, len(taken) / (time.perf_counter() - began))
