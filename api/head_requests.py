"""HEAD for every GET: the same status and headers, and no body (RFC 9110, 9.3.2)."""

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send


class HeadRequests(ASGIMiddleware):
    """Lets the GET handler answer a HEAD request and drops what it would have written."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer one request."""
        if scope.get("method") != "HEAD":
            await next_app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(message)

        as_get = {**scope, "method": "GET"}
        await next_app(as_get, receive, send_without_body)  # type: ignore[arg-type]  # a scope but for its type
