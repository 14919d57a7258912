"""Whoever must not be seen here can leave at once; whoever found a hole knows whom to tell."""

from datetime import datetime, timedelta

import pytest
from httpx import AsyncClient
from msgspec.structs import replace

from api import clock
from api.settings import LEAVE_URL, settings
from tests.application import application
from tests.factories import make_member
from tests.web.browsing import Browser, browser_of
from web.contexts import SAME_FOR_EVERYBODY

LINK = f'<a href="{LEAVE_URL}" rel="noreferrer nofollow" data-leave>Leave this page</a>'


def _pages() -> list[str]:
    return [
        route.path
        for route in application().routes
        if "{" not in route.path and "GET" in getattr(route, "methods", ()) and not route.path.startswith("/api/v1")
    ]


async def test_every_page_of_a_member_can_be_left_at_once(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member(statements=["I mend old wireless sets."]))

    for path in [*_pages(), "/nothing"]:
        reply = await browser.open(path)
        if reply.headers["content-type"].startswith("text/html"):
            assert reply.text.count(LINK) == 1, path


async def test_a_visitor_can_leave_every_page_that_asks_or_tells_something_about_them(client: AsyncClient) -> None:
    for path in _pages():
        reply = await client.get(path)
        if reply.status_code != 200 or not reply.headers["content-type"].startswith("text/html"):
            continue
        everybodys = path == "/" or path.startswith(SAME_FOR_EVERYBODY[1:])
        assert (LINK in reply.text) is not everybodys, path

    assert LINK in (await client.post("/join", data={"purpose": "belief"})).text


async def test_where_the_way_out_leads_can_be_set(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = replace(settings(), leave_url="https://weather.example/")
    monkeypatch.setattr("web.contexts.settings", lambda: chosen)

    assert 'href="https://weather.example/" rel="noreferrer nofollow" data-leave' in (await client.get("/safety")).text


@pytest.mark.parametrize(
    ("contact", "told"),
    [
        (None, "Ask the people who run this site. They have put no address here."),
        ("mailto:help@example.org", "Ask the people who run this site: help@example.org."),
        ("https://example.org/help", "Ask the people who run this site: https://example.org/help."),
    ],
)
async def test_whoever_has_to_ask_the_people_who_run_it_is_told_how_where_there_is_a_way(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, contact: str | None, told: str
) -> None:
    chosen = replace(settings(), security_contact=contact)
    for where in ("web.mailed_links", "web.pages.resetting"):
        monkeypatch.setattr(f"{where}.settings", lambda: chosen)
    browser = Browser(client)

    for path in ("/look-in-your-mail", f"/undo/{'x' * 43}"):
        await browser.open(path)
        assert told in browser.text, path
        assert contact is None or f'href="{contact}" rel="noreferrer"' in browser.reply.text, path


@pytest.mark.parametrize(
    ("contact", "told"),
    [(None, "http://localhost:8000/safety#holes"), ("mailto:holes@example.org", "mailto:holes@example.org")],
)
async def test_security_txt_says_whom_to_tell_and_for_how_long_that_holds(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, contact: str | None, told: str
) -> None:
    chosen = replace(settings(), security_contact=contact)
    monkeypatch.setattr("web.pages.security_contact.settings", lambda: chosen)

    reply = await client.get("/.well-known/security.txt")

    fields = dict(line.split(": ", 1) for line in reply.text.splitlines())
    until = datetime.fromisoformat(fields["Expires"])
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert fields["Contact"] == told
    assert fields["Canonical"] == "http://localhost:8000/.well-known/security.txt"
    assert timedelta(days=30) < until - clock.now() < timedelta(days=365)
    assert (await client.get("/safety")).text.count('id="holes"') == 1
