"""What takes longer than a second says so, and is done once however often somebody presses."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

SAID = "One moment. This is on its way."


class SlowLine:
    """Holds what is posted back until it is let go, and counts it."""

    def __init__(self) -> None:
        self.posted = 0
        self._open = asyncio.Event()

    async def hold(self, route: Route) -> None:
        """Let one request wait."""
        if route.request.method == "POST":
            self.posted += 1
            await self._open.wait()
        await route.continue_()

    def let_go(self) -> None:
        """Let everything through."""
        self._open.set()


@pytest.fixture
async def slow_line() -> AsyncIterator[SlowLine]:
    """A line on which what is sent takes long."""
    line = SlowLine()
    yield line
    line.let_go()


async def _asks(visit: Visit, slow_line: SlowLine) -> Page:
    """A visitor who has pressed a button, and waits.

    The answer comes in a tab of its own: a page that is being left can be seen by people, but not by Playwright.
    """
    ada = await visit()
    await ada.go("/sign-in")
    await ada.page.context.route("**/sign-in", slow_line.hold)
    await ada.fill("E-mail address", "nobody@example.org")
    await ada.fill("Password", "a lantern over nine quiet harbours")
    await ada.page.evaluate("document.querySelector('main form:has([name=password])').target = '_blank'")
    await ada.page.get_by_role("button", name="Sign in", exact=True).click()
    return ada.page


async def test_a_form_that_is_on_its_way_says_so_where_it_was_pressed_and_aloud(
    visit: Visit, slow_line: SlowLine
) -> None:
    page = await _asks(visit, slow_line)

    await expect(page.locator("p.going-on")).to_have_text(SAID)
    await expect(page.get_by_role("status").last).to_have_text(SAID)
    await expect(page.locator("main form[aria-busy=true]")).to_have_count(1)


async def test_a_second_press_does_nothing(visit: Visit, slow_line: SlowLine) -> None:
    page = await _asks(visit, slow_line)
    await page.evaluate(
        "window.addEventListener('submit', (event) => (window.again ??= []).push(event.defaultPrevented))"
    )
    button = page.get_by_role("button", name="Sign in", exact=True)
    await expect(button).to_have_attribute("aria-disabled", "true")

    await button.click(force=True)
    await page.get_by_label("Password").press("Enter")
    await expect(page.locator("p.going-on")).to_be_visible()

    assert await page.evaluate("window.again") == [True, True]
    assert slow_line.posted == 1


async def test_a_page_that_comes_back_can_be_sent_again(visit: Visit, slow_line: SlowLine) -> None:
    page = await _asks(visit, slow_line)
    await expect(page.locator("p.going-on")).to_be_visible()

    await page.evaluate("void window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")

    await expect(page.locator("p.going-on, form[aria-busy], button[aria-disabled]")).to_have_count(0)
