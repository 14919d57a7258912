"""Every page that a visitor or a member can reach is for everyone: to read, to hear, and at any width."""

import re
from asyncio import to_thread
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from scripts.demo import DEMO_PASSWORD, DEMO_SIGN_INS
from scripts.screenshots import SCHEMES, look_around
from scripts.site_pages import pages_of, pattern_of
from tests.application import application
from tests.browser.conftest import Visit
from tests.browser.visitor import TEMPLATE
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser

WITHOUT_LINKS = (
    "/style",
    "/offline",
    "/problems",
    "/problems/reason-refused",
    "/first-words/hobby",
    "/look-in-your-mail",
    "/reset",
    "/confirm",
    "/undo",
    "/sign-in/link/open",
    "/settings/email/confirm",
)
"""Pages that are reached by an address or after a form."""
NOT_THERE = ("/nowhere", "/requests?cursor=x", "/matches/fame")
NO_PAGES = {
    "/.well-known/security.txt",
    "/first-words",
    "/healthz",
    "/service-worker.js",
    "/readyz",
    "/requests/…/…",
    "/requests/waiting",
    "/conversations/…/note",
    "/conversations/…/draft",
    "/members/…/request/draft",
    "/drafts/…",
    "/confirm/…",
    "/reset/…",
    "/undo/…",
    "/sign-in/link/…",
    "/settings/email/…",
    "/leaving",
    "/sign-in/again",
    "/sign-in/code",
    "/settings/sign-in/app",
    "/notices/…",
    "/moderation/reports/…",
}
"""Addresses that only lead on, or are for machines. The last two need a report that was made; tests/web opens them."""
WIDTHS = (320, 1280)
PITCH = "By the way: our agency helps small shops. Book a free discovery call this week and get 20 % off our services!"
MOST_TRIES = 50


class Look(msgspec.Struct, frozen=True):
    """What was seen of one page."""

    url: str
    status: int
    violations: list[str]
    too_wide_at: list[int]


@pytest.fixture(scope="module")
async def looks(chromium: Browser, site: RunningSite) -> AsyncIterator[list[Look]]:
    """A look at every page of the demo site, before sign-in and after."""
    site.run("promote-moderator", DEMO_SIGN_INS[0])
    out, home = await chromium.new_context(), await chromium.new_context()
    visitor, member = await out.new_page(), await home.new_page()
    outside = await pages_of(visitor, f"{site.url}/")
    await look_around(member, site.url)
    await to_thread(
        site.execute, "UPDATE session SET proved_at = now()"
    )  # whoever looks around never proved who they are
    inside = await pages_of(member, f"{site.url}/home")
    inside += [f"{site.url}{path}" for path in (*WITHOUT_LINKS, *NOT_THERE)]
    yield [*[await look_at(visitor, url) for url in outside], *[await look_at(member, url) for url in inside]]
    await out.close()
    await home.close()


async def test_every_page_that_the_site_has_is_looked_at(looks: list[Look]) -> None:

    looked_at = {pattern_of(look.url).partition("?")[0] for look in looks}

    pages = {re.sub(r"\{[^}]*\}", "…", route.path) for route in application().routes if "GET" in _methods(route)}

    assert {page for page in pages if not page.startswith(("/api", "/static"))} - looked_at <= NO_PAGES


async def test_no_page_is_broken(looks: list[Look]) -> None:
    assert {look.url: look.status for look in looks if look.status >= 400 and not look.url.endswith(NOT_THERE)} == {}
    assert {look.status for look in looks if look.url.endswith(NOT_THERE)} == {404, 422}


async def test_axe_finds_nothing_on_any_page_light_or_dark(looks: list[Look]) -> None:
    assert {pattern_of(look.url): look.violations for look in looks if look.violations} == {}


async def test_no_page_scrolls_sideways(looks: list[Look]) -> None:
    assert {look.url: look.too_wide_at for look in looks if look.too_wide_at} == {}


async def test_axe_would_find_what_is_wrong(visit: Visit) -> None:
    ada = await visit()
    await ada.go("/")
    await ada.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<main><img src=x><input></main>')")

    assert {line.partition(" ")[0] for line in await violations_on(ada.page)} >= {"image-alt", "label"}


