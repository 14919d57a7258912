"""Whoever signs out of a browser that others use leaves nothing on the screen, in whichever tab or from wherever."""

from asyncio import to_thread

import pytest
from playwright.async_api import Page, expect

from tests.browser.test_live import IS_LIVE, SignIn, Two, sign_in, two
from tests.running_site import RunningSite
from tests.server.person import PASSWORD, Person

__all__ = ["sign_in", "two"]
pytestmark = pytest.mark.browser

HALF = "What only Grace should read"
KEPT = "Object.values(sessionStorage).join()"
TO_SIGN_IN = "**/sign-in?next=*"


async def _end_sessions(site: RunningSite, person: Person) -> None:
    """Sign somebody out of all browsers, as from afar."""
    await to_thread(
        site.execute, "DELETE FROM session USING account WHERE account = account.id AND email = $1", person.email
    )


async def _sign_out(page: Page, url: str) -> None:
    await page.goto(f"{url}/settings")
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await page.wait_for_url(f"{url}/")


async def _sign_in_as_another(page: Page, url: str) -> None:
    nur = await to_thread(Person, url, "Nur")
    await page.goto(f"{url}/sign-in")
    await page.get_by_label("E-mail address").fill(nur.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.wait_for_url("**/home")


async def test_signing_out_in_one_tab_leaves_nothing_in_another(two: Two, sign_in: SignIn) -> None:
    first = await sign_in(two.ada)
    await first.goto(two.conversation())
    await first.locator("#text").fill(HALF)

    await _sign_out(await first.context.new_page(), two.url)

    await first.wait_for_url(TO_SIGN_IN)
    assert HALF not in await first.evaluate(KEPT)
    await first.go_back()
    await expect(first.get_by_role("log")).to_have_count(0)


async def test_a_browser_that_is_signed_out_from_afar_shows_nothing_any_more(
    two: Two, sign_in: SignIn, site: RunningSite
) -> None:
    page = await sign_in(two.ada)
    await page.goto(two.conversation())
    await page.wait_for_function(IS_LIVE)

    await _end_sessions(site, two.ada)

    await page.wait_for_url(TO_SIGN_IN)
    await expect(page.get_by_role("log")).to_have_count(0)


async def test_a_tab_of_one_member_ends_when_another_signs_in(two: Two, sign_in: SignIn, site: RunningSite) -> None:
    page = await sign_in(two.ada)
    await page.goto(two.conversation())
    await _end_sessions(site, two.ada)
    await _sign_in_as_another(await page.context.new_page(), two.url)

    await expect(page.get_by_role("log")).to_have_count(0)


async def test_what_one_member_began_is_not_in_the_tab_of_the_next(
    two: Two, sign_in: SignIn, site: RunningSite
) -> None:
    page = await sign_in(two.ada)
    await page.goto(two.conversation())
    await _end_sessions(site, two.ada)
    await page.locator("#text").fill(HALF)
    assert HALF in await page.evaluate(KEPT)

    await _sign_in_as_another(page, two.url)

    await page.wait_for_function(f"() => !{KEPT}.includes('{HALF}')")


async def test_other_tabs_of_the_same_member_go_on(two: Two, sign_in: SignIn) -> None:
    page = await sign_in(two.ada)
    await page.goto(two.conversation())
    await page.evaluate("window.wasHere = true")
    second = await page.context.new_page()
    await second.goto(f"{two.url}/no-such-page")
    await second.goto(f"{two.url}/home")

    await page.wait_for_function(IS_LIVE)
    await page.evaluate("new Promise((over) => setTimeout(over, 2500))")

    assert await page.evaluate("window.wasHere")
