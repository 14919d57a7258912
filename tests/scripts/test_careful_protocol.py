"""Whoever sends or reads slowly is hung up on, and others are answered meanwhile: on a server that really listens."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from typing import Any

import pytest
import uvicorn

from scripts import careful_protocol
from scripts.careful_protocol import CarefulProtocol

pytestmark = pytest.mark.anyio

SECONDS = 0.5
LARGE = b"x" * 65_536
PIECES = 1_000
"""More than all buffers between two ends hold."""


async def _serve(scope: Any, receive: Any, send: Any) -> None:
    """Read the body to its end; then say little, or to `/large` much."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(PIECES if scope["path"] == "/large" else 0):
        await send({"type": "http.response.body", "body": LARGE, "more_body": True})
    await send({"type": "http.response.body", "body": b"done"})


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """Where it listens, with less patience than usual."""
    for name in ("HEAD_SECONDS", "BODY_SECONDS", "TAKING_SECONDS"):
        monkeypatch.setattr(careful_protocol, name, SECONDS)
    monkeypatch.setattr(careful_protocol, "_give_up_the_dead", lambda _: None)
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        config = uvicorn.Config(_serve, http=CarefulProtocol, ws="none", lifespan="off", log_config=None)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server._serve([listening]))
        while not server.started:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
        yield int(listening.getsockname()[1])
        server.should_exit = True
        await serving


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\nHo",
    ],
    ids=["says nothing", "head", "body", "body in pieces", "second head"],
)
async def test_who_sends_a_byte_now_and_then_is_hung_up_on(port: int, begun: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(begun)

    async def drip() -> None:
        while begun:
            await asyncio.sleep(SECONDS / 10)
            writer.write(b"x")

    dripping = asyncio.create_task(drip())
    async with asyncio.timeout(20 * SECONDS):
        answers = [await _ask(port) for _ in range(3)]
        try:
            while await reader.read(1_000):
                pass
        except ConnectionResetError:  # it was still sending
            pass
    dripping.cancel()
    writer.close()

    assert answers == [b"HTTP/1.1 200 OK"] * 3


async def test_who_does_not_read_is_hung_up_on(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
    writer.write(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")

    await asyncio.sleep(4 * SECONDS)
    answer, read = await _ask(port), 0
    async with asyncio.timeout(40 * SECONDS):
        try:
            while part := await reader.read(1_000_000):
                read += len(part)
        except ConnectionResetError:
            pass
    writer.close()

    assert answer == b"HTTP/1.1 200 OK"
    assert read < PIECES * len(LARGE)


async def test_many_who_do_not_read_do_not_fill_the_memory(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(careful_protocol, "TAKING_SECONDS", 100 * SECONDS)
    monkeypatch.setattr(careful_protocol, "MOST_UNTAKEN", 4 * len(LARGE))
    lines = [await asyncio.open_connection("127.0.0.1", port, limit=1) for _ in range(6)]
    for _, writer in lines:
        writer.write(b"GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    await asyncio.sleep(2 * SECONDS)

    answer, whole = await _ask(port), 0
    for reader, writer in lines:
        read = 0
        with suppress(ConnectionResetError):
            while part := await reader.read(1_000_000):
                read += len(part)
        whole += read > PIECES * len(LARGE)
        writer.close()

    assert answer == b"HTTP/1.1 200 OK"
    assert 1 <= whole <= 3, "who waits with most is let go, and the others stay"


async def test_who_reads_slowly_but_reads_gets_everything(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=len(LARGE))
    writer.write(b"GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")

    read, number = 0, 0
    async with asyncio.timeout(120 * SECONDS):
        while part := await reader.read(4_000_000):
            read, number = read + len(part), number + 1
            if number % 200 == 0:
                await asyncio.sleep(SECONDS / 5)
    writer.close()

    assert read > PIECES * len(LARGE)


async def _ask(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    said = await reader.read()
    writer.close()
    return said.partition(b"\r\n")[0]
