"""HTTP as uvicorn speaks it, with an end to how long and large a request may become, and to how slowly one reads."""

import socket
from asyncio import TimerHandle, Transport
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.live.streams import STREAMS

HEAD_SECONDS = 20
"""From the first moment until all headers are there."""
BODY_SECONDS = 120
"""From the headers until the whole body is there: a megabyte over a poor line."""
LARGEST_HEAD = 65_536
"""Bytes of all that comes before the body, and of all that comes in it or after it and belongs to no body."""

TAKING_SECONDS = 120
"""How long what is sent may wait for whoever asked for it: a reader that is slow, asleep or gone."""

MOST_UNTAKEN = 128 * 2**20
"""Bytes that wait in a process for readers who do not take them in; of more, whoever leaves most is hung up on."""

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class CarefulProtocol(HttpToolsProtocol):
    """Hangs up on whoever keeps a connection open without finishing a request, or whose head or trailer has no end."""

    _deadline: TimerHandle | None = None
    _stalled: TimerHandle | None = None
    _head_is_complete = False
    _has_body = False
    _head_bytes = 0
    """Since the request began; once its head is there, since something of its body came."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Somebody is there."""
        super().connection_made(transport)
        _give_up_the_dead(transport.get_extra_info("socket"))
        self._end_in(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """They have gone."""
        self._end_in(None)
        self._stop_stalling()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what they sent, unless their request has become too large already."""
        if self._deadline is None and (self.cycle is None or self.cycle.response_complete):
            self._end_in(HEAD_SECONDS)
        self._has_body = False
        super().data_received(data)
        # What follows the last piece of a body in pieces (RFC 9112, 7.1.2) is kept by the parser like a head.
        self._head_bytes = 0 if self._has_body else self._head_bytes + len(data)
        if self._head_bytes > LARGEST_HEAD and not self.transport.is_closing():
            if not self._head_is_complete:
                self.transport.write(_TOO_LARGE)
            self.transport.close()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._head_is_complete, self._head_bytes = False, 0
        super().on_message_begin()

    def on_body(self, body: bytes) -> None:
        """Some of its body came."""
        self._has_body = True
        super().on_body(body)

    def on_headers_complete(self) -> None:
        """Its head is there; the body may take longer."""
        if sum(len(name) + len(value) for name, value in self.headers) + len(self.url) > LARGEST_HEAD:
            raise httptools.HttpParserError("the head is too large")
        self._head_is_complete = True
        self._end_in(BODY_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The whole request is there; how long the answer takes is our own affair."""
        self._end_in(None)
        super().on_message_complete()

    def pause_writing(self) -> None:
        """They do not take in what is sent."""
        super().pause_writing()
        self._stop_stalling()
        self._stalled = self.loop.call_later(TAKING_SECONDS, self.transport.abort)
        _UNTAKEN[self] = self.transport.get_write_buffer_size()
        while sum(_UNTAKEN.values()) > MOST_UNTAKEN:
            most = max(_UNTAKEN, key=_UNTAKEN.__getitem__)  # the oldest of those that leave as much
            del _UNTAKEN[most]
            most.transport.abort()

    def resume_writing(self) -> None:
        """They do again."""
        self._stop_stalling()
        super().resume_writing()

    def shutdown(self) -> None:
        """The server ends: it would wait for open streams, which end only when they are told to."""
        STREAMS.close()
        super().shutdown()

    def _stop_stalling(self) -> None:
        _UNTAKEN.pop(self, None)
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _end_in(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self._hang_up)

    def _hang_up(self, *_: Any) -> None:
        if not self.transport.is_closing():
            self.transport.close()


_UNTAKEN: dict[CarefulProtocol, int] = {}
"""Who has not taken in what was sent, in the order in which they stopped, and how many bytes it was then."""


def _give_up_the_dead(connected: socket.socket | None) -> None:
    """Let the kernel end a connection whose other side has not answered for so long, as a phone without a line."""
    if connected is not None and connected.family != socket.AF_UNIX and hasattr(socket, "TCP_USER_TIMEOUT"):
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TAKING_SECONDS * 1000)
