"""Signing in, being led back, and signing out for good."""

import pytest
from httpx import AsyncClient
from msgspec.structs import replace

from api.authentication import cookie_name
from api.limits.caller import known_browser_name
from api.settings import settings
from tests.factories import PASSWORD, as_member, make_member
from tests.web.browsing import Browser, browser_of


async def test_a_page_for_members_leads_to_sign_in_and_back(client: AsyncClient) -> None:
    await make_member("Ada", email="ada@example.org")
    browser = Browser(client)
    await browser.open("/me/place?q=leeds")
    assert browser.path == "/sign-in"

    await browser.press("Sign in", email="ada@example.org", password=PASSWORD)

    assert str(browser.reply.url.raw_path, "ascii") == "/me/place?q=leeds"


async def test_wrong_credentials_keep_the_address_and_say_little(client: AsyncClient) -> None:
    await make_member("Ada", email="ada@example.org")
    browser = Browser(client)
    await browser.open("/sign-in")

    reply = await browser.press("Sign in", email="ada@example.org", password="not hers")
    for_a_member = browser.text
    await browser.press("Sign in", email="ada@example.com", password="not hers")

    assert reply.status_code == 422
    assert browser.form("Sign in").values["email"] == ["ada@example.com"]
    assert for_a_member == browser.text


async def test_what_was_left_empty_is_named_and_not_called_wrong(client: AsyncClient) -> None:
    browser = Browser(client)
    await browser.open("/sign-in")

    reply = await browser.press("Sign in", email="ada@example.org")

    assert reply.status_code == 422
    assert "Your password is missing" in browser.text
    assert "e-mail address is missing" not in browser.text
    assert "not right" not in browser.text
    assert browser.form("Sign in").values["email"] == ["ada@example.org"]


async def test_whoever_must_wait_keeps_the_address_and_the_page_to_go_to(client: AsyncClient) -> None:
    browser = Browser(client)
    await browser.open("/me/place")

    for _ in range(11):
        reply = await browser.press("Sign in", email="ada@example.org", password="not hers")

    assert reply.status_code == 429
    assert int(reply.headers["Retry-After"]) > 0
    assert browser.form("Sign in").values["email"] == ["ada@example.org"]
    assert browser.form("Sign in").values["next"] == ["/me/place"]


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/sign-out",
        "home",
    ],
)
async def test_nobody_is_led_elsewhere_after_sign_in(client: AsyncClient, elsewhere: str) -> None:
    await make_member("Ada", email="ada@example.org")
    form = {"email": "ada@example.org", "password": PASSWORD, "next": elsewhere}

    reply = await client.post("/sign-in", data=form)

    assert reply.status_code == 303
    assert reply.headers["location"] == "/home"


async def test_signing_out_ends_the_session_itself(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member())
    stolen = client.cookies[cookie_name()]
    await browser.open("/me")

    await browser.press("Sign out")

    assert "You are signed out." in browser.text
    client.cookies.set(cookie_name(), stolen, domain="localhost.local", path="/")
    assert (await client.get("/me")).headers["location"].startswith("/sign-in")


async def test_after_signing_out_the_browser_forgets_what_was_typed(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member("Ada"))
    await browser.open("/me/name")
    shown_again = await browser.press("Keep", display_name="")
    await browser.open("/me")

    form = browser.form("Sign out").values
    reply = await client.post("/sign-out", data=form)

    assert shown_again.headers["cache-control"] == "no-store"
    assert reply.headers["clear-site-data"] == '"cache", "storage"'


async def test_every_sign_in_makes_a_new_session(client: AsyncClient) -> None:
    await make_member("Ada", email="ada@example.org")
    client.cookies.set(cookie_name(), "chosen-by-somebody-else", domain="localhost.local", path="/")

    reply = await client.post("/sign-in", data={"email": "ada@example.org", "password": PASSWORD})

    cookie = reply.headers["set-cookie"]
    assert "chosen-by-somebody-else" not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_pages_take_no_bearer_tokens(client: AsyncClient) -> None:
    headers = await as_member(client, await make_member())

    reply = await client.get("/me", headers=headers)

    assert reply.status_code == 303


async def test_the_api_takes_no_cookies(client: AsyncClient) -> None:
    await browser_of(client, await make_member())

    reply = await client.get("/api/v1/me")

    assert reply.status_code == 401
    assert reply.headers["content-type"] == "application/problem+json"


async def test_looking_around_is_refused_where_this_is_no_demo(client: AsyncClient) -> None:
    await make_member("Ada", email="one@demo.wherefore.example")

    reply = await client.post("/look-around", data={"email": "one@demo.wherefore.example"})

    assert reply.status_code == 404
    assert "Look around as" not in (await client.get("/")).text


async def test_anybody_at_the_machine_of_a_demo_may_look_around(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.pages.demo.settings", lambda: replace(settings(), demo=True))
    await make_member("Ada", email="one@demo.wherefore.example")
    browser = Browser(client)
    await browser.open("/")

    await browser.press("Look around as Ada")

    assert browser.path == "/home"
    assert "You are looking around as \N{FIRST STRONG ISOLATE}Ada" in browser.text


async def test_in_a_demo_nobody_else_is_looked_around_as(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.pages.demo.settings", lambda: replace(settings(), demo=True))
    await make_member("Ada", email="ada@example.org")
    await make_member("Bo", email="one@demo.wherefore.example")

    somebody = await client.post("/look-around", data={"email": "ada@example.org"})
    from_afar = await client.post(
        "/look-around", data={"email": "one@demo.wherefore.example"}, headers={"X-Forwarded-For": "203.0.113.9"}
    )

    assert (somebody.status_code, from_afar.status_code) == (404, 404)


async def test_whoever_signed_in_often_guesses_no_faster_for_it(client: AsyncClient) -> None:
    """Somebody who knew the password signed in five times, and has it no more."""
    await make_member("Ada", email="ada@example.org")
    statuses, known = [], []
    for _ in range(5):
        client.cookies.clear()
        browser = Browser(client)
        await browser.open("/sign-in")
        await browser.press("Sign in", email="ada@example.org", password=PASSWORD)
        known.append(str(client.cookies[known_browser_name()]))

    for cookie in known:
        client.cookies.clear()
        client.cookies.set(known_browser_name(), cookie)
        browser = Browser(client)
        await browser.open("/sign-in")
        for _ in range(10):
            reply = await browser.press("Sign in", email="ada@example.org", password="not hers")
            statuses.append(reply.status_code)

    assert statuses == [422] * 30 + [429] * 20
