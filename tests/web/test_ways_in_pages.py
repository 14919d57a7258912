"""The pages about what opens an account: a new password, signing out everywhere, and who may change them."""

import pytest
from httpx import AsyncClient

from api.accounts.queries import sessions, tokens
from api.accounts.schemas import TokenDraft
from api.accounts.services import open_session, prove
from api.accounts.tokens import make_token
from api.authentication import cookie_name
from api.database import fetch
from api.limits.caller import Caller, calling, known_browser, known_browser_name
from api.mail.schemas import MailKind
from tests.api.accounts.making import credential_of
from tests.factories import NEW_PASSWORD, PASSWORD, make_member
from tests.moved_clock import MovedClock
from tests.web.browsing import browser_of
from tests.web.mailing import mails_to
from tests.web.passkeys import with_passkey


async def test_the_password_is_changed_and_other_browsers_are_signed_out(client: AsyncClient) -> None:
    ada = await make_member("Ada", email="ada@example.org")
    browser = await browser_of(client, ada)
    await browser.open("/settings/sign-in/password")
    await browser.press("Keep the new password", password="too short")
    assert "at least 15 characters" in browser.text

    await browser.press("Keep the new password", password=NEW_PASSWORD)

    assert browser.path == "/settings/sign-in"
    assert [session.is_this_one for session in await sessions(ada, this=None)] == [False]
    assert (await prove(email="ada@example.org", password=NEW_PASSWORD)).member == ada


@pytest.mark.parametrize("path", ["/settings/sign-in/password", "/settings/sign-in/passkeys/new"])
async def test_pages_that_change_the_ways_in_ask_first_who_it_is(
    client: AsyncClient, moved_clock: MovedClock, path: str
) -> None:
    browser = await browser_of(client, await make_member("Ada"))
    moved_clock.move(minutes=15)

    await browser.open(path)

    assert browser.path == "/sign-in/again"


async def test_a_new_password_ends_tokens_too_and_the_page_says_so_before(client: AsyncClient) -> None:
    ada = await make_member("Ada", email="ada@example.org")
    await make_token(ada, credential=await credential_of(ada), draft=TokenDraft(name="script"))
    browser = await browser_of(client, ada)
    await browser.open("/settings/sign-in/password")
    assert "Tokens for programs end too" in browser.text

    await browser.press("Keep the new password", password=NEW_PASSWORD)

    assert "tokens for programs are gone" in browser.text
    assert await tokens(ada) == []
    [(kind, text)] = [mail for mail in await mails_to("ada@example.org") if mail[0] is not MailKind.TOKEN_MADE]
    assert kind is MailKind.PASSWORD_CHANGED
    assert "tokens for programs are gone" in text


@pytest.mark.parametrize(
    ("page", "button"), [("/settings/sign-in/password", "Keep the new password"), ("/sign-in/again", "It is me")]
)
async def test_whoever_proved_who_they_are_is_known_to_have_signed_in_here(
    client: AsyncClient, moved_clock: MovedClock, page: str, button: str
) -> None:
    ada = await make_member("Ada", email="ada@example.org")
    browser = await browser_of(client, ada)
    if button == "It is me":
        moved_clock.move(minutes=20)
    await browser.open(page)
    password = PASSWORD if button == "It is me" else NEW_PASSWORD

    await browser.press(button, password=password)

    row = await fetch("SELECT password_hash FROM account WHERE id = {}", ada.id)
    with calling(Caller("192.0.2.1", known=client.cookies[known_browser_name()])):
        assert known_browser(ada.id, password_hash=row[0]["password_hash"]) is not None


async def test_signing_out_everywhere_ends_this_browser_too(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    await make_token(ada, credential=await credential_of(ada), draft=TokenDraft(name="script"))
    browser = await browser_of(client, ada)
    await browser.open("/settings/browsers")

    await browser.press("Sign out everywhere")

    assert "You are signed out everywhere." in browser.text
    assert await sessions(ada, this=None) == []
    assert await tokens(ada) == []


async def test_a_suspended_member_can_still_see_to_their_ways_in(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    browser = await browser_of(client, ada)
    await fetch("UPDATE account SET suspended_at = now() WHERE id = {}", ada.id)

    for path in ("/settings/sign-in", "/settings/sign-in/password", "/settings/sign-in/passkeys/new"):
        await browser.open(path)
        assert browser.path == path


async def test_nothing_of_another_member_is_listed(client: AsyncClient) -> None:
    grace = await make_member("Grace")
    await with_passkey(client, grace, name="The key of Grace")
    await open_session(grace, label="Firefox of Grace")
    browser = await browser_of(client, await make_member("Ada"))

    await browser.open("/settings/sign-in")

    assert "Grace" not in browser.text


async def test_no_page_shows_a_key_that_opens_anything(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member("Ada"))
    key = client.cookies[cookie_name()]

    for path in ("/settings", "/settings/sign-in", "/settings/sign-in/password", "/settings/sign-in/passkeys/new"):
        await browser.open(path)
        assert key not in browser.reply.text
        assert key not in str(browser.reply.headers)
