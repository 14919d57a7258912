"""Pages over the wire: packed where that tells nobody anything, and not sent again to whoever has them already."""

import asyncio
import gzip
import hashlib
from collections.abc import Callable

import brotli
from litestar.datastructures import MutableScopeHeaders
from litestar.status_codes import HTTP_200_OK, HTTP_304_NOT_MODIFIED
from litestar.types import ASGIApp, HTTPResponseBodyEvent, HTTPResponseStartEvent, Message, Receive, Scope, Send

from web.negotiation import best_encoding, has_already

WORTH_PACKING = 400
"""Bytes: what is smaller goes into one packet with its headers anyway."""
LARGE = 100_000
"""Bytes that take more than a moment to pack: this is done beside the event loop."""

# Middling levels: measured on our own pages, the last tenth of size costs ten times the time.
_PACK: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, mode=brotli.MODE_TEXT, quality=5),
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
}
_TEXTS = ("text/", "application/json", "application/problem+json", "application/vnd.oai.openapi+json")
_OWN_DOING = {"same-origin", "none"}
_SAYS_WHAT_IS_SENT = ("content-length", "content-type", "content-encoding")


def delivering(app: ASGIApp) -> ASGIApp:
    """An application whose whole replies are packed, and which answers conditional requests for its pages.

    What is sent piece by piece, such as an export or live news, goes through as it is.
    """

    async def deliver(scope: Scope, receive: Receive, send: Send) -> None:
        start: HTTPResponseStartEvent | None = None

        async def send_delivered(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_whole(message):
                start = message
                return
            if message["type"] == "http.response.body" and start is not None:
                head, start = start, None
                message = await _delivered(scope, head, message)
                await send(head)
            await send(message)

        await app(scope, receive, send_delivered)

    return deliver


def may_be_packed(headers: dict[str, str]) -> bool:
    """Whether the length of a packed reply tells a listener nothing that another site could have asked for.

    Packing makes a page shorter where what somebody chose to have in it equals something secret in it (BREACH). So a
    page for whoever carries a cookie is packed only where their browser says that the request is their own doing.
    """
    return "cookie" not in headers or headers.get("sec-fetch-site") in _OWN_DOING


def _is_whole(message: HTTPResponseStartEvent) -> bool:
    names = {name.lower() for name, _ in message["headers"]}
    return b"content-length" in names and b"etag" not in names  # what has a tag has been prepared before, as files are


async def _delivered(
    scope: Scope, head: HTTPResponseStartEvent, message: HTTPResponseBodyEvent
) -> HTTPResponseBodyEvent:
    asked = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    headers, body = MutableScopeHeaders(head), message["body"]
    if not headers.get("content-type", "").startswith(_TEXTS):
        return message
    _vary(headers, "Accept-Encoding")
    to_keep = scope["method"] == "GET" and head["status"] == HTTP_200_OK  # type: ignore[typeddict-item]
    if to_keep and "no-cache" in headers.get("cache-control", ""):
        _vary(headers, "Cookie")
        headers["ETag"] = etag = f'W/"{hashlib.sha256(body).hexdigest()[:24]}"'
        if has_already(asked.get("if-none-match"), etag):
            head["status"] = HTTP_304_NOT_MODIFIED
            for name in _SAYS_WHAT_IS_SENT:
                if name in headers:
                    del headers[name]
            return {**message, "body": b""}
    encoding = best_encoding(asked.get("accept-encoding"), tuple(_PACK))
    if encoding == "identity" or len(body) < WORTH_PACKING or not may_be_packed(asked):
        return message
    pack = _PACK[encoding]
    packed = await asyncio.to_thread(pack, body) if len(body) > LARGE else pack(body)
    headers["Content-Encoding"], headers["Content-Length"] = encoding, str(len(packed))
    return {**message, "body": packed}


def _vary(headers: MutableScopeHeaders, name: str) -> None:
    said = headers.get("vary", "")
    headers["Vary"] = f"{said}, {name}" if said else name
