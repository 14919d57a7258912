"""What stands in a request before its body, cut down to what is ours before anything is made of it.

The framework keeps what it read of the last thousand of each in memory, and reads a quoted cookie in a time that grows
with the square of its length: sixty kilobytes of backslashes held everybody up for a minute.
"""

from collections.abc import Iterator

from litestar.types import ASGIApp, Receive, Scope, Send

from api.authentication import cookie_name
from api.errors import MalformedError
from api.refusals import as_problem, asks_as_program

LONGEST_QUERY = 8_192
"""Bytes of an address after its question mark; the longest of ours carries a sentence."""
MOST_IN_A_QUERY = 50
LONGEST_COOKIE = 4_096
"""Bytes, as browsers have it."""
MOST_COOKIES = 20
"""Of ours there are fewer than ten."""


def bounding_heads(app: ASGIApp) -> ASGIApp:
    """An application that gets short addresses only, and of the cookies only such as it may have set itself."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        query: bytes = scope.get("query_string", b"")
        if len(query) > LONGEST_QUERY or query.count(b"&") >= MOST_IN_A_QUERY:
            if asks_as_program(scope["path"]):
                await as_problem(scope, send, MalformedError("The address is too long after its question mark."))
                return
            scope["query_string"] = b""  # whoever looks at a page gets it as it is without
        others = [(name, value) for name, value in scope["headers"] if name.lower() != b"cookie"]
        own = b"; ".join(list(_own_cookies(scope))[:MOST_COOKIES])
        scope["headers"] = [*others, (b"cookie", own)] if own else others
        await app(scope, receive, send)

    return answer


def _own_cookies(scope: Scope) -> Iterator[bytes]:
    """Every cookie whose name begins as those of this site do; nothing in theirs has to be quoted."""
    ours = cookie_name().encode()
    for name, value in scope["headers"]:
        if name.lower() == b"cookie":
            for cookie in value.split(b";"):
                plain = cookie.strip()
                if plain.startswith(ours) and b"\\" not in plain and len(plain) <= LONGEST_COOKIE:
                    yield plain
