"""Light pages that come at once and stand still: on a cheap phone, a slow line, or without pictures."""

from urllib.parse import urlsplit

import msgspec
import pytest
from playwright.async_api import Browser, StorageState

from scripts.page_weights import NARROW, OUTSIDE, Arrival, Weight, arrive, main_pages, weigh
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser

FIRST_VIEW = 60_000
LATER_PAGES = 15_000
"""Bytes over the wire, headers and all."""
MOST_REQUESTS, MOST_OF_MAIN_PAGES = 8, 6
"""The icon, which no page waits for, and the stream of news come later, when nobody counts here any more."""
CRITICAL = 24_000
"""Bytes that must come before anything is seen: at 1.6 Mbit/s 120 ms, beside three or four round trips of 150 ms."""
ON_A_SLOW_LINE = ("Welcome", "Home", "Matches", "Composer", "Conversation")


class Look(msgspec.Struct, frozen=True):
    """The main pages, and what came over the wire for each."""

    state: StorageState
    urls: dict[str, str]
    first: dict[str, Weight]
    later: dict[str, Weight]


@pytest.fixture(scope="module")
async def looked(chromium: Browser, site: RunningSite) -> Look:
    """Every main page is weighed once with an empty cache, and then as one after others."""
    finding = await chromium.new_context()
    inside = await main_pages(await finding.new_page(), site.url)
    state = await finding.storage_state()
    await finding.close()
    outside = {name: f"{site.url}{path}" for name, path in OUTSIDE.items()}
    first, later = {}, {}
    for urls, known in ((outside, None), (inside, state)):
        walking = await chromium.new_context(storage_state=known, service_workers="block")
        page = await walking.new_page()
        await page.goto(f"{site.url}/rules")  # the files of every page
        for name, url in urls.items():
            empty = await chromium.new_context(storage_state=known, service_workers="block")
            first[name] = await weigh(await empty.new_page(), url)
            await empty.close()
            later[name] = await weigh(page, url)
        await walking.close()
    return Look(state, {**outside, **inside}, first, later)


async def test_a_first_view_is_light_and_comes_from_here_alone(looked: Look) -> None:
    for name, weight in looked.first.items():
        print(f"{name}: {weight.size:,} bytes at first, {looked.later[name].size:,} later")  # noqa: T201 - figures
    assert {name: one.size for name, one in looked.first.items() if not 0 < one.size <= FIRST_VIEW} == {}
    assert {name: one.requests for name, one in looked.first.items() if one.requests > MOST_REQUESTS} == {}
    assert {
        name: looked.first[name].requests for name in ON_A_SLOW_LINE if looked.first[name].requests > MOST_OF_MAIN_PAGES
    } == {}
    assert {name: one.elsewhere for name, one in looked.first.items() if one.elsewhere} == {}


async def test_a_later_page_is_lighter_still(looked: Look) -> None:
    assert {name: one.size for name, one in looked.later.items() if not 0 < one.size <= LATER_PAGES} == {}


async def test_nothing_moves_once_it_is_seen_and_little_must_come_before(
    looked: Look, chromium: Browser, site: RunningSite
) -> None:
    arrivals: dict[str, Arrival] = {}
    for name in ON_A_SLOW_LINE:
        state = None if name in OUTSIDE else looked.state
        arrivals[name] = await arrive(chromium, looked.urls[name], state=state)
        print(f"{name}: seen after {arrivals[name].largest:.0f} ms on a slow line")  # noqa: T201 - figures

    assert {name: one.moved for name, one in arrivals.items() if one.shifts} == {}
    assert all(one.largest > 0 for one in arrivals.values())
    assert {len(one.blocking) for one in arrivals.values()} == {1}
    assert {urlsplit(path).path.rpartition(".")[2] for one in arrivals.values() for path in one.blocking} == {"css"}
    inside = await chromium.new_page()
    sheet = (await weigh(inside, site.url + arrivals["Welcome"].blocking[0])).size
    await inside.close()
    assert {
        name: one.size for name, one in looked.later.items() if one.size + sheet > CRITICAL and name in arrivals
    } == {}


async def test_pages_say_the_same_without_pictures_and_fonts(looked: Look, chromium: Browser) -> None:
    context = await chromium.new_context(storage_state=looked.state, viewport=NARROW)  # type: ignore[arg-type]
    page = await context.new_page()
    said: dict[str, list[str]] = {}
    for blocked in (False, True):
        if blocked:
            await context.route(
                "**/*",
                lambda route: route.abort() if route.request.resource_type in {"image", "font"} else route.continue_(),
            )
        for name in ("Home", "Matches", "Member"):
            await page.goto(looked.urls[name])
            said.setdefault(name, []).append(await page.inner_text("body"))
            assert not await page.evaluate(
                "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            )
    await context.close()

    assert all(both[0] == both[1] and both[0] for both in said.values())
