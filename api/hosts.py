"""Requests that do not say which host they are for, as RFC 9112 (3.2) wants it, go no further."""

import re

import msgspec
from litestar.types import ASGIApp, Receive, Scope, Send

from api.errors import MalformedError, WhereforeError
from api.problems import PROBLEM_JSON, problem_body

_HOST = re.compile(rb"(?:[A-Za-z0-9._~-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


def refusing_bad_hosts(app: ASGIApp) -> ASGIApp:
    """An application that is asked only by requests that name one host, in a way that one can be named.

    It stands around the router: what is no host can be put into no address, and not even an error could be told then.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if _names_a_host(scope):
            await app(scope, receive, send)
            return
        await refuse(send, MalformedError("The Host header must name one host."))

    return answer


async def refuse(send: Send, error: WhereforeError) -> None:
    """Answer a request that reaches nothing which could answer it."""
    body = msgspec.json.encode(problem_body(error.code, error.title, error.status, error.detail))
    headers = [
        (b"content-type", PROBLEM_JSON.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    ]
    if error.retry_after is not None:
        headers.append((b"retry-after", str(error.retry_after).encode()))
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _names_a_host(scope: Scope) -> bool:
    hosts = [value for name, value in scope["headers"] if name.lower() == b"host"]
    if not hosts:
        return scope.get("http_version") == "1.0"  # which knows no such header
    return len(hosts) == 1 and _HOST.fullmatch(hosts[0]) is not None
