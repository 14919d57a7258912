"""Pages over the wire: packed where that tells nobody anything, and not sent again to whoever has them already."""

import asyncio
import gzip
import hashlib
from collections.abc import Callable

import brotli
from litestar.datastructures import MutableScopeHeaders
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_304_NOT_MODIFIED
from litestar.types import ASGIApp, HTTPResponseBodyEvent, HTTPResponseStartEvent, Message, Receive, Scope, Send

from api.conditional import edits
from api.unchanged import tag_of
from web.negotiation import best_encoding, has_already
from web.signatures import signature

WORTH_PACKING = 400
"""Bytes: what is smaller goes into one packet with its headers anyway."""
LARGE = 100_000
"""Bytes that take more than a moment to pack: this is done beside the event loop."""
MOST_PADDING = 512
"""Bytes with which packed replies to somebody differ by nothing that stands in them; a right guess saves about ten."""
PADDING = "X-Padding"

# Middling levels: measured on our own pages, the last tenth of size costs ten times the time.
_PACK: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, mode=brotli.MODE_TEXT, quality=5),
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
}
_TEXTS = ("text/", "application/json", "application/problem+json", "application/vnd.oai.openapi+json")
_CALLS = "/api/v1/"
_DONE = {HTTP_200_OK, HTTP_201_CREATED}
_OWN_DOING = {"same-origin", "none"}
_SAYS_WHAT_IS_SENT = ("content-length", "content-type", "content-encoding")


def delivering(app: ASGIApp) -> ASGIApp:
    """An application whose whole replies are packed, and which answers conditional requests for its pages and calls.

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
    page for whoever carries a cookie is packed only where their browser says that the request is their own doing: not
    another site's, and no script's, which asks for a page again whenever somebody writes to them.
    """
    own = headers.get("sec-fetch-site") in _OWN_DOING and headers.get("sec-fetch-mode") == "navigate"
    return "cookie" not in headers or own


def padding_of(body: bytes) -> str:
    """What hides how well a reply packs, as others' words stand in it beside what only its reader may read.

    Its length hangs on a key and on the whole reply: asking again tells no more, and a guess must be made a thousand
    times in different words before the noise is gone.
    """
    drawn = int(signature("padding", hashlib.sha256(body).hexdigest())[:8], 16)
    return "x" * (drawn % MOST_PADDING)


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
    encoding = best_encoding(asked.get("accept-encoding"), tuple(_PACK))
    if len(body) < WORTH_PACKING or not may_be_packed(asked):
        encoding = "identity"
    method: str = scope["method"]  # type: ignore[typeddict-item]
    etag = _tag(scope, head, headers, body, encoding=encoding)
    if etag is not None:
        headers["ETag"] = etag
        if method == "GET" and has_already(asked.get("if-none-match"), etag):
            head["status"] = HTTP_304_NOT_MODIFIED
            for name in _SAYS_WHAT_IS_SENT:
                if name in headers:
                    del headers[name]
            return {**message, "body": b""}
    if encoding == "identity":
        return message
    if "cookie" in asked or "authorization" in asked:
        headers[PADDING] = padding_of(body)
    pack = _PACK[encoding]
    packed = await asyncio.to_thread(pack, body) if len(body) > LARGE else pack(body)
    headers["Content-Encoding"], headers["Content-Length"] = encoding, str(len(packed))
    return {**message, "body": packed}


def _tag(
    scope: Scope, head: HTTPResponseStartEvent, headers: MutableScopeHeaders, body: bytes, *, encoding: str
) -> str | None:
    """The tag of a reply, where it may be asked for again: a page that may be kept, and whatever a program reads.

    Also what a program has changed, as it stands now. A tag of a program's is strong, since it may expect by it that
    something is unchanged; a page's is weak, being the same however the page is packed.
    """
    done, to_read = head["status"] in _DONE, scope["method"] == "GET"  # type: ignore[typeddict-item]
    if scope["path"].startswith(_CALLS):
        return (
            tag_of(body, packed=None if encoding == "identity" else encoding)
            if done and (to_read or edits(scope))
            else None
        )
    if not (done and to_read and "no-cache" in headers.get("cache-control", "")):
        return None
    _vary(headers, "Cookie")
    return f"W/{tag_of(body)}"


def _vary(headers: MutableScopeHeaders, name: str) -> None:
    said = headers.get("vary", "")
    headers["Vary"] = f"{said}, {name}" if said else name
