"""Every request has an id, whatever becomes of it, and its log line tells the status that was sent."""

import pytest
import structlog
from httpx import AsyncClient
from structlog.testing import capture_logs

from api import logs
from tests.factories import NOBODY, as_member, make_member


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


async def test_a_line_about_a_request_tells_its_route_and_nothing_of_whom_or_what(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "logger", structlog.get_logger())
    ada = await make_member()
    headers = await as_member(client, ada)

    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        reply = await client.get(f"/api/v1/members/{NOBODY}?purpose=hobby&note=secret", headers=headers)

    [line] = [line for line in lines if line["event"] == "request"]
    taken = line.pop("milliseconds")
    assert taken > 0
    assert line == {
        "event": "request",
        "log_level": "info",
        "request_id": reply.headers["x-request-id"],
        "method": "GET",
        "route": "/api/v1/members/{member_id}",
        "status": 404,
    }
    assert not any(one in str(lines) for one in (str(NOBODY), str(ada.id), "secret", "127.0.0.1"))
