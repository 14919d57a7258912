"""The pages about signing in: by passkey, by password and code, and what opens an account."""

import json
import re
from typing import Any

import pyotp
import pytest
from httpx import AsyncClient

from api import clock
from api.accounts import passkeys
from api.accounts.queries import sessions, tokens
from api.accounts.schemas import Member, TokenDraft
from api.accounts.second_factor import has_second_factor
from api.accounts.services import open_session, prove
from api.accounts.tokens import make_token
from api.authentication import cookie_name
from api.database import fetch
from api.limits.caller import Caller, calling, known_browser, known_browser_name
from api.mail.schemas import MailKind
from tests.api.accounts.making import code_of, credential_of, with_app
from tests.authenticator import Authenticator
from tests.factories import PASSWORD, make_member
from tests.moved_clock import MovedClock
from tests.web.browsing import Browser, browser_of
from tests.web.mailing import mails_to

OURS = {"Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-origin"}
NEW_PASSWORD = "seven copper kettles under an arch"


async def options(browser: Browser, path: str) -> dict[str, Any]:
    """What the script of the page asks the server."""
    found = re.search(r'name="csrf_token" value="([^"]*)"', browser.reply.text)
    form = {"csrf_token": found.group(1) if found else ""}
    reply = await browser.client.post(path, data=form, headers=OURS)
    assert reply.status_code == 200, reply.text
    return dict(json.loads(reply.text))


async def answer_form(browser: Browser, action: str, answer: str, **more: str) -> None:
    """Send the form as the script does."""
    found = re.search(r'name="csrf_token" value="([^"]*)"', browser.reply.text)
    form = {"csrf_token": found.group(1) if found else "", "answer_of_passkey": answer} | more
    browser.reply = await browser.client.post(action, data=form, headers=OURS, follow_redirects=True)


async def with_passkey(client: AsyncClient, member: Member, name: str = "My phone") -> tuple[Browser, Authenticator]:
    """A signed-in browser of a member who has just added a passkey there."""
    browser, device = await browser_of(client, member), Authenticator()
    await browser.open("/settings/sign-in/passkeys/new")
    made = device.make(await options(browser, "/settings/sign-in/passkeys/options"))
    await answer_form(browser, "/settings/sign-in/passkeys/new", made, name=name)
    assert "The passkey is added." in browser.text
    return browser, device


async def signed_out(browser: Browser) -> None:
    """Sign out, and go to the page for signing in."""
    await browser.open("/settings")
    await browser.press("Sign out")
    await browser.open("/sign-in?next=/me")


async def test_a_passkey_is_added_and_signs_in(client: AsyncClient) -> None:
    browser, device = await with_passkey(client, await make_member("Ada"))
    assert "My phone" in browser.text
    await signed_out(browser)

    answer = device.sign(await options(browser, "/sign-in/passkey/options"))
    await answer_form(browser, "/sign-in/passkey", answer, next="/me")

    assert browser.path == "/me"
    assert "Ada" in browser.text


async def test_passkeys_are_offered_before_passwords(client: AsyncClient) -> None:
    browser = Browser(client)
    await browser.open("/sign-in")

    text = browser.reply.text
    assert text.index("Sign in with a passkey") < text.index('name="password"')
    assert 'autocomplete="username webauthn"' in text


async def test_a_refused_passkey_says_so_in_words_and_leaves_the_other_ways(client: AsyncClient) -> None:
    browser, device = await with_passkey(client, await make_member("Ada"))
    await signed_out(browser)
    device.origin = "https://evil.example"

    answer = device.sign(await options(browser, "/sign-in/passkey/options"))
    await answer_form(browser, "/sign-in/passkey", answer, next="/me")

    assert browser.reply.status_code == 422
    assert "This passkey was not taken." in browser.text
    assert browser.form("Sign in").values["next"] == ["/me"]


async def test_an_answer_from_another_browser_opens_nothing(client: AsyncClient) -> None:
    browser, device = await with_passkey(client, await make_member("Ada"))
    await signed_out(browser)
    answer = device.sign(await options(browser, "/sign-in/passkey/options"))
    client.cookies.clear()

    await answer_form(browser, "/sign-in/passkey", answer)

    assert browser.reply.status_code == 422


