"""The `Idempotency-Key` field of a call (draft-ietf-httpapi-idempotency-key-header-07): read, and answered again.

What a call does is written once, whoever sends it twice: `services.once` keeps its reply with it.
"""

import re
from typing import Any, Final

from litestar import Request, Response
from litestar.enums import MediaType, ScopeType
from litestar.handlers import HTTPRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from api.accounts.schemas import Member
from api.errors import MalformedError
from api.idempotency.keyed import KeyedCall, keyed, listening
from api.idempotency.services import kept_reply

FIELD: Final = "Idempotency-Key"
AGAIN: Final = "Idempotency-Replayed"
"""Stands in a reply that was given before."""

# A string of a structured field (RFC 9651), or the same without its quotes, as most clients send it.
_KEY: Final = re.compile(r'"(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\]){1,255}"|[\x21\x23-\x5b\x5d-\x7e]{1,255}')


class ListensForKeys(ASGIMiddleware):
    """Lets services know with which key the call came that is being answered, and forget it afterwards."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer one call."""
        with listening():
            await next_app(scope, receive, send)


async def answered_before(request: Request[Member | None, Any, Any]) -> Response[bytes] | None:
    """The reply that the same call with the same key was given before; None for one that has yet to be done.

    Raises:
        MalformedError: The key cannot be read.
        KeyReusedError: The key came with another call.
    """
    handler = request.route_handler
    given = request.headers.getall(FIELD, [])
    if not given or not is_keyed(handler) or request.user is None:
        return None
    if len(given) != 1 or not _KEY.fullmatch(given[0]):
        raise MalformedError(
            f"{FIELD} must be one string of 1 to 255 visible characters, such as a UUID: nothing was done."
        )
    called = f"{request.method} {request.url.path}?{request.url.query}\0".encode() + await request.body()
    call = KeyedCall.of(request.user, key=given[0].removeprefix('"').removesuffix('"'), called=called)
    reply = await kept_reply(call)
    if reply is None:
        keyed(call)
        return None
    return Response(reply.encode(), status_code=handler.status_code, media_type=MediaType.JSON, headers={AGAIN: "true"})


def is_keyed(handler: Any) -> bool:
    """Whether a call may come with a key: it declares `opt={"keyed": True}`, and its service writes with `once`."""
    return isinstance(handler, HTTPRouteHandler) and bool(handler.opt.get("keyed"))
