"""Answers to requests that go no further: what stands around the router refuses, where nothing else could answer."""

from collections.abc import Awaitable, Callable

import msgspec
from litestar.types import Scope, Send

from api.errors import WhereforeError
from api.problems import PROBLEM_JSON, problem_body

Refusal = Callable[[Scope, Send, WhereforeError], Awaitable[None]]
"""Answers whoever asks with why they are refused."""


def asks_as_program(path: str) -> bool:
    """Whether whoever asks for this path wants no page."""
    return path.startswith("/api/") and not path.startswith("/api/docs")


async def as_problem(_: Scope, send: Send, error: WhereforeError) -> None:
    """Refuse in the way of the JSON API."""
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
