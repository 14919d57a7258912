"""HEAD for every GET: the same status and headers, and no body (RFC 9110, 9.3.2)."""

from litestar.types import ASGIApp, Message, Receive, Scope, Send


def answering_head(app: ASGIApp) -> ASGIApp:
    """An application that lets GET answer a HEAD request and drops what it would have written.

    It stands around the router: a route without HEAD would be refused before any middleware of its own is asked.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") != "HEAD":
            await app(scope, receive, send)
            return

        ended = False

        async def send_without_body(message: Message) -> None:
            nonlocal ended
            if ended:
                return  # what comes in pieces goes on, and the server knows of no more than one end
            if message["type"] == "http.response.body":
                ended = True
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(message)

        # The server goes on knowing that it was HEAD: it would miss the body and close the connection otherwise.
        await app({**scope, "method": "GET"}, receive, send_without_body)  # type: ignore[arg-type]

    return answer
