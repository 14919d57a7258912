"""Every journey by keyboard alone: Tab, Shift and Tab, Enter, Space, the arrows, and letters."""

import pyotp
import pytest
from playwright.async_api import expect

from scripts.screenshots import look_around
from tests.browser.conftest import Visit
from tests.browser.keyboard import Keyboard
from tests.browser.test_passkeys import Device
from tests.browser.visitor import PASSWORD, REASON, TEMPLATE, Visitor

pytestmark = pytest.mark.browser


async def test_the_first_press_leads_past_what_is_on_every_page(visit: Visit) -> None:
    ada = await _keyboard(visit)
    await ada.go("/safety")

    await ada.page.keyboard.press("Tab")
    await expect(ada.page.get_by_role("link", name="Skip to the page")).to_be_focused()
    await expect(ada.page.get_by_role("link", name="Skip to the page")).to_be_in_viewport()
    await ada.page.keyboard.press("Enter")
    await expect(ada.page.get_by_role("main")).to_be_focused()
    await ada.page.keyboard.press("Tab")

    assert await ada.page.evaluate("document.querySelector('main').contains(document.activeElement)")


async def test_two_people_join_meet_and_talk(visit: Visit) -> None:
    ada, grace = await _keyboard(visit), await _keyboard(visit)

    await _joins(grace, "Gudrun", about="I carve spoons and bowls from windfall apple wood", seeking="")
    await _joins(ada, "Ada", about="", seeking="I want to learn to carve wooden spoons by hand")
    await _finds_and_asks(ada, "Gudrun")
    await _asks_first(grace)
    await ada.go("/requests?box=sent")
    await ada.follow("Read and answer")
    await ada.type("Your answer", "A Bramley, about sixty years old.")
    await ada.press("Answer", exact=True)
    await ada.sees("Your answer is on its way")
    await _accepts_and_writes(grace)
    await _answers_and_ends(ada)


async def test_a_member_puts_aside_takes_back_and_says_no(visit: Visit) -> None:
    ada = await _member(visit, number=1)
    await ada.go("/requests")
    await ada.follow("Read and answer")
    request = ada.page.url.partition("?")[0].removeprefix(ada.url)

    await ada.press("Later", exact=True)
    await ada.go(request)
    await ada.press("Put it back")
    await ada.go(request)
    await ada.press("Say no", exact=True)
    await ada.is_told_what_is_wrong("")
    await ada.type("Your sentence", "I have no hands free this month, and I wish you well.")
    await ada.press("Say no", exact=True)
    await ada.go(request)

    await ada.sees("said no")


async def test_a_member_says_no_silently(visit: Visit) -> None:
    ada = await _member(visit, number=2)
    await ada.go("/requests")
    await ada.follow("Read and answer")

    await ada.press("Say no silently")

    await ada.sees("Changed your mind")


async def test_a_member_reports_and_blocks(visit: Visit) -> None:
    ada = await _member(visit, number=2)
    await ada.go("/matches/hobby")
    await ada.follow("Read more")

    await ada.follow("Report")
    await ada.press("Send the report")
    await ada.is_told_what_is_wrong("Choose")
    await ada.page.keyboard.press("Space")
    await ada.press("Send the report")
    await ada.sees("Thank you")
    await ada.go("/matches/hobby")
    await ada.follow("Read more")
    name = await ada.page.locator("h1 bdi").first.inner_text()
    await ada.follow(f"Block {name}")  # somebody may live in a tower block, and write so
    await ada.press(f"Block {name}", key="Space")

    await ada.go("/blocks")
    await ada.follow(f"Lift the block on {name}")
    await ada.press(f"Lift the block on {name}")
    await ada.sees("They are no longer blocked.")


async def test_a_member_takes_out_what_is_theirs_and_signs_out(visit: Visit) -> None:
    ada = await _keyboard(visit)
    await _joins(ada, "Ada", about="I keep bees on a roof", seeking="")
    await ada.follow("Me", exact=True)
    await ada.follow("Settings")
    await ada.follow("A copy of everything")
    await ada.tab_to("button", "Download it as data")

    async with ada.page.expect_download() as waiting:
        await ada.page.keyboard.press("Enter")
    taken = await waiting.value
    await ada.follow("Settings", back=True)
    await ada.press("Sign out", exact=True)

    assert taken.suggested_filename.endswith(".json")
    await ada.page.wait_for_url(f"{ada.url}/")


