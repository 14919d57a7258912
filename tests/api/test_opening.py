"""Nobody is served before everything is done that must be done before; the process waits for it and does not end."""

import asyncio

import pytest
from httpx import AsyncClient

from api import opening, worker
from api.engine import DatabaseUnavailableError


@pytest.fixture
def database_comes_back(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Erasures cannot be replayed until this event is set."""
    back = asyncio.Event()

    async def replay() -> int:
        if not back.is_set():
            raise DatabaseUnavailableError
        return 0

    monkeypatch.setattr(opening, "replay", replay)
    monkeypatch.setattr(opening, "SECONDS_BEFORE_TRYING_AGAIN", 0.01)
    return back


async def test_calls_are_put_off_until_erasures_are_replayed(
    client: AsyncClient, database_comes_back: asyncio.Event
) -> None:
    async with opening.replayed() as opened:
        early = {
            path: await client.get(path) for path in ("/", "/api/v1/purposes", "/static/none", "/readyz", "/healthz")
        }
        database_comes_back.set()
        async with asyncio.timeout(30):
            await opened.wait()
        later = {path: (await client.get(path)).status_code for path in ("/", "/api/v1/purposes")}

    assert {path: reply.status_code for path, reply in early.items()} == dict.fromkeys(early, 503) | {"/healthz": 200}
    assert all(int(reply.headers["Retry-After"]) > 0 for reply in early.values() if reply.status_code == 503)
    assert early["/readyz"].json()["start"] == "waiting"
    assert early["/api/v1/purposes"].json()["type"] == "/problems/unavailable"
    assert "<h1>Wherefore is starting</h1>" in early["/"].text
    assert "frame-ancestors 'none'" in early["/"].headers["Content-Security-Policy"]
    assert later == {"/": 200, "/api/v1/purposes": 200}


async def test_no_job_is_done_before_erasures_are_replayed(
    database: None, database_comes_back: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.Event()

    async def run(_: asyncio.Event) -> None:
        begun.set()

    monkeypatch.setattr(worker, "_run", run)
    monkeypatch.setattr(worker, "SECONDS_BEFORE_THE_FIRST", 0)
    async with opening.replayed() as opened, worker.running(after=opened):
        await asyncio.sleep(0.1)
        early = begun.is_set()
        database_comes_back.set()
        async with asyncio.timeout(30):
            await begun.wait()

    assert not early
