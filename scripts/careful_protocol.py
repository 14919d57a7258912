"""HTTP as uvicorn speaks it, with an end to how long and how large a request may become before it is one."""

from asyncio import TimerHandle, Transport
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 20
"""From the first moment until all headers are there."""
BODY_SECONDS = 120
"""From the headers until the whole body is there: a megabyte over a poor line."""
LARGEST_HEAD = 65_536
"""Bytes of all that comes before the body."""

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class CarefulProtocol(HttpToolsProtocol):
    """Hangs up on whoever keeps a connection open without finishing a request, or whose head has no end."""

    _deadline: TimerHandle | None = None
    _head_is_complete = False
    _head_bytes = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Somebody is there."""
        super().connection_made(transport)
        self._end_in(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """They have gone."""
        self._end_in(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what they sent, unless their request has become too large already."""
        if self._deadline is None and (self.cycle is None or self.cycle.response_complete):
            self._end_in(HEAD_SECONDS)
        super().data_received(data)
        if not self._head_is_complete:
            self._head_bytes += len(data)
            if self._head_bytes > LARGEST_HEAD and not self.transport.is_closing():
                self.transport.write(_TOO_LARGE)
                self.transport.close()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._head_is_complete, self._head_bytes = False, 0
        super().on_message_begin()

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

    def _end_in(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self._hang_up)

    def _hang_up(self, *_: Any) -> None:
        if not self.transport.is_closing():
            self.transport.close()
