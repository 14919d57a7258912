"""Every request has an id, whatever becomes of it, and its log line tells the status that was sent."""

import re

import pytest
from httpx import AsyncClient


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/api/v1/purposes", {}, 200),
        ("/api/v1/me", {}, 401),
        ("/api/v1/me", {"Authorization": "Bearer whf_unknown"}, 401),
        ("/nothing-here", {}, 404),
    ],
)
async def test_a_request_is_logged_as_it_was_answered(
    client: AsyncClient, capsys: pytest.CaptureFixture[str], path: str, headers: dict[str, str], status: int
) -> None:
    reply = await client.get(path, headers=headers)

    assert reply.status_code == status
    assert len(reply.headers["x-request-id"]) == 16
    [line] = [line for line in capsys.readouterr().out.splitlines() if reply.headers["x-request-id"] in line]
    assert re.search(rf"\bstatus\W+{status}\b", line)
