"""Dangerous changes ask once more who it is, and lose nothing that was typed."""

import pytest
from httpx import AsyncClient

from api.accounts.queries import sessions, tokens
from api.accounts.schemas import Member
from api.accounts.services import end_session, open_session
from api.authentication import cookie_name
from api.database import fetch_one
from tests.factories import PASSWORD, make_member
from tests.moved_clock import MovedClock
from tests.web.browsing import Browser, browser_of


async def _stale_browser(client: AsyncClient, clock: MovedClock) -> tuple[Member, Browser]:
    """A browser in which Ada signed in too long ago."""
    ada = await make_member("Ada")
    browser = await browser_of(client, ada)
    clock.move(minutes=15)
    return ada, browser


async def test_within_a_quarter_of_an_hour_nobody_is_asked_again(client: AsyncClient, moved_clock: MovedClock) -> None:
    browser = await browser_of(client, await make_member())
    moved_clock.move(minutes=15, seconds=-1)

    await browser.open("/settings/tokens/new")

    assert browser.path == "/settings/tokens/new"


async def test_a_page_for_a_dangerous_change_asks_first_and_is_shown_then(
    client: AsyncClient, moved_clock: MovedClock
) -> None:
    _, browser = await _stale_browser(client, moved_clock)
    await browser.open("/settings/tokens/new")
    assert (browser.path, browser.reply.url.params["next"]) == ("/sign-in/again", "/settings/tokens/new")

    await browser.press("It is me", password=PASSWORD)

    assert browser.path == "/settings/tokens/new"


async def test_a_wrong_password_leads_nowhere(client: AsyncClient, moved_clock: MovedClock) -> None:
    ada, browser = await _stale_browser(client, moved_clock)
    await browser.open("/settings/tokens/new")

    reply = await browser.press("It is me", password="not hers")

    assert reply.status_code == 422
    await browser.open("/settings/tokens/new")
    assert browser.path == "/sign-in/again"
    assert await tokens(ada) == []


async def test_a_form_that_was_open_for_long_is_sent_after_the_proof(
    client: AsyncClient, moved_clock: MovedClock
) -> None:
    ada = await make_member("Ada")
    browser = await browser_of(client, ada)
    await browser.open("/settings/tokens/new")
    moved_clock.move(minutes=15)

    reply = await browser.press("Make the token", name='My "script" <b>', profile="profile", matches="matches")
    assert reply.status_code == 403
    assert await tokens(ada) == []
    await browser.press("Go on")
    await browser.press("It is me", password="not hers")
    await browser.press("It is me", password=PASSWORD)
    await browser.press("Go on with it")

    [made] = await tokens(ada)
    assert (made.name, made.scopes) == ('My "script" <b>', ["profile", "matches"])


async def test_a_kept_form_of_another_session_is_not_sent(client: AsyncClient, moved_clock: MovedClock) -> None:
    mallory = await browser_of(client, await make_member("Mallory"))
    await mallory.open("/settings/tokens/new")
    moved_clock.move(minutes=15)
    await mallory.press("Make the token", name="Hers", profile="profile")
    hers = mallory.form("Go on").values["kept"]
    _, browser = await _stale_browser(client, moved_clock)
    await browser.open("/settings/tokens/new")

    await browser.press("It is me", password=PASSWORD, kept=hers)

    assert browser.path == "/settings/tokens/new"
    assert "Hers" not in browser.reply.text


async def test_the_session_goes_on_under_a_new_key_and_the_old_one_is_dead(
    client: AsyncClient, moved_clock: MovedClock
) -> None:
    ada, browser = await _stale_browser(client, moved_clock)
    before, copy = await sessions(ada, this=None), client.cookies[cookie_name()]
    await browser.open("/sign-in/again?next=/me")

    await browser.press("It is me", password=PASSWORD)

    assert browser.path == "/me"
    assert {session.id for session in await sessions(ada, this=None)} == {session.id for session in before}
    client.cookies.set(cookie_name(), copy, domain="localhost.local", path="/")
    assert (await client.get("/me")).status_code == 303


async def test_a_page_that_was_open_meanwhile_can_still_send_its_form(
    client: AsyncClient, moved_clock: MovedClock
) -> None:
    _, browser = await _stale_browser(client, moved_clock)
    await browser.open("/me/name")
    other_tab = Browser(client)
    await other_tab.open("/sign-in/again")
    await other_tab.press("It is me", password=PASSWORD)

    await browser.press("Keep", display_name="Ada Lovelace")

    assert browser.path == "/me"
    assert "Ada Lovelace" in browser.text


async def test_a_session_that_was_ended_meanwhile_cannot_be_proved_back_to_life(
    client: AsyncClient, moved_clock: MovedClock
) -> None:
    ada, browser = await _stale_browser(client, moved_clock)
    await browser.open("/sign-in/again")
    for session in await sessions(ada, this=None):
        await end_session(ada, session.id)

    await browser.press("It is me", password=PASSWORD)

    assert browser.reply.status_code == 403
    assert await sessions(ada, this=None) == []


async def test_whoever_only_looks_around_a_demo_never_proved_anything(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    session = await open_session(ada)
    client.cookies.set(cookie_name(), session.token, domain="localhost.local", path="/")

    reply = await client.get("/settings/tokens/new")

    assert reply.headers["location"].startswith("/sign-in/again?next=")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/sign-out"])
async def test_nobody_is_led_elsewhere_after_the_proof(
    client: AsyncClient, moved_clock: MovedClock, elsewhere: str
) -> None:
    _, browser = await _stale_browser(client, moved_clock)
    await browser.open("/sign-in/again")

    await browser.press("It is me", password=PASSWORD, next=elsewhere)

    assert browser.path == "/home"


async def test_the_time_of_a_proof_is_kept_with_the_session_alone(client: AsyncClient, moved_clock: MovedClock) -> None:
    ada, browser = await _stale_browser(client, moved_clock)
    await open_session(ada, proved=True)
    await browser.open("/settings/tokens/new")

    assert browser.path == "/sign-in/again"
    row = await fetch_one("SELECT count(DISTINCT proved_at) AS times FROM session WHERE account = {}", ada.id)
    assert row is not None
    assert row["times"] == 2
