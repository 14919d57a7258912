"""One call of a receiver: by the address that was looked at, within bounds of time and size, with no redirects."""

import asyncio
import re
import socket
import ssl
import threading
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from functools import cache
from typing import Any, Final

import httpcore
import msgspec

from api.webhooks.addresses import Target, may_be_called

WHOLE_SECONDS: float = 15
"""From looking the name up to the last byte of the answer's head."""
CONNECT_SECONDS: float = 5
ANSWER_SECONDS: float = 10
"""The longest silence. Who drips a byte now and then is stopped by the whole."""
LARGEST_ANSWER: Final = 65_536
"""Bytes. Nobody needs the body of an answer, and it is not read."""
MOST_ADDRESSES: Final = 3
"""Of those that a name has, so many are tried."""

NAME_SECONDS: float = 3
"""So long at most whoever has typed a name waits for it to be looked up."""
MOST_TYPED: Final = 8
"""Names that are looked up at once for those who type them."""

_GONE: Final = 410
_REDIRECTS: Final = range(300, 400)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a call: nothing of what the receiver said but its status."""

    outcome: str
    arrived: bool = False
    gone: bool = False
    """The receiver asks not to be called any more (410)."""
    asked_for: timedelta | None = None
    """How long the receiver asks to be let be (`Retry-After`)."""


class NotAllowedAddressError(httpcore.ConnectError):
    """The name leads to an address that nobody else may be called at."""


class TooMuchError(httpcore.ReadError):
    """The receiver says more than an answer's head can need."""


_OUTCOMES: Final[tuple[tuple[tuple[type[Exception], ...], str], ...]] = (
    # The same for a name that leads nowhere, or our network's own names could be told from made-up ones.
    ((NotAllowedAddressError, socket.gaierror), "no public address"),
    ((TooMuchError,), "answer too long"),
    ((TimeoutError, httpcore.TimeoutException), "no answer in time"),
    ((httpcore.NetworkError, OSError), "not reached"),
    ((httpcore.ProtocolError, ValueError), "answer not understood"),
)
"""What is said of a call that failed: the first that fits."""
_FAILURES: Final = tuple(kind for kinds, _ in _OUTCOMES for kind in kinds)


async def call(target: Target, *, headers: dict[str, str], body: bytes) -> Answer:
    """Post a body to a receiver, and say what came of it: it never raises for anything that a receiver can do."""
    try:
        async with asyncio.timeout(WHOLE_SECONDS):
            return await _call(target, headers, body)
    except _FAILURES as error:
        if _from_tls(error):
            return Answer(outcome="no trusted encryption")
        return Answer(outcome=next(said for kinds, said in _OUTCOMES if isinstance(error, kinds)))


async def _call(target: Target, headers: dict[str, str], body: bytes) -> Answer:
    """No proxy is asked, whatever the environment says; no cookie is kept; no redirect is followed."""
    sent = {
        "Host": target.host_field,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "User-Agent": "Wherefore-Webhooks/1",
        "Connection": "close",
        **headers,
    }
    timeout = {"connect": CONNECT_SECONDS, "read": ANSWER_SECONDS, "write": ANSWER_SECONDS, "pool": WHOLE_SECONDS}
    trusted = await asyncio.to_thread(_trusted) if target.scheme == "https" else None
    async with (
        httpcore.AsyncConnectionPool(ssl_context=trusted, max_connections=1, network_backend=_Careful()) as pool,
        pool.stream(
            "POST",
            httpcore.URL(
                scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=target.path.encode()
            ),
            headers=[(name.encode(), value.encode()) for name, value in sent.items()],
            content=body,
            extensions={"timeout": timeout},
        ) as response,
    ):
        return _answer(response)


