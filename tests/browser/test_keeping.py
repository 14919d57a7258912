"""What somebody types is kept for them while they type: a tab that closes, a session that ends, nothing loses it."""

from asyncio import to_thread
from uuid import UUID

import pytest
from playwright.async_api import expect

from scripts.screenshots import look_around
from tests.browser.conftest import Visit
from tests.browser.visitor import TEMPLATE, Visitor
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser

MOST_TRIES = 20
MOST_CLOSED = 3
"""A browser gives a tab that closes half a second to send something: a machine that does much else may miss that."""
HALF = "Half a thought about"


async def _writes(visit: Visit, *, demo_member: int, match: int) -> tuple[Visitor, str]:
    """A demo member who has the page open on which they write to one of their matches, and its address."""
    ada = await visit()
    await look_around(ada.page, ada.url, number=demo_member)
    await ada.go("/matches")
    await ada.page.get_by_role("main").get_by_role("article").nth(match).get_by_role("link").first.click()
    await ada.follow("Ask to connect")
    await expect(ada.reason()).to_be_visible()
    return ada, ada.page.url.removeprefix(ada.url)


async def test_what_was_saved_is_there_in_a_new_tab_with_what_was_chosen(visit: Visit) -> None:
    ada, address = await _writes(visit, demo_member=1, match=1)
    await ada.page.get_by_text("We have met before").click()
    await ada.page.locator("#where").fill("at the seed swap")
    await ada.reason().press_sequentially(HALF)
    await expect(ada.page.locator(".kept")).to_have_text("Saved")

    again = Visitor(await ada.page.context.new_page(), ada.url)
    await ada.page.close()
    await again.go(address.partition("?")[0])

    await expect(again.reason()).to_have_value(HALF)
    await expect(again.page.locator("#where")).to_have_value("at the seed swap")
    await expect(again.page.get_by_role("radio", name="We have met before")).to_be_checked()


async def test_who_closes_the_tab_while_typing_loses_nothing(visit: Visit) -> None:
    ada, address = await _writes(visit, demo_member=1, match=2)

    for _ in range(MOST_CLOSED):
        again = Visitor(await ada.page.context.new_page(), ada.url)
        await ada.reason().fill(HALF)
        await ada.page.close(run_before_unload=True)
        if await _is_kept(again, address):
            break
        ada = again

    await expect(again.reason()).to_have_value(HALF)


async def _is_kept(again: Visitor, address: str) -> bool:
    """Whether the words arrive; what a closing tab sends is on its way."""
    for _ in range(MOST_TRIES):
        await again.go(address)
        if await again.reason().input_value():
            return True
    return False


async def test_a_session_that_ends_while_somebody_types_loses_nothing(visit: Visit, site: RunningSite) -> None:
    ada, address = await _writes(visit, demo_member=2, match=1)
    member = await ada.page.locator("body").get_attribute("data-member")
    await to_thread(site.execute, "DELETE FROM session WHERE account = $1", UUID(member))
    await ada.reason().fill(HALF)
    await expect(ada.page.locator(".kept")).to_contain_text("you may be signed out")

    await look_around(ada.page, ada.url, number=2)
    await ada.go(address)

    await expect(ada.reason()).to_have_value(HALF)
    await expect(ada.page.locator(".kept")).to_have_text("Saved")


async def test_without_a_connection_it_says_so_and_saves_when_there_is_one(visit: Visit) -> None:
    ada, _ = await _writes(visit, demo_member=2, match=2)
    await ada.page.context.set_offline(True)
    await ada.reason().fill(HALF)
    await expect(ada.page.locator(".kept")).to_contain_text("there is no connection")

    await ada.page.context.set_offline(False)

    await expect(ada.page.locator(".kept")).to_have_text("Saved")


async def test_what_is_refused_stays_and_what_is_thrown_away_is_gone(visit: Visit) -> None:
    ada, address = await _writes(visit, demo_member=0, match=1)
    await ada.reason().fill(TEMPLATE)
    await ada.press("Send", exact=True)
    await expect(ada.reason()).to_have_value(TEMPLATE)

    await ada.go("/drafts")
    await ada.press("Throw it away")
    await ada.go(address)

    await expect(ada.reason()).to_have_value("")


async def test_a_message_is_kept_until_it_is_sent_and_never_comes_back(visit: Visit) -> None:
    ada = await visit()
    await look_around(ada.page, ada.url)
    await ada.go("/conversations")
    await ada.page.get_by_role("article").get_by_role("link").first.click()
    await ada.page.locator("#text").fill("I was just about to say")
    await expect(ada.page.locator("#newest .kept")).to_have_text("Saved")
    again = Visitor(await ada.page.context.new_page(), ada.url)
    await again.go(ada.page.url.removeprefix(ada.url))
    await expect(again.page.locator("#text")).to_have_value("I was just about to say")

    await again.page.locator("#text").press("Control+End")
    await again.page.locator("#text").press_sequentially(" good morning")
    await again.press("Send", exact=True)

    await expect(again.page.get_by_role("log")).to_contain_text("I was just about to say good morning")
    await expect(again.page.locator("#text")).to_have_value("")
    await again.page.reload()
    await expect(again.page.locator("#text")).to_have_value("")


async def test_two_answers_that_are_begun_on_one_page_are_both_kept(visit: Visit) -> None:
    ada = await visit()
    await look_around(ada.page, ada.url, number=1)
    await ada.go("/requests")
    await ada.page.get_by_role("main").get_by_role("article").first.get_by_role("link").first.click()
    address = ada.page.url.removeprefix(ada.url)
    for field in ("#question", "#sentence"):
        await ada.page.locator(field).fill(f"{HALF} {field}")
        await expect(ada.page.locator(f".field:has({field}) .kept")).to_have_text("Saved")

    again = Visitor(await ada.page.context.new_page(), ada.url)
    await ada.page.close()
    await again.go(address)

    for field in ("#question", "#sentence"):
        await expect(again.page.locator(field)).to_have_value(f"{HALF} {field}")
        await again.page.locator(field).fill("")
        await expect(again.page.locator(f".field:has({field}) .kept")).to_have_text("Saved")
