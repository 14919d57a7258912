"""Reads `ETag` and `If-Match` of calls that change one thing (RFC 9110, 8.8.3 and 13.1.1)."""

import re
from typing import Final

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from api.errors import MalformedError
from api.unchanged import ANY, expecting

_TAG: Final = re.compile(r'(?:W/)?"[\x21\x23-\x7e]*"')
_TAGS: Final = re.compile(rf"\s*{_TAG.pattern}(?:\s*,\s*{_TAG.pattern})*\s*")
_PACKED: Final = re.compile(r'\.(?:br|gzip)"$')


class HeedsIfMatch(ASGIMiddleware):
    """Lets services know how what they change must be, where a route is for changing something."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer one call."""
        with expecting(_if_match(scope) if edits(scope) else None):
            await next_app(scope, receive, send)


def edits(scope: Scope) -> bool:
    """Whether a call changes one thing that can be read alone: its route declares `opt={"edits": True}`."""
    handler = scope.get("route_handler")
    return handler is not None and bool(handler.opt.get("edits"))


def _if_match(scope: Scope) -> frozenset[str] | None:
    """The tags of the field, whichever way they were packed; None where there is none.

    Raises:
        MalformedError: It is neither a list of tags nor `*`.
    """
    given = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"if-match"]
    if not given:
        return None
    field = ", ".join(given)
    if field.strip() == ANY:
        return frozenset({ANY})
    if not _TAGS.fullmatch(field):
        raise MalformedError('If-Match must be the ETag that you were sent, such as "7d865e95", or *.')
    # A weak one never is the same here (8.8.3.2): it stays as it is, and nothing is like it.
    return frozenset(_PACKED.sub('"', tag) for tag in _TAG.findall(field))
