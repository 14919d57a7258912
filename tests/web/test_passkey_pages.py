"""The pages on which passkeys are made, used and removed."""

from uuid import UUID

from httpx import AsyncClient

from api.accounts import passkeys
from api.database import fetch
from tests.api.accounts.making import add_passkey, with_app
from tests.authenticator import Authenticator
from tests.factories import PASSWORD, make_member
from tests.moved_clock import MovedClock
from tests.web.browsing import Browser, browser_of
from tests.web.passkeys import answer_form, options, signed_out, with_passkey


async def test_a_passkey_is_added_and_signs_in(client: AsyncClient) -> None:
    browser, device = await with_passkey(client, await make_member("Ada"))
    assert "My phone" in browser.text
    await signed_out(browser)

    answer = device.sign(await options(browser, "/sign-in/passkey/options"))
    await answer_form(browser, "/sign-in/passkey", answer, next="/me")

    assert browser.path == "/me"
    assert "Ada" in browser.text


async def test_nobody_behind_the_same_address_keeps_anybody_from_signing_in_by_a_passkey(client: AsyncClient) -> None:
    browser, device = await with_passkey(client, await make_member("Ada"))
    await signed_out(browser)
    for _ in range(40):
        await answer_form(browser, "/sign-in/passkey", "{}", next="/me")
    assert browser.reply.status_code == 422

    answer = device.sign(await options(browser, "/sign-in/passkey/options"))
    await answer_form(browser, "/sign-in/passkey", answer, next="/me")

    assert browser.path == "/me"


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
    [kept] = await passkeys.passkeys(ada)
    await browser.open("/settings/sign-in")
    assert _removal(kept.id) in browser.reply.text

    await browser.open(_removal(kept.id))
    assert "My phone" in browser.text
    assert len(await passkeys.passkeys(ada)) == 1, "to look is not to remove"
    await browser.press("Remove the passkey")

    assert "It opens nothing any more." in browser.text
    assert await passkeys.passkeys(ada) == []


async def test_the_last_way_in_is_kept_and_the_page_says_why(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    browser, _ = await with_passkey(client, ada)
    await fetch("UPDATE account SET password_hash = NULL WHERE id = {}", ada.id)
    [kept] = await passkeys.passkeys(ada)

    await browser.open(_removal(kept.id))
    assert "It is the only way into your account." in browser.text
    assert "Set a password" in browser.text
    assert "Remove the passkey" not in browser.text, "nobody is asked for what is then refused"

    await fetch("UPDATE account SET password_hash = 'x' WHERE id = {}", ada.id)
    await browser.open(_removal(kept.id))
    await fetch("UPDATE account SET password_hash = NULL WHERE id = {}", ada.id)
    await browser.press("Remove the passkey")  # on a page that was open before

    assert "This is the only way into your account." in browser.text
    assert len(await passkeys.passkeys(ada)) == 1


async def test_whoever_has_one_way_in_alone_is_told_what_a_lost_device_means(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    browser, _ = await with_passkey(client, ada)
    await fetch("UPDATE account SET password_hash = NULL WHERE id = {}", ada.id)

    await browser.open("/settings/sign-in")
    assert "Your passkey is the only way in." in browser.text
    await add_passkey(ada, Authenticator(), name="My tablet")
    await browser.open("/settings/sign-in")

    assert "the only way in" not in browser.text
    assert "You have no password, and need none." in browser.text


async def test_a_passkey_without_a_name_is_asked_for_one(client: AsyncClient) -> None:
    browser, device = await browser_of(client, await make_member("Ada")), Authenticator()
    await browser.open("/settings/sign-in/passkeys/new")
    made = device.make(await options(browser, "/settings/sign-in/passkeys/options"))

    await answer_form(browser, "/settings/sign-in/passkeys/new", made, name=" ")

    assert browser.reply.status_code == 422
    assert "name" in browser.text


async def test_a_button_pressed_late_is_done_after_the_proof(client: AsyncClient, moved_clock: MovedClock) -> None:
    ada = await make_member("Ada")
    browser, _ = await with_passkey(client, ada)
    [kept] = await passkeys.passkeys(ada)
    await browser.open(_removal(kept.id))
    moved_clock.move(minutes=15)

    await browser.press("Remove the passkey")
    assert len(await passkeys.passkeys(ada)) == 1
    await browser.press("Go on")
    await browser.press("It is me", password=PASSWORD)
    await browser.press("Go on with it")

    assert await passkeys.passkeys(ada) == []


async def test_nobody_is_shown_what_another_could_remove(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    await with_passkey(client, ada)
    [kept] = await passkeys.passkeys(ada)
    browser = await browser_of(client, await make_member("Grace"))

    await browser.open(_removal(kept.id))

    assert browser.reply.status_code == 404


async def test_whoever_did_not_prove_it_lately_is_asked_before_the_question(
    client: AsyncClient, moved_clock: MovedClock
) -> None:
    ada = await make_member("Ada")
    browser, _ = await with_passkey(client, ada)
    [kept] = await passkeys.passkeys(ada)
    moved_clock.move(minutes=15)

    await browser.open(_removal(kept.id))
    assert browser.path == "/sign-in/again"
    await browser.press("It is me", password=PASSWORD)

    assert browser.path == _removal(kept.id)


def _removal(passkey_id: UUID) -> str:
    return f"/settings/sign-in/passkeys/{passkey_id}/remove"