def _answer(response: httpcore.Response) -> Answer:
    status = response.status
    again = next((value for name, value in response.headers if name.lower() == b"retry-after"), b"").decode("latin-1")
    seconds = int(again) if re.fullmatch(r"[0-9]{1,6}", again) else None
    return Answer(
        outcome=f"{status} redirect" if status in _REDIRECTS else str(status),
        arrived=200 <= status < 300,  # noqa: PLR2004 - what HTTP calls a success
        gone=status == _GONE,
        asked_for=None if seconds is None else timedelta(seconds=seconds),
    )


@cache
def _trusted() -> ssl.SSLContext:
    """Certificates that this system trusts; takes some milliseconds to read."""
    return ssl.create_default_context()


def _from_tls(error: BaseException | None) -> bool:
    seen = 0
    while error is not None and seen < 6:  # noqa: PLR2004 - causes are few
        if isinstance(error, ssl.SSLError):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False


class _Careful(httpcore.AsyncNetworkBackend):
    """Connects to what a name leads to now, if all of it may be called, and reads so much at most."""

    def __init__(self) -> None:
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as httpcore asks for it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Look the name up, once, and connect to an address of the answer and nothing else."""
        addresses = await _look_up(host, port, _CALLED)
        if not addresses or not all(may_be_called(address) for address in addresses):
            raise NotAllowedAddressError
        failed: Exception = NotAllowedAddressError()
        for address in addresses[:MOST_ADDRESSES]:
            try:
                return _Bounded(await self._inner.connect_tcp(address, port, timeout, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed


class _Bounded(httpcore.AsyncNetworkStream):
    """A line on which only so much is read, so that nobody can keep this process busy by talking."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._left = LARGEST_ANSWER

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's
        """The next bytes."""
        if self._left <= 0:
            raise TooMuchError
        read = await self._stream.read(min(max_bytes, self._left), timeout)
        self._left -= len(read)
        return read

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's
        """Send bytes."""
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Hang up."""
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's
    ) -> httpcore.AsyncNetworkStream:
        """Encrypt; the certificate must be that of the name, not of the address."""
        return _Bounded(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        """What is known of the line."""
        return self._stream.get_extra_info(info)


async def leads_somewhere(target: Target) -> bool:
    """Whether a name leads to public addresses alone at this moment: for whoever has just typed it.

    What takes long to find out is let pass, as each call looks again.
    """
    if len(_TYPED) >= MOST_TYPED:
        return True
    try:
        async with asyncio.timeout(NAME_SECONDS):
            addresses = await _look_up(target.host, target.port, _TYPED)
    except TimeoutError:
        return True
    except OSError:
        return False
    return bool(addresses) and all(may_be_called(address) for address in addresses)


def still_looking_up() -> int:
    """How many names are being looked up for calls, those among them that nobody waits for any more."""
    return len(_CALLED)


async def _look_up(host: str, port: int, threads: set[threading.Thread]) -> list[str]:
    """The addresses that a name leads to at this moment, in the order in which the system would try them.

    A name server may never answer, and a look-up cannot be called off: so it has a thread of its own that nothing
    waits for, not one of those that hash passwords. It is among `threads` for as long as it lives.

    Raises:
        socket.gaierror: The name leads nowhere.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str]] = loop.create_future()

    def tell(addresses: list[str] | None) -> None:
        threads.discard(thread)
        if not found.done():
            if addresses is None:
                found.set_exception(socket.gaierror("The name leads nowhere."))
            else:
                found.set_result(addresses)

    def run() -> None:
        addresses = None
        with suppress(OSError, UnicodeError):
            addresses = _addresses_of(host, port)
        with suppress(RuntimeError):  # the process is ending
            loop.call_soon_threadsafe(tell, addresses)

    thread = threading.Thread(target=run, name="webhook-name", daemon=True)
    threads.add(thread)
    thread.start()
    return await found


def _addresses_of(host: str, port: int) -> list[str]:
    """What the system says; the same address once."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


_CALLED: Final[set[threading.Thread]] = set()
_TYPED: Final[set[threading.Thread]] = set()
