"""The pages that ask for a code, and those on which an app for codes is set up and switched off."""

import re

import pyotp
import pytest
from httpx import AsyncClient

from api import clock
from api.accounts.recovery_codes import recovery_codes_left
from api.accounts.second_factor import has_second_factor
from api.authentication import cookie_name
from api.database import fetch
from tests.api.accounts.making import code_of, with_app
from tests.factories import PASSWORD, make_member
from tests.moved_clock import MovedClock
from tests.web.browsing import Browser, browser_of
from tests.web.passkeys import OURS


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
    assert 'href="/settings/sign-in/app/off"' in browser.reply.text

    await browser.open("/settings/sign-in/app/off")
    assert "your password alone lets you in" in browser.text
    assert await has_second_factor(ada.id), "to look is not to switch off"
    await browser.press("Stop asking for codes")

    assert not await has_second_factor(ada.id)


async def test_a_new_set_of_recovery_codes_is_made(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    _, old = await with_app(ada)
    browser = await browser_of(client, ada)
    await browser.open("/settings/sign-in")
    assert 'href="/settings/sign-in/recovery-codes"' in browser.reply.text

    await browser.open("/settings/sign-in/recovery-codes")
    assert "the 10 codes that you have left do nothing any more" in browser.text
    assert await recovery_codes_left(ada) == 10, "to look is not to make new ones"
    await browser.press("Show me new codes")

    new = re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", browser.text)
    assert len(new) == 10
    assert not set(old) & set(new)


@pytest.mark.parametrize("path", ["app/off", "recovery-codes"])
async def test_where_no_codes_are_asked_for_there_is_nothing_to_end(client: AsyncClient, path: str) -> None:
    browser = await browser_of(client, await make_member("Ada"))

    await browser.open(f"/settings/sign-in/{path}")

    assert browser.path == "/settings/sign-in"


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
