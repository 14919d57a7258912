"""News that come to open pages by themselves, and the plain way for whoever has no script or no stream."""

from asyncio import to_thread
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.running_site import RunningSite
from tests.server.person import CRAFTS, PASSWORD, Person

pytestmark = pytest.mark.browser

TABS = 7
"""One more than the connections that a browser opens to a site."""
IS_LIVE = "() => live.on"

SignIn = Callable[..., Awaitable[Page]]


class Two(msgspec.Struct, frozen=True):
    """Two who are in touch, and where they talk."""

    ada: Person
    grace: Person
    connection_id: str
    url: str

    async def grace_says(self, text: str) -> None:
        """Let Grace write a message."""
        path, draft = f"/connections/{self.connection_id}/messages", {"text": text, "send_anyway": True}
        await to_thread(self.grace.call, "POST", path, expect=201, json=draft)

    def conversation(self) -> str:
        """The address of their conversation."""
        return f"{self.url}/conversations/{self.connection_id}"


@pytest.fixture(scope="module")
def two(site: RunningSite) -> Two:
    """Ada, who asked Grace, who said yes; they have talked for a while."""
    ada, grace = Person(site.url, "Ada"), Person(site.url, "Grace")
    ada.states(CRAFTS[1][0])
    wanted = ada.request_for(grace, grace.states(CRAFTS[0][0]), CRAFTS[0][1])
    sent = ada.call("POST", "/connection-requests", expect=201, json=wanted)
    made = grace.call("POST", f"/connection-requests/{sent['id']}/acceptance", expect=201)
    for number in range(12):
        draft = {
            "text": f"Line {number} about spoons, and enough words to fill more than one row.",
            "send_anyway": True,
        }
        author = ada if number % 2 else grace
        author.call("POST", f"/connections/{made['connection_id']}/messages", expect=201, json=draft)
    return Two(ada, grace, made["connection_id"], site.url)


@pytest.fixture
async def sign_in(chromium: Browser, site: RunningSite) -> AsyncIterator[SignIn]:
    """Opens a browser in which somebody is signed in."""
    contexts: list[BrowserContext] = []

    async def open_for(person: Person, *, javascript: bool = True) -> Page:
        context = await chromium.new_context(java_script_enabled=javascript, viewport={"width": 390, "height": 844})
        contexts.append(context)
        page = await context.new_page()
        await page.goto(f"{site.url}/sign-in")
        await page.get_by_label("E-mail address").fill(person.email)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await page.wait_for_url("**/home")
        return page

    yield open_for
    for context in contexts:
        await context.close()


async def test_a_message_comes_while_its_reader_writes_and_moves_nothing_under_their_hands(
    two: Two, sign_in: SignIn
) -> None:
    page = await sign_in(two.ada)
    await page.goto(two.conversation())
    await page.wait_for_function(IS_LIVE)
    await page.locator("#text").fill("I was just about to say")
    top = "() => document.getElementById('text').getBoundingClientRect().top"
    before = await page.evaluate(top)

    await two.grace_says("Here it comes by itself.")

    await expect(page.get_by_role("log")).to_contain_text("Here it comes by itself.")
    await expect(page.get_by_role("log")).to_have_attribute("aria-live", "polite")
    await expect(page.locator("#text")).to_be_focused()
    await expect(page.locator("#text")).to_have_value("I was just about to say")
    assert abs(await page.evaluate(top) - before) < 2


async def test_what_somebody_reads_stays_where_it_is(two: Two, sign_in: SignIn) -> None:
    page = await sign_in(two.ada)
    await page.goto(two.conversation())
    await page.wait_for_function(IS_LIVE)
    await page.evaluate("document.querySelector('#messages > :nth-child(4)').scrollIntoView()")
    top = "() => document.querySelector('#messages > :nth-child(4)').getBoundingClientRect().top"
    before = await page.evaluate(top)

    await two.grace_says("Below what is read.")

    await expect(page.get_by_role("log")).to_contain_text("Below what is read.")
    assert abs(await page.evaluate(top) - before) < 2


async def test_the_head_of_another_page_says_that_there_is_something_new(two: Two, sign_in: SignIn) -> None:
    page = await sign_in(two.ada)
    await page.goto(two.conversation())  # all is read
    await page.goto(f"{two.url}/matches")
    await page.wait_for_function(IS_LIVE)
    conversations = page.get_by_role("navigation", name="Main").get_by_role("link", name="Conversations")
    await expect(conversations).to_have_text("Conversations")

    await two.grace_says("A word for another page.")

    await expect(conversations).to_have_text("Conversations (1 new)")
    assert await page.evaluate("document.activeElement === document.body")


async def test_seven_tabs_have_one_stream_and_all_load(two: Two, sign_in: SignIn) -> None:
    first = await sign_in(two.ada)
    tabs = [first, *[await first.context.new_page() for _ in range(TABS - 1)]]
    for tab in tabs:
        await tab.goto(f"{two.url}/me")
        await tab.wait_for_function(IS_LIVE)

    holding = [await tab.evaluate("Boolean(closeStream)") for tab in tabs]
    eighth = await first.context.new_page()
    await eighth.goto(two.conversation())
    await two.grace_says("For one of many tabs.")

    assert sum(holding) == 1
    await expect(eighth.get_by_role("log")).to_contain_text("For one of many tabs.")


async def test_another_tab_takes_the_stream_on_when_its_tab_is_closed(two: Two, sign_in: SignIn) -> None:
    first = await sign_in(two.ada)
    second = await first.context.new_page()
    await first.goto(f"{two.url}/me")
    await first.wait_for_function("() => Boolean(closeStream)")
    await second.goto(two.conversation())
    await second.wait_for_function(IS_LIVE)

    await first.close()
    await second.wait_for_function("() => live.on && Boolean(closeStream)")
    await two.grace_says("Still heard.")

    await expect(second.get_by_role("log")).to_contain_text("Still heard.")


async def test_without_a_stream_a_conversation_is_asked_for_now_and_then(two: Two, sign_in: SignIn) -> None:
    page = await sign_in(two.ada)
    await page.context.route("**/events*", lambda route: route.abort())
    await page.clock.install()
    await page.goto(two.conversation())
    await two.grace_says("Found by looking.")

    await page.clock.fast_forward(31_000)

    await expect(page.get_by_role("log")).to_contain_text("Found by looking.")


async def test_without_a_script_one_press_shows_what_is_new(two: Two, sign_in: SignIn) -> None:
    page = await sign_in(two.ada, javascript=False)
    await page.goto(two.conversation())
    await page.locator("#text").fill("Half a sentence")
    await two.grace_says("Seen after a press.")

    await page.get_by_role("button", name="Look for new messages").click()

    await expect(page.get_by_role("log")).to_contain_text("Seen after a press.")
    await expect(page.locator("#text")).to_have_value("Half a sentence")


async def test_nobody_hears_anything_after_signing_out(two: Two, sign_in: SignIn) -> None:
    page = await sign_in(two.ada)
    await page.goto(f"{two.url}/settings")
    await page.wait_for_function(IS_LIVE)
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await page.wait_for_url(f"{two.url}/")

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{two.url}/rules", wait_until="networkidle")
    await page.evaluate("new Promise((over) => setTimeout(over, 2500))")

    assert [url for url in asked if "/events" in url] == []
