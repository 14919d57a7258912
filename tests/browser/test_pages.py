"""Every page that a visitor or a member can reach is for everyone: to read, to hear, and at any width."""

import re
from asyncio import to_thread
from collections.abc import AsyncIterator
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from scripts.demo import DEMO_PASSWORD, DEMO_SIGN_INS
from scripts.screenshots import look_around
from scripts.site_pages import pages_of, pattern_of
from tests.application import application
from tests.browser.conftest import Visit
from tests.browser.seeing import MEASURES, Look, examine, look_at, violations_on
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
    "/events",
    "/events/counts",
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
    "/settings/sign-in/app/off",
    "/settings/sign-in/recovery-codes",
    "/settings/sign-in/passkeys/…/remove",
    "/blocks/…/removal",
    "/settings/webhooks/…",
    "/settings/webhooks/…/change",
    "/settings/webhooks/…/delete",
    "/settings/webhooks/…/secret",
    "/settings/tokens/…/revoke",
    "/notices/…",
    "/moderation/reports/…",
}
"""Addresses that only lead on, or are for machines. The last eight are of what was made first; tests/web opens them."""
ASKS_FOR_ITS_LINK = "Open the link again"
"""What pages are called that do nothing without the link of a mail."""
DRAWN_FROM_ROUTES = "/api/docs"
"""Its outline is that of the API."""
OUTLINES = Path(__file__).parent / "outlines.md"
"""How every page is built, to be read and compared."""
PITCH = "By the way: our agency helps small shops. Book a free discovery call this week and get 20 % off our services!"
MOST_TRIES = 50


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


@pytest.mark.parametrize("measure", MEASURES)
async def test_nothing_is_wrong_on_any_page(looks: list[Look], measure: str) -> None:
    assert {pattern_of(look.url): look.wrong(measure) for look in looks if look.wrong(measure)} == {}


async def test_every_title_says_first_which_page_it_is(looks: list[Look]) -> None:
    titles: dict[str, set[str]] = {}
    for look in (look for look in looks if look.status < 400 and ASKS_FOR_ITS_LINK not in look.title):
        titles.setdefault(look.title, set()).add(pattern_of(look.url).partition("?")[0])

    assert [
        title for title in titles if not re.fullmatch(".+ \N{EN DASH} Wherefore|Wherefore \N{EN DASH} .+", title)
    ] == []
    assert {title: sorted(urls) for title, urls in titles.items() if len(urls) > 1} == {}


async def test_landmarks_headings_and_the_order_of_the_focus_are_as_they_were(
    looks: list[Look], pytestconfig: pytest.Config
) -> None:
    said = outlines_of(looks)
    if pytestconfig.getoption("--write-outlines"):
        OUTLINES.write_text(said)
    before = OUTLINES.read_text()

    changed = "\n".join(unified_diff(before.splitlines(), said.splitlines(), "as it was", "as it is", lineterm="", n=6))

    assert changed == "", f"Look at each change. If all is meant: scripts/test {__file__} --write-outlines\n{changed}"


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

    assert look.found == {}


async def test_what_a_visitor_tries_and_checks_is_shown_for_everyone_to_read(visit: Visit) -> None:
    ada = await visit()
    await ada.go("/")
    await ada.press("See who is here")
    await ada.sees("There is something to put right")
    looks = [await examine(ada.page, status=422)]
    await ada.page.locator("#words").fill("I sing in a small choir and never in tune")
    await ada.press("See who is here")
    await ada.sees("Your sentence was compared and forgotten")
    looks.append(await examine(ada.page, status=200))
    await ada.press("Join with these words")
    await ada.choose("Belief")
    await ada.press("Go on")
    await ada.choose("Yes, I have read this and I agree, for Belief")
    await ada.press("Go on")
    await ada.fill("Your name here", "Ada")
    await ada.press("Go on")
    await ada.fill("E-mail address", "ada-tries@example.org")
    await ada.press("Go on")
    await ada.sees("I sing in a small choir and never in tune")
    looks.append(await examine(ada.page, status=200))

    assert [look.found for look in looks] == [{}] * 3


async def test_a_message_that_waits_is_shown_for_everyone_to_read_and_has_the_focus(visit: Visit) -> None:
    ada = await visit()
    await look_around(ada.page, ada.url)
    await ada.go("/conversations")
    await ada.page.get_by_role("article").filter(has_text="Caretaking").get_by_role("link").first.click()
    waits = ada.page.get_by_role("region", name="Not sent yet")
    for _ in range(MOST_TRIES):  # while the machine is busy, messages go
        await ada.page.locator("#text").fill(PITCH)
        await ada.send("Send", exact=True)
        if await waits.is_visible():
            break

    await expect(waits).to_be_focused()
    await expect(ada.page.locator("#text")).to_have_value(PITCH)
    look = await examine(ada.page, status=200)

    assert look.found == {}


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
    assert [(look.status, look.found) for look in looks] == [(200, {})] * 3


async def _sign_in(page: Page, url: str, email: str) -> None:
    await page.goto(f"{url}/sign-in")
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password").fill(DEMO_PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.wait_for_load_state()


def outlines_of(looks: list[Look]) -> str:
    """What every page is made of for somebody who hears it or goes through it by keyboard; its frame is told once."""
    pages: dict[str, str] = {}
    for look in looks:
        if look.url.endswith(DRAWN_FROM_ROUTES):
            continue
        who = "A visitor" if "link Sign in" in look.outline else "A member"
        frame, inside = _apart(look.outline)
        pages.setdefault(f"{who} on every page", frame)
        name = f"{who} at {pattern_of(look.url)}"
        told = inside if pages[f"{who} on every page"] == frame else look.outline
        alike = [known for known in pages if known == name or known.startswith(f"{name} (")]
        if told not in {pages[known] for known in alike}:
            pages[f"{name} ({len(alike) + 1})" if alike else name] = told
    return "\n".join(f"## {name}\n\n{outline}\n" for name, outline in sorted(pages.items()))


def _apart(outline: str) -> tuple[str, str]:
    """What stands around the main part, and the main part."""
    before, _, rest = outline.partition("\nmain\n")
    inside, _, after = rest.partition("\ncontentinfo\n")
    return f"{before}\nmain: …\ncontentinfo\n{after}", inside


def _methods(route: Any) -> set[str]:
    return set(getattr(route, "methods", ()))