async def test_a_passkey_with_an_app_set_up_needs_no_code(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    browser, device = await with_passkey(client, ada)
    await with_app(ada)
    await signed_out(browser)

    answer = device.sign(await options(browser, "/sign-in/passkey/options"))
    await answer_form(browser, "/sign-in/passkey", answer, next="/me")

    assert browser.path == "/me"


async def test_a_passkey_proves_again_and_leads_back(client: AsyncClient, moved_clock: MovedClock) -> None:
    browser, device = await with_passkey(client, await make_member("Ada"))
    moved_clock.move(minutes=20)
    await browser.open("/settings/sign-in/password")
    assert "Use my passkey" in browser.text

    answer = device.sign(await options(browser, "/sign-in/again/options"))
    await answer_form(browser, "/sign-in/again/passkey", answer, next="/settings/sign-in/password")

    assert browser.path == "/settings/sign-in/password"


async def test_a_passkey_is_removed(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    browser, _ = await with_passkey(client, ada)
    await browser.open("/settings/sign-in")

    await browser.press("Remove")

    assert "It opens nothing any more." in browser.text
    assert await passkeys.passkeys(ada) == []


async def test_the_last_way_in_is_kept_and_the_page_says_why(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    browser, _ = await with_passkey(client, ada)
    await fetch("UPDATE account SET password_hash = NULL WHERE id = {}", ada.id)
    await browser.open("/settings/sign-in")

    await browser.press("Remove")

    assert "This is the only way into your account." in browser.text
    assert len(await passkeys.passkeys(ada)) == 1


async def test_a_passkey_without_a_name_is_asked_for_one(client: AsyncClient) -> None:
    browser, device = await browser_of(client, await make_member("Ada")), Authenticator()
    await browser.open("/settings/sign-in/passkeys/new")
    made = device.make(await options(browser, "/settings/sign-in/passkeys/options"))

    await answer_form(browser, "/settings/sign-in/passkeys/new", made, name=" ")

    assert browser.reply.status_code == 422
    assert "name" in browser.text


async def test_the_password_leads_to_the_code_and_the_code_to_where_one_wanted_to_go(
    client: AsyncClient, moved_clock: MovedClock
) -> None:
    key, _ = await with_app(await make_member("Ada", email="ada@example.org"))
    moved_clock.move(minutes=5)
    browser = Browser(client)
    await browser.open("/me/place?q=leeds")
    await browser.press("Sign in", email="ada@example.org", password=PASSWORD)
    assert browser.path == "/sign-in/code"
    assert cookie_name() not in client.cookies

    await browser.press("Go on", code="000000")
    assert "This code is not right" in browser.text
    await browser.press("Go on", code=code_of(key))

    assert str(browser.reply.url.raw_path, "ascii") == "/me/place?q=leeds"
    assert "wherefore-pending" not in client.cookies


async def test_without_the_password_nobody_is_asked_for_a_code(client: AsyncClient) -> None:
    browser = Browser(client)

    await browser.open("/sign-in/code?next=/me")

    assert browser.path == "/sign-in"
    assert browser.form("Sign in").values["next"] == ["/me"]


async def test_too_many_codes_lead_back_to_the_password(client: AsyncClient) -> None:
    await with_app(await make_member("Ada", email="ada@example.org"))
    browser = Browser(client)
    await browser.open("/sign-in")
    await browser.press("Sign in", email="ada@example.org", password=PASSWORD)
    for _ in range(5):
        await browser.press("Go on", code="000000")

    await browser.press("Go on", code="000000")

    assert browser.path == "/sign-in"
    assert "Sign in again" in browser.text


async def test_what_an_account_asks_for_is_not_told_without_its_password(client: AsyncClient) -> None:
    await with_app(await make_member(email="app@example.org"))
    await make_member(email="plain@example.org")
    only_passkeys = await make_member(email="passkey@example.org")
    await fetch("UPDATE account SET password_hash = NULL WHERE id = {}", only_passkeys.id)
    replies = set()

    for email in ("app@example.org", "plain@example.org", "passkey@example.org", "nobody@example.org"):
        reply = await client.post("/sign-in", data={"email": email, "password": "not theirs at all"}, headers=OURS)
        replies.add((reply.status_code, reply.text.replace(email, ""), tuple(sorted(reply.headers.keys()))))

    assert len(replies) == 1


async def test_an_app_is_set_up_and_its_recovery_codes_are_shown_once(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    browser = await browser_of(client, ada)
    await browser.open("/settings/sign-in")
    await browser.press("Set up an app for codes")
    assert re.search(r"<svg [^>]*viewBox", browser.reply.text)  # or it is cut where there is little room
    assert browser.reply.headers["cache-control"] == "no-store"
    [key] = re.findall(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", browser.text)

    await browser.press("Ask for codes from now on", code="000000")
    assert browser.reply.status_code == 422
    assert key in browser.text
    await browser.press("Ask for codes from now on", code=pyotp.TOTP(key.replace(" ", "")).at(clock.now()))

    codes = re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", browser.text)
    assert len(set(codes)) == 10
    assert browser.reply.headers["cache-control"] == "no-store"
    assert await has_second_factor(ada.id)
    await browser.open("/settings/sign-in")
    assert codes[0] not in browser.reply.text
    assert "You have 10 recovery codes left" in browser.text
    await browser.open("/settings/sign-in/app")
    assert browser.path == "/settings/sign-in"


async def test_codes_are_switched_off(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    await with_app(ada)
    browser = await browser_of(client, ada)
    await browser.open("/settings/sign-in")

    await browser.press("Ask for no codes any more")

    assert not await has_second_factor(ada.id)


async def test_a_new_set_of_recovery_codes_is_made(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    _, old = await with_app(ada)
    browser = await browser_of(client, ada)
    await browser.open("/settings/sign-in")

    await browser.press("Make new recovery codes")

    new = re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", browser.text)
    assert len(new) == 10
    assert not set(old) & set(new)


async def test_the_password_is_changed_and_other_browsers_are_signed_out(client: AsyncClient) -> None:
    ada = await make_member("Ada", email="ada@example.org")
    browser = await browser_of(client, ada)
    await browser.open("/settings/sign-in/password")
    await browser.press("Keep it", password="too short")
    assert "at least 15 characters" in browser.text

    await browser.press("Keep it", password=NEW_PASSWORD)

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


async def test_a_button_pressed_late_is_done_after_the_proof(client: AsyncClient, moved_clock: MovedClock) -> None:
    ada = await make_member("Ada")
    browser, _ = await with_passkey(client, ada)
    await browser.open("/settings/sign-in")
    moved_clock.move(minutes=15)

    await browser.press("Remove")
    assert len(await passkeys.passkeys(ada)) == 1
    await browser.press("Go on")
    await browser.press("It is me", password=PASSWORD)
    await browser.press("Go on with it")

    assert await passkeys.passkeys(ada) == []


async def test_the_proof_asks_for_a_code_where_there_is_an_app(client: AsyncClient, moved_clock: MovedClock) -> None:
    ada = await make_member("Ada")
    key, _ = await with_app(ada)
    browser = await browser_of(client, ada)
    moved_clock.move(minutes=15)
    await browser.open("/settings/sign-in/password")

    await browser.press("It is me", password=PASSWORD, code="000000")
    assert browser.reply.status_code == 422
    await browser.press("It is me", password=PASSWORD, code=code_of(key))

    assert browser.path == "/settings/sign-in/password"


async def test_a_new_password_ends_tokens_too_and_the_page_says_so_before(client: AsyncClient) -> None:
    ada = await make_member("Ada", email="ada@example.org")
    await make_token(ada, credential=await credential_of(ada), draft=TokenDraft(name="script"))
    browser = await browser_of(client, ada)
    await browser.open("/settings/sign-in/password")
    assert "Tokens for programs end too" in browser.text

    await browser.press("Keep it", password=NEW_PASSWORD)

    assert "tokens for programs are gone" in browser.text
    assert await tokens(ada) == []
    [(kind, text)] = [mail for mail in await mails_to("ada@example.org") if mail[0] is not MailKind.TOKEN_MADE]
    assert kind is MailKind.PASSWORD_CHANGED
    assert "tokens for programs are gone" in text


@pytest.mark.parametrize(
    ("page", "button"), [("/settings/sign-in/password", "Keep it"), ("/sign-in/again", "It is me")]
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
    await browser.open("/settings/sign-in")

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
