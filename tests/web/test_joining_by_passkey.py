"""Joining by a passkey: as well as by a password, with nothing given away about who is a member."""

import pytest
from httpx import AsyncClient

from api.accounts.passkeys import passkeys
from api.accounts.queries import members_by_email
from api.mail.schemas import MailKind
from api.profiles.queries import my_purposes
from api.profiles.schemas import Purpose
from tests.authenticator import Authenticator
from tests.factories import PASSWORD, make_member
from tests.moved_clock import MovedClock
from tests.web.browsing import Browser
from tests.web.joining import CONSENT, at_the_password
from tests.web.mailing import last_link, mail_goes_out
from tests.web.passkeys import OURS, answer_form, options, signed_out


async def join(browser: Browser, device: Authenticator, *, over_18: bool = True) -> None:
    """Press "Join with a passkey" on the last page, as its script does."""
    values = {**browser.form("Make my account").values, **({"over_18": ["yes"]} if over_18 else {})}
    reply = await browser.client.post("/join/passkey/options", data=values, headers=OURS)
    assert reply.status_code == 200, reply.text
    values["answer_of_passkey"] = [device.make(reply.json())]
    browser.reply = await browser.client.post("/join", data=values, headers=OURS, follow_redirects=True)


async def test_somebody_joins_by_passkey_and_signs_in_by_it(client: AsyncClient) -> None:
    browser, device = await at_the_password(client), Authenticator()

    await join(browser, device)

    assert browser.path.startswith("/first-words")
    noor = (await members_by_email(["noor@example.org"]))["noor@example.org"]
    assert {mine.purpose for mine in await my_purposes(noor)} == {Purpose.HOBBY, Purpose.BELIEF}
    assert len(await passkeys(noor)) == 1
    await signed_out(browser)
    answer = device.sign(await options(browser, "/sign-in/passkey/options"))
    await answer_form(browser, "/sign-in/passkey", answer, next="/me")
    assert browser.path == "/me"
    assert "Noor" in browser.text


async def test_no_password_opens_an_account_that_was_joined_by_passkey(client: AsyncClient) -> None:
    browser = await at_the_password(client)
    await join(browser, Authenticator())
    await signed_out(browser)

    for password, told in (("", "Your password is missing"), (PASSWORD, "is not right")):
        await browser.press("Sign in", email="noor@example.org", password=password)
        assert told in browser.text


async def test_a_taken_address_is_asked_the_same_and_told_the_same(client: AsyncClient) -> None:
    ada = await make_member("Ada", email="ada@example.org")
    browser, device = await at_the_password(client, email="ada@example.org"), Authenticator()

    await join(browser, device)

    assert browser.path == "/sign-in"
    assert "If this address was new, your account is ready: sign in." in browser.text
    assert await passkeys(ada) == []
    answer = device.sign(await options(browser, "/sign-in/passkey/options"))
    await answer_form(browser, "/sign-in/passkey", answer)
    assert browser.reply.status_code == 422


async def test_what_is_missing_is_said_before_the_device_is_asked(client: AsyncClient) -> None:
    browser = await at_the_password(client)
    values = browser.form("Make my account").values

    reply = await client.post("/join/passkey/options", data=values, headers=OURS)

    assert reply.status_code == 422
    assert "18 or older" in reply.json()["message"]


async def test_a_passkey_that_was_made_elsewhere_makes_no_account_and_keeps_every_answer(client: AsyncClient) -> None:
    browser, device = await at_the_password(client), Authenticator(origin="https://evil.example")

    await join(browser, device)

    assert browser.reply.status_code == 422
    assert "This passkey was not taken." in browser.text
    assert browser.form("Make my account").values["consent"] == [CONSENT]
    assert await members_by_email(["noor@example.org"]) == {}


async def test_without_a_script_the_password_path_is_whole(client: AsyncClient) -> None:
    browser = await at_the_password(client)
    text = browser.reply.text

    assert text.index("Join with a passkey") < text.index('name="password"')
    assert "data-passkey-part hidden" in text
    await browser.press("Make my account", password=PASSWORD, over_18="yes")
    assert browser.path.startswith("/first-words")


async def test_where_mail_goes_out_the_same_passkey_confirms_the_address(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail_goes_out(monkeypatch)
    browser, device = await at_the_password(client), Authenticator()
    await join(browser, device)
    assert browser.path == "/look-in-your-mail"
    await browser.open(await last_link("noor@example.org", MailKind.CONFIRM_ADDRESS))
    assert "Confirm with my passkey" in browser.text
    stranger = Authenticator()
    stranger.id, stranger.handle = device.id, device.handle

    forged = stranger.sign(await options(browser, "/confirm/passkey/options"))
    await answer_form(browser, "/confirm/passkey", forged)
    assert browser.reply.status_code == 422
    assert await members_by_email(["noor@example.org"]) == {}
    answer = device.sign(await options(browser, "/confirm/passkey/options"))
    await answer_form(browser, "/confirm/passkey", answer)

    assert browser.path.startswith("/first-words")
    noor = (await members_by_email(["noor@example.org"]))["noor@example.org"]
    assert {mine.purpose for mine in await my_purposes(noor)} == {Purpose.HOBBY, Purpose.BELIEF}


async def test_whoever_has_only_a_passkey_and_cannot_use_it_is_told_another_way(
    client: AsyncClient, moved_clock: MovedClock
) -> None:
    browser = await at_the_password(client)
    await join(browser, Authenticator())
    moved_clock.move(minutes=15)

    await browser.open("/settings/export")

    assert browser.path == "/sign-in/again"
    assert "This browser cannot use a passkey here." in browser.text
    assert '<a href="/sign-in/link">' in browser.reply.text
    assert "Not now" in browser.text