async def test_a_member_changes_how_they_sign_in_makes_a_token_and_leaves(visit: Visit) -> None:
    ada = await _keyboard(visit)
    await _joins(ada, "Ada", about="I keep bees and read about them", seeking="")
    await Device.of(Visitor(ada.page, ada.url))
    await _opens(ada, "How I sign in")
    await ada.follow("Add a passkey")
    await ada.press("Add the passkey")
    await ada.follow("Remove")
    await ada.press("Remove the passkey")
    await ada.sees("The passkey is removed.")
    await ada.press("Set up an app for codes")
    key = (await ada.page.locator("code.said").inner_text()).replace(" ", "")
    await ada.type("Code from your app", pyotp.TOTP(key).now())
    await ada.press("Ask for codes from now on")
    await ada.follow("I have written them down")
    await ada.follow("Make new recovery codes")
    await ada.press("Show me new codes")
    await ada.follow("I have written them down")
    await ada.follow("Stop asking for codes")
    await ada.press("Stop asking for codes")
    await ada.sees("We no longer ask for codes.")
    await _opens(ada, "For programs")
    await ada.follow("Make a token")
    await ada.press("Make the token")
    await ada.is_told_what_is_wrong("name is missing")
    await ada.type("What is it for?", "Backup")
    await ada.choose("My profile", "Read")
    await ada.press("Make the token")
    await ada.follow("I have copied it")
    await ada.follow("Delete", exact=False)
    await ada.press("Delete the token", key="Space")
    await ada.sees("The token is deleted.")
    await _opens(ada, "Delete my account")
    await ada.press("Delete my account")

    await ada.sees("Nobody can see you here any more.")


async def _opens(ada: Keyboard, setting: str) -> None:
    await ada.follow("Me", exact=True, back=True)
    await ada.follow("Settings")
    await ada.follow(setting)


async def _keyboard(visit: Visit) -> Keyboard:
    visitor = await visit()
    return Keyboard(visitor.page, visitor.url)


async def _member(visit: Visit, *, number: int) -> Keyboard:
    ada = await _keyboard(visit)
    await look_around(ada.page, ada.url, number=number)
    return ada


async def _joins(ada: Keyboard, name: str, *, about: str, seeking: str) -> None:
    await ada.go("/")
    await ada.follow("Join", exact=True)
    await ada.press("Go on")
    await ada.is_told_what_is_wrong("")
    await ada.tick("Hobby")
    await ada.press("Go on")
    await ada.type("Your name here", name)
    await ada.enter()
    await ada.type("E-mail address", f"{name.lower()}.{len(about)}@keys.example.org")
    await ada.enter()
    await ada.press("These are right, go on")
    await ada.tick("I am 18 or older")
    await ada.type("Password", PASSWORD)
    await ada.press("Make my account")
    await ada.page.wait_for_url("**/first-words/hobby")
    if about:
        await _write(ada, "about", about)
    if seeking:
        await _write(ada, "seeking", seeking)
    await ada.press("Go on")
    await ada.page.wait_for_url("**/home")


async def _write(ada: Keyboard, field: str, text: str) -> None:
    label = await ada.page.locator(f"label[for={field}]").inner_text()
    await ada.type(label.removesuffix(" (optional)"), text)


async def _finds_and_asks(ada: Keyboard, name: str) -> None:
    await ada.follow("Matches", exact=True, back=True)
    await ada.follow(f"Why this match? About {name}")
    await ada.follow("Ask to connect")
    await ada.type("Your reason", TEMPLATE)
    await ada.press("Send", exact=True)
    await expect(ada.page.get_by_role("region", name="Not quite yet")).to_be_focused()
    await ada.type("Your reason", REASON)
    await ada.press("Send", exact=True)
    await ada.page.wait_for_url("**/requests/*")
    await ada.sees("is on its way")


async def _asks_first(grace: Keyboard) -> None:
    await grace.follow("Requests", back=True)
    await grace.follow("Read and answer")
    await grace.press("Ask", exact=True)
    await grace.is_told_what_is_wrong("")
    await grace.type("Your question", "Is the tree an old variety?")
    await grace.press("Ask", exact=True)
    await grace.sees("You asked a question")


async def _accepts_and_writes(grace: Keyboard) -> None:
    await grace.follow("Requests", back=True)
    await grace.follow("Read and answer")
    await grace.press("Accept", exact=True)
    await grace.page.wait_for_url("**/conversations/*")
    await grace.type("Write to Ada", "Please send me the trunk.")
    await grace.press("Send", exact=True)
    await expect(grace.page.get_by_role("log")).to_contain_text("Please send me the trunk.")


async def _answers_and_ends(ada: Keyboard) -> None:
    await ada.follow("Conversations", back=True)
    await ada.follow("Gudrun")
    await ada.type("Write to Gudrun", "It is on its way.")
    await ada.press("Send", exact=True)
    await expect(ada.page.get_by_role("log")).to_contain_text("It is on its way.")
    await ada.follow("End this connection")
    await ada.press("End the connection")
    await ada.go("/conversations")
    await ada.sees("No conversations just now")