async def test_a_refused_reason_is_shown_for_everyone_to_read(visit: Visit) -> None:
    ada = await visit()
    await look_around(ada.page, ada.url, number=1)
    await ada.go("/matches")
    await ada.page.get_by_role("main").get_by_role("article").first.get_by_role("link").click()
    await ada.follow("Ask to connect")
    await ada.reason().fill(TEMPLATE)
    await ada.press("Send")
    await ada.sees("Not quite yet")

    look = await examine(ada.page, status=422)

    assert look.violations == []
    assert look.too_wide_at == []


async def test_what_a_visitor_tries_and_checks_is_shown_for_everyone_to_read(visit: Visit) -> None:
    ada = await visit()
    await ada.go("/")
    await ada.press("See who is here")
    await ada.sees("There is something to put right")
    looks = [await examine(ada.page, status=422)]
    await ada.page.locator("#words").fill("I sing in a small choir and never in tune")
    await ada.press("See who is here")
    await ada.sees("near your words")
    looks.append(await examine(ada.page, status=200))
    await ada.press("Join with these words")
    await ada.choose("Belief")
    await ada.press("Go on")
    await ada.choose("Yes, for Belief")
    await ada.press("Go on")
    await ada.fill("Your name here", "Ada")
    await ada.press("Go on")
    await ada.fill("E-mail address", "ada-tries@example.org")
    await ada.press("Go on")
    await ada.sees("I sing in a small choir and never in tune")
    looks.append(await examine(ada.page, status=200))

    assert [(look.violations, look.too_wide_at) for look in looks] == [([], [])] * 3


async def test_a_message_that_waits_is_shown_for_everyone_to_read_and_has_the_focus(visit: Visit) -> None:
    ada = await visit()
    await look_around(ada.page, ada.url)
    await ada.go("/conversations")
    await ada.page.get_by_role("article").filter(has_text="Caretaking").get_by_role("link").first.click()
    waits = ada.page.get_by_role("region", name="Not sent yet")
    for _ in range(MOST_TRIES):  # while the machine is busy, messages go
        await ada.page.locator("#text").fill(PITCH)
        await ada.press("Send", exact=True)
        await ada.page.wait_for_load_state()
        if await waits.is_visible():
            break

    await expect(waits).to_be_focused()
    await expect(ada.page.locator("#text")).to_have_value(PITCH)
    look = await examine(ada.page, status=200)

    assert look.violations == []
    assert look.too_wide_at == []


async def test_the_pages_that_ask_who_it_is_are_for_everyone_too(chromium: Browser, site: RunningSite) -> None:
    context = await chromium.new_context()
    page = await context.new_page()
    await _sign_in(page, site.url, DEMO_SIGN_INS[-1])
    looks = [await look_at(page, f"{site.url}{path}") for path in ("/settings/export", "/settings/delete")]
    await page.get_by_role("button", name="Delete my account").click()
    await _sign_in(page, site.url, DEMO_SIGN_INS[-1])
    looks.append(await look_at(page, f"{site.url}/leaving"))
    await page.get_by_role("button", name="Keep my account").click()
    await page.wait_for_url("**/home")
    await context.close()

    assert [look.url.removeprefix(site.url) for look in looks] == ["/settings/export", "/settings/delete", "/leaving"]
    assert [(look.status, look.violations, look.too_wide_at) for look in looks] == [(200, [], [])] * 3


async def _sign_in(page: Page, url: str, email: str) -> None:
    await page.goto(f"{url}/sign-in")
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password").fill(DEMO_PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.wait_for_load_state()


async def look_at(page: Page, url: str) -> Look:
    """Open a page and examine it."""
    reply = await page.goto(url)
    assert reply is not None, url
    return await examine(page, status=reply.status)


async def examine(page: Page, *, status: int) -> Look:
    """Look at an open page in both schemes and at the narrowest and a common wide width."""
    violations, too_wide_at = [], []
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        violations += [f"{scheme}: {line}" for line in await violations_on(page)]
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 640})
        if await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            too_wide_at.append(width)
    return Look(page.url, status, violations, too_wide_at)


async def violations_on(page: Page) -> list[str]:
    """What axe finds wrong, in a line each."""
    results: dict[str, Any] = (await Axe().run(page)).response
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:160]}"
        for violation in results["violations"]
        for node in violation["nodes"]
    ]


def _methods(route: Any) -> set[str]:
    return set(getattr(route, "methods", ()))
