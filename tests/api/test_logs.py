"""Every request has an id, whatever becomes of it, and its log line tells the status that was sent."""

import pytest
import structlog
from httpx import AsyncClient
from structlog.testing import capture_logs

from api import logs


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
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, path: str, headers: dict[str, str], status: int
) -> None:
    monkeypatch.setattr(logs, "logger", structlog.get_logger())  # one that has not settled where it writes

    with capture_logs() as lines:
        reply = await client.get(path, headers=headers)

    assert reply.status_code == status
    assert len(reply.headers["x-request-id"]) == 16
    assert [line["status"] for line in lines if line["event"] == "request"] == [status]
