"""Passkeys in a real browser, with a device that Chromium makes up: nothing here is judged by bytes of our own."""

from itertools import count
from typing import Any

import pytest
from playwright.async_api import CDPSession, expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

_number = count(1)


class Device:
    """A made-up phone with a fingerprint reader, in one tab of Chromium."""

    def __init__(self, session: CDPSession, device_id: str) -> None:
        """Hold what Chromium knows it by."""
        self.session = session
        self.id = device_id

    @classmethod
    async def of(cls, visitor: Visitor) -> "Device":
        """Put one into a visitor's browser."""
        session = await visitor.page.context.new_cdp_session(visitor.page)
        await session.send("WebAuthn.enable")
        made = await session.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        return cls(session, made["authenticatorId"])

    async def credentials(self) -> list[dict[str, Any]]:
        """The passkeys on it."""
        found = await self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        return list(found["credentials"])

    async def count_from(self, number: int) -> None:
        """Count uses from another number, as a copy of it would."""
        [credential] = await self.credentials()
        wanted = {"authenticatorId": self.id, "credentialId": credential["credentialId"]}
        await self.session.send("WebAuthn.removeCredential", wanted)
        again = {"authenticatorId": self.id, "credential": {**credential, "signCount": number}}
        await self.session.send("WebAuthn.addCredential", again)


async def _at_the_last_page(visitor: Visitor, name: str) -> str:
    email = f"{name.lower()}-{next(_number)}@passkeys.example.org"
    await visitor.go("/join")
    await visitor.choose("Hobby")
    await visitor.press("Go on")
    await visitor.fill("Your name here", name)
    await visitor.press("Go on")
    await visitor.fill("E-mail address", email)
    await visitor.press("Go on")
    await visitor.press("These are right, go on")
    return email


@pytest.fixture
async def ada(visit: Visit) -> tuple[Visitor, Device]:
    """Somebody who has just joined by a passkey."""
    visitor = await visit()
    device = await Device.of(visitor)
    await _at_the_last_page(visitor, "Ada")
    await visitor.choose("I am 18 or older")
    await visitor.press("Join with a passkey")
    await visitor.page.wait_for_url("**/first-words/hobby")
    return visitor, device


async def _sign_out(visitor: Visitor, *, offered_in_the_field: bool = False) -> None:
    if not offered_in_the_field:  # the made-up device would take what is offered there before anything can be pressed
        await visitor.page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false;")
    await visitor.go("/settings")
    await visitor.press("Sign out", exact=True)
    await visitor.page.wait_for_url(f"{visitor.url}/")
    await visitor.page.goto(f"{visitor.url}/sign-in?next=/me")


async def test_somebody_joins_by_passkey_and_signs_in_with_one_press(ada: tuple[Visitor, Device]) -> None:
    visitor, device = ada
    [made] = await device.credentials()
    assert made["isResidentCredential"]
    await _sign_out(visitor)

    await visitor.press("Sign in with a passkey")

    await visitor.page.wait_for_url(f"{visitor.url}/me")
    await visitor.sees("Ada")


async def test_where_the_browser_offers_it_in_the_field_nothing_needs_to_be_pressed(
    ada: tuple[Visitor, Device],
) -> None:
    visitor, _ = ada

    await _sign_out(visitor, offered_in_the_field=True)

    await visitor.page.wait_for_url(f"{visitor.url}/me")


async def test_a_second_passkey_is_added_and_the_first_removed(visit: Visit, ada: tuple[Visitor, Device]) -> None:
    visitor, device = ada
    await visitor.go("/settings/sign-in")
    await visitor.follow("Remove")
    await visitor.sees("This passkey cannot be removed yet")
    await expect(visitor.page.get_by_role("button", name="Remove the passkey")).to_have_count(0)
    await device.session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": device.id})
    await Device.of(visitor)
    await visitor.go("/settings/sign-in/passkeys/new")
    await visitor.fill("What is it kept in?", "My blue key")
    await visitor.press("Add the passkey")
    await visitor.sees("The passkey is added.")

    await visitor.follow("Remove")
    await visitor.press("Remove the passkey")

    await visitor.sees("The passkey is removed.")
    await visitor.sees("My blue key")
    await expect(visitor.page.get_by_role("link", name="Remove")).to_have_count(1)
    await _sign_out(visitor)
    await visitor.press("Sign in with a passkey")
    await visitor.page.wait_for_url(f"{visitor.url}/me")


async def test_a_device_that_holds_a_passkey_already_is_not_given_another(ada: tuple[Visitor, Device]) -> None:
    visitor, device = ada
    await visitor.go("/settings/sign-in/passkeys/new")
    await visitor.fill("What is it kept in?", "The same phone")

    await visitor.press("Add the passkey")

    await visitor.sees("This device has a passkey for you already.")
    await expect(visitor.page.get_by_label("What is it kept in?")).to_have_value("The same phone")
    assert len(await device.credentials()) == 1


async def test_a_copy_that_counts_behind_is_let_in_no_more(ada: tuple[Visitor, Device]) -> None:
    visitor, device = ada
    await _sign_out(visitor)
    await visitor.press("Sign in with a passkey")
    await visitor.page.wait_for_url(f"{visitor.url}/me")
    await device.count_from(0)
    await _sign_out(visitor)

    await visitor.press("Sign in with a passkey")

    await visitor.sees("This passkey was not taken.")
    await expect(visitor.page).to_have_url(f"{visitor.url}/sign-in/passkey")


async def test_an_answer_that_is_sent_twice_opens_nothing(ada: tuple[Visitor, Device]) -> None:
    visitor, _ = ada
    await _sign_out(visitor)
    async with visitor.page.expect_request(lambda sent: sent.url.endswith("/sign-in/passkey")) as sent:
        await visitor.press("Sign in with a passkey")
    await visitor.page.wait_for_url(f"{visitor.url}/me")
    replayed = (await sent.value).post_data
    assert replayed
    await _sign_out(visitor)

    status = await visitor.page.evaluate(
        """async (sent) => {
          const reply = await fetch("/sign-in/passkey", { method: "POST", body: new URLSearchParams(sent) });
          return reply.status;
        }""",
        replayed,
    )

    assert status == 422


async def test_at_another_address_of_the_same_machine_no_passkey_is_used(ada: tuple[Visitor, Device]) -> None:
    visitor, _ = ada
    await visitor.page.goto(f"{visitor.url.replace('localhost', 'elsewhere.localhost')}/sign-in")

    await visitor.press("Sign in with a passkey")

    await visitor.sees("Passkeys work only at this site's own address.")


async def test_without_scripts_there_is_the_password_and_nothing_that_does_not_work(visit: Visit) -> None:
    visitor = await visit(javascript=False)

    await visitor.go("/sign-in")
    await expect(visitor.page.get_by_role("button", name="Sign in with a passkey")).to_have_count(0)
    await expect(visitor.page.get_by_label("Password")).to_be_visible()
    await _at_the_last_page(visitor, "Gretel")
    await expect(visitor.page.get_by_role("button", name="Join with a passkey")).to_have_count(0)
    await expect(visitor.page.get_by_label("Password")).to_be_visible()
