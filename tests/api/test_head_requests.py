"""HEAD answers as GET does, on pages and calls alike, and carries nothing."""

import pytest
from httpx import AsyncClient


@pytest.mark.parametrize("path", ["/", "/api/v1/purposes", "/healthz", "/api/v1/openapi.json", "/nothing-here"])
async def test_head_is_get_without_its_body(client: AsyncClient, path: str) -> None:
    got, head = await client.get(path), await client.head(path)

    assert head.status_code == got.status_code
    assert head.headers["content-type"] == got.headers["content-type"]
    assert head.content == b""
