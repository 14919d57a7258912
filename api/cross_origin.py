"""Which sites a browser lets call the JSON API from their own scripts: none, unless the operator names them (CORS)."""

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.settings import settings

CALLS = "/api/v1/"
METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
SENT = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID"
READ = (
    "Allow, ETag, Idempotency-Replayed, Link, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-ID"
)
KEPT_SECONDS = 7200
"""For how long a browser need not ask again; none keeps it for longer."""


def sharing_with_origins(app: ASGIApp) -> ASGIApp:
    """An application whose calls may be read by scripts of the sites that `WHEREFORE_CORS_ORIGINS` names.

    Pages are never shared, and calls never with cookies: no reply says `Access-Control-Allow-Credentials`. It stands
    around everything, so that a program can also read why it was refused.
    """
    named = settings().cors_origins
    if not named:
        return app

    async def share(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or not scope["path"].startswith(CALLS):
            await app(scope, receive, send)
            return
        asked = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        origin = asked.get(b"origin")
        if origin in named and scope["method"] == "OPTIONS" and b"access-control-request-method" in asked:
            await _allow(send, origin)
            return

        async def send_shared(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders(message)
                headers["Vary"] = ", ".join(filter(None, [headers.get("vary"), "Origin"]))
                if origin in named:
                    headers["Access-Control-Allow-Origin"] = origin
                    headers["Access-Control-Expose-Headers"] = READ
            await send(message)

        await app(scope, receive, send_shared)

    return share


async def _allow(send: Send, origin: str) -> None:
    """Answer the question that a browser asks before a call (Fetch, 4.8)."""
    said = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": SENT,
        "Access-Control-Max-Age": str(KEPT_SECONDS),
        "Vary": "Origin",
        "X-Content-Type-Options": "nosniff",
    }
    headers = [(name.lower().encode(), value.encode()) for name, value in said.items()]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
