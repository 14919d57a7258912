"""HEAD answers as GET does, on pages and calls alike, and carries nothing."""

from typing import Any

import pytest
from httpx import AsyncClient
from litestar.types import Message, Receive, Scope, Send

from api.head_requests import answering_head


@pytest.mark.parametrize("path", ["/", "/api/v1/purposes", "/healthz", "/api/v1/openapi.json", "/nothing-here"])
async def test_head_is_get_without_its_body(client: AsyncClient, path: str) -> None:
    got, head = await client.get(path), await client.head(path)

    assert head.status_code == got.status_code
    assert head.headers["content-type"] == got.headers["content-type"]
    assert head.content == b""


async def test_what_comes_in_pieces_ends_once() -> None:
    sent: list[Message] = []

    async def in_pieces(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for more in (True, True, False):
            await send({"type": "http.response.body", "body": b"piece", "more_body": more})

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await answering_head(in_pieces)({"type": "http", "method": "HEAD"}, receive, send)  # type: ignore[arg-type]

    assert sent == [
        {"type": "http.response.start", "status": 200, "headers": []},
        {"type": "http.response.body", "body": b"", "more_body": False},
    ]
