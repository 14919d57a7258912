"""A real receiver of webhooks on this machine, which can be slow, refuse, hang, talk without end and go away."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import msgspec
from standardwebhooks import Webhook as Verifier

from api.accounts.schemas import Member, Scope, TokenCreate
from api.accounts.tokens import create_token
from api.event_kinds import Kind
from api.webhooks import sending, services
from api.webhooks.schemas import WebhookCreate, WebhookCreated
from tests.api.accounts.making import credential_of
from tests.factories import PASSWORD, email_of

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Received(msgspec.Struct, frozen=True):
    """One call, as it came over the wire."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        """The body, read."""
        return dict(json.loads(self.body))


class Receiver:
    """What a receiver was sent, and how it behaves."""

    def __init__(self) -> None:
        """Behave well."""
        self.calls: list[Received] = []
        self.answers: list[int | Talk] = []
        """What to do in the next calls: a status, or something else; afterwards `usual`."""
        self.usual: int | Talk = 204
        self.connections = 0
        self.at_once = self.most_at_once = 0
        self.sent = 0
        self.port = 0
        self.scheme = "http"
        self.called = asyncio.Event()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{self.scheme}://localhost:{self.port}/hook"

    @property
    def types(self) -> list[str]:
        """What it was told of, in order."""
        return [call.said["type"] for call in self.calls]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one call."""
        self.connections += 1
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                self.calls.append(await _read(reader))
                self.called.set()
                answer = self.answers.pop(0) if self.answers else self.usual
                if isinstance(answer, int):
                    writer.write(f"HTTP/1.1 {answer} Said\r\nContent-Length: 2\r\n\r\nok".encode())
                    await writer.drain()
                else:
                    await answer(reader, writer)
        finally:
            self.at_once -= 1
            writer.close()

    async def hang(self, reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        """Take the call and say nothing, until the other hangs up."""
        await reader.read()

    async def drip(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Begin to answer, and go on a byte at a time, for ever."""
        writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while True:
            await self._say(writer, b"z")
            await asyncio.sleep(0.01)

    async def talk_without_end(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer with a head that never ends."""
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            await self._say(writer, b"X-More: " + b"z" * 8000 + b"\r\n")

    async def promise_without_end(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Say again and again that the answer will come."""
        while True:
            await self._say(writer, b"HTTP/1.1 103 Early Hints\r\n\r\n" * 400)

    async def pour(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer well, with a body of a gigabyte."""
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while self.sent < 1_000_000_000:
            await self._say(writer, b"z" * 65_536)

    async def hang_up(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take the call and go."""
        writer.transport.abort()

    async def babble(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer with what is no HTTP."""
        await self._say(writer, b"\x00\x01 good day to you\r\n\r\n")

    async def _say(self, writer: asyncio.StreamWriter, said: bytes) -> None:
        writer.write(said)
        self.sent += len(said)
        await writer.drain()


def redirect(to: str, status: int = 302) -> Talk:
    """Send the caller elsewhere."""
    return _plainly(f"HTTP/1.1 {status} Elsewhere\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")


def later(seconds: int) -> Talk:
    """Ask for some time."""
    return _plainly(f"HTTP/1.1 503 Later\r\nRetry-After: {seconds}\r\nContent-Length: 0\r\n\r\n")


def _plainly(said: str) -> Talk:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said.encode())
        await writer.drain()

    return talk


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    line, *fields = head.strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (field.partition(": ") for field in fields)}
    return Received(line, headers, await reader.readexactly(int(headers["content-length"])))


@asynccontextmanager
async def receiving(*, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver that listens on this machine."""
    receiver = Receiver()
    talking: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talking.add(task)
        with suppress(asyncio.CancelledError):
            await receiver.serve(reader, writer)
        talking.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    receiver.scheme = "http" if tls is None else "https"
    try:
        yield receiver
    finally:
        server.close()
        for task in talking:
            task.cancel()
        await asyncio.gather(*talking, return_exceptions=True)
        await asyncio.sleep(0.01)


async def make_webhook(member: Member, url: str, *kinds: Kind) -> WebhookCreated:
    """A webhook of a member's, told of everything unless it is said of what."""
    draft = WebhookCreate(url, list(kinds or Kind))
    return await services.make_webhook(member, credential=await credential_of(member), draft=draft)


async def deliver() -> None:
    """Send all that is due, and wait until that is done."""
    await sending.send_due()
    await sending.PLACES_HERE.empty()


async def outcomes(member: Member, webhook_id: UUID) -> list[tuple[str, str, list[str]]]:
    """What the log says: type, state and what came of each attempt, the newest delivery first."""
    from api.webhooks.queries import deliveries

    return [
        (one.type, str(one.state), [attempt.outcome for attempt in one.attempts])
        for one in (await deliveries(member, webhook_id, scopes=ALL_SCOPES)).items
    ]


def verified(call: Received, secret: str) -> dict[str, Any]:
    """What a call says, once somebody else's implementation has found that its signature is right."""
    return dict(Verifier(secret).verify(call.body, call.headers))


ALL_SCOPES = frozenset(str(scope) for scope in Scope)


async def with_scopes(member: Member, *scopes: str) -> dict[str, str]:
    """The header of a program that may do so much for a member."""
    draft = TokenCreate(email=await email_of(member.id), password=PASSWORD, name="narrow", scopes=list(scopes))  # type: ignore[arg-type]  # scopes are their own text
    return {"Authorization": f"Bearer {(await create_token(draft)).token}"}
