"""Scripts of other sites: kept out, unless the operator names the site; never with cookies, and never on pages."""

from collections.abc import AsyncIterator

import pytest
from httpx import ASGITransport, AsyncClient

from api.settings import SettingError, settings
from web.app import create_app

APP, OTHER = "https://app.example", "https://evil.example"
PREFLIGHT = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization, if-match"}
CALL = "/api/v1/purposes"


@pytest.fixture
async def named(database: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncClient]:
    """A client of a site whose operator named two others."""
    monkeypatch.setenv("WHEREFORE_CORS_ORIGINS", f"{APP}, http://localhost:5173")
    settings.cache_clear()
    transport = ASGITransport(app=create_app(), raise_app_exceptions=False)  # type: ignore[arg-type]  # narrower scopes
    async with AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        yield client
    monkeypatch.undo()
    settings.cache_clear()


async def test_nobody_is_let_in_unless_they_are_named(client: AsyncClient) -> None:
    read = await client.get(CALL, headers={"Origin": APP})
    asked = await client.options("/api/v1/me", headers={"Origin": APP} | PREFLIGHT)

    for reply in (read, asked):
        assert not [name for name in reply.headers if name.startswith("access-control")]
        assert "origin" not in reply.headers.get("vary", "").lower()


async def test_a_named_site_may_ask_call_and_read(named: AsyncClient) -> None:
    asked = await named.options("/api/v1/me", headers={"Origin": APP} | PREFLIGHT)
    read = await named.get(CALL, headers={"Origin": APP})

    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == read.headers["access-control-allow-origin"] == APP
    assert "PATCH" in asked.headers["access-control-allow-methods"]
    assert {"authorization", "idempotency-key", "if-match"} <= set(
        asked.headers["access-control-allow-headers"].lower().split(", ")
    )
    assert {"etag", "link", "retry-after", "ratelimit"} <= set(
        read.headers["access-control-expose-headers"].lower().split(", ")
    )
    assert "Origin" in read.headers["vary"]


async def test_cookies_are_never_shared(named: AsyncClient) -> None:
    for reply in (
        await named.options("/api/v1/me", headers={"Origin": APP} | PREFLIGHT),
        await named.get(CALL, headers={"Origin": APP, "Cookie": "wherefore=x"}),
    ):
        assert reply.headers["access-control-allow-origin"] == APP
        assert "access-control-allow-credentials" not in reply.headers


@pytest.mark.parametrize("origin", [OTHER, "null", f"{APP}.evil.example", f"{APP}:8443", "http://app.example"])
async def test_another_site_may_not(named: AsyncClient, origin: str) -> None:
    asked = await named.options("/api/v1/me", headers={"Origin": origin} | PREFLIGHT)
    read = await named.get(CALL, headers={"Origin": origin})

    for reply in (asked, read):
        assert "access-control-allow-origin" not in reply.headers
        assert "Origin" in reply.headers["vary"]


async def test_a_refusal_can_be_read_too(named: AsyncClient) -> None:
    refused = await named.get("/api/v1/me", headers={"Origin": APP})
    unknown = await named.get("/api/v1/nothing", headers={"Origin": APP})

    assert (refused.status_code, unknown.status_code) == (401, 404)
    assert refused.headers["access-control-allow-origin"] == unknown.headers["access-control-allow-origin"] == APP


async def test_pages_are_shared_with_nobody(named: AsyncClient) -> None:
    for path in ("/", "/sign-in", "/api/docs"):
        reply = await named.get(path, headers={"Origin": APP})
        assert "access-control-allow-origin" not in reply.headers


@pytest.mark.parametrize("value", ["*", "app.example", f"{APP}/", "https://App.example", "null", "https://a.b/c"])
def test_what_is_no_site_stops_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("WHEREFORE_CORS_ORIGINS", value)
    settings.cache_clear()
    try:
        with pytest.raises(SettingError, match="WHEREFORE_CORS_ORIGINS"):
            settings()
    finally:
        monkeypatch.undo()
        settings.cache_clear()
