"""What holds for every page and every reply."""

import asyncio
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from litestar import Litestar, get

from api.accounts.services import set_moderator
from api.authentication import Access
from tests.application import application
from tests.factories import email_of, make_member
from tests.web.browsing import browser_of
from web.app import create_app
from web.judging import IN_A_HUNDRED
from web.pages import api_docs
from web.reference import read_reference

ALWAYS = ("content-security-policy", "referrer-policy", "x-content-type-options", "permissions-policy", "cache-control")

LEADING_ON = {"/sign-in/code", "/leaving"}
"""Pages in the middle of something, which lead whoever is not to its beginning."""


def _pages(app: Litestar) -> list[str]:
    """Every address without parameters that can be read."""
    return [
        route.path
        for route in app.routes
        if "{" not in route.path and "GET" in getattr(route, "methods", ()) and not route.path.startswith("/api/v1")
    ]


async def test_every_page_opens_for_a_member_and_has_one_heading(client: AsyncClient) -> None:
    member = await make_member(statements=["I mend old wireless sets."])
    await set_moderator(email=await email_of(member.id), is_moderator=True)
    browser = await browser_of(client, member)

    for path in _pages(application()):
        reply = await browser.open(path)
        assert reply.status_code in {200, 503}, path
        if reply.headers["content-type"].startswith("text/html"):
            assert reply.text.count("<h1") == 1, path
            assert reply.headers["cache-control"] == "no-store", path


async def test_every_page_opens_for_a_visitor_or_asks_to_sign_in(client: AsyncClient) -> None:
    for path in _pages(application()):
        reply = await client.get(path)
        assert reply.status_code in {200, 303, 503}, path
        if reply.status_code == 303:
            led_on = path in LEADING_ON and reply.headers["location"] in {"/", "/sign-in"}
            assert led_on or reply.headers["location"].startswith("/sign-in?next="), path


@pytest.mark.parametrize(
    "path",
    ["/", "/home", "/nothing", "/static/css/tokens.css", "/static/nothing", "/api/v1/me", "/api/v1/x", "/healthz"],
)
async def test_every_reply_carries_the_headers_that_keep_others_out(client: AsyncClient, path: str) -> None:
    reply = await client.get(path)

    assert [name for name in ALWAYS if name not in reply.headers] == []
    assert "unsafe" not in reply.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]


async def test_nothing_on_a_page_runs_inline_or_comes_from_elsewhere(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member(statements=["I mend old wireless sets."]))

    for path in ("/", "/home", "/me", "/settings", "/api/docs", "/style"):
        text = (await browser.open(path)).text
        assert " style=" not in text
        assert " onclick=" not in text
        assert "<script>" not in text
        assert 'src="http' not in text
        assert 'rel="stylesheet" href="/static/' in text


async def test_the_page_about_judging_says_how_often_it_is_wrong(client: AsyncClient) -> None:
    text = " ".join((await client.get("/how-reasons-are-judged")).text.split())

    assert f"{IN_A_HUNDRED['refused_specific']} were turned away by mistake" in text
    assert f"{IN_A_HUNDRED['noted_specific']} got a note" in text
    assert f"{IN_A_HUNDRED['refused_generic']} were turned away. The others" in text


async def test_what_is_not_there_is_told_in_plain_words(client: AsyncClient) -> None:
    reply = await client.get("/nothing")

    assert reply.status_code == 404
    assert "There is nothing here" in reply.text
    assert reply.headers["content-type"].startswith("text/html")


async def test_a_missing_page_keeps_a_member_signed_in(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member())

    await browser.open("/nothing")

    assert "Conversations" in browser.text


async def test_a_wrong_method_is_told_in_plain_words(client: AsyncClient) -> None:
    reply = await client.post("/privacy")

    assert reply.status_code == 405
    assert "That cannot be done here" in reply.text


async def test_what_is_not_there_in_the_api_is_a_problem_document(client: AsyncClient) -> None:
    reply = await client.get("/api/v1/nothing")

    assert reply.status_code == 404
    assert reply.json()["type"] == "/problems/not-found"


async def test_a_fault_of_ours_is_admitted_and_tells_nothing(database: None) -> None:
    @get("/broken", opt={"access": Access.ANYONE})
    async def broken() -> None:
        raise RuntimeError("a secret of the house")

    app = create_app()
    app.register(broken)
    transport = ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]  # httpx is less exact
    async with AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        reply = await client.get("/broken")

    assert reply.status_code == 500
    assert "This is our fault" in reply.text
    assert "secret" not in reply.text


async def test_a_form_with_too_many_fields_is_refused(client: AsyncClient) -> None:
    reply = await client.post("/join", data={f"f{number}": "x" for number in range(400)})

    assert reply.status_code == 400
    assert "could not be read" in reply.text


async def test_an_upload_where_a_form_belongs_is_not_read(client: AsyncClient) -> None:
    reply = await client.post("/join", files={"purpose": b"hobby"})

    assert reply.status_code == 422


async def test_the_reference_is_drawn_once_however_many_ask_for_it_at_once(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is ten times as much work as other pages, and whoever comes may ask for it."""
    drawn = []

    def counting(document: Any) -> Any:
        drawn.append(1)
        return read_reference(document)

    monkeypatch.setattr(api_docs, "read_reference", counting)
    application().state.pop("reference", None)

    pages = await asyncio.gather(*(client.get("/api/docs") for _ in range(6)))

    assert {page.status_code for page in pages} == {200}
    assert "SendConnectionRequest" in pages[0].text
    assert len(drawn) == 1
