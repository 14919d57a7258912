"""What the main pages of a running demo site weigh over the wire, and how they come on a slow line."""

from typing import Any, cast
from urllib.parse import urlsplit

import msgspec
from playwright.async_api import Browser, CDPSession, Page, Request, StorageState

from scripts.screenshots import look_around

OUTSIDE = {
    "Welcome": "/",
    "Join": "/join",
    "Sign in": "/sign-in",
    "How matching works": "/how-matching-works",
    "Privacy": "/privacy",
    "Staying safe": "/safety",
}
INSIDE = {
    "Home": "/home",
    "Matches": "/matches/caretaking",
    "Requests": "/requests",
    "Conversations": "/conversations",
    "Me": "/me",
    "Settings": "/settings",
}
NARROW = {"width": 390, "height": 844}

SLOW_4G = {"latency": 150, "downloadThroughput": 1_638_400 / 8, "uploadThroughput": 750_000 / 8, "offline": False}
"""A round trip in ms and bytes a second: "mobileSlow4G" of Lighthouse (core/config/constants.js)."""
SLOWER_PROCESSOR = 4
"""How many times slower than this machine Lighthouse takes a cheap phone to be."""

_WATCH = """
window.seen = { shifts: 0, largest: 0, moved: [] };
const tell = ({ node, previousRect: from, currentRect: to }) =>
  `${node?.nodeName} ${node?.className ?? node?.data} from ${JSON.stringify(from)} to ${JSON.stringify(to)}`;
new PerformanceObserver((list) => list.getEntries().forEach((one) => {
  window.seen.shifts += one.value;
  window.seen.moved.push(...one.sources.map(tell));
}))
  .observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => list.getEntries().forEach((one) => { window.seen.largest = one.startTime; }))
  .observe({ type: "largest-contentful-paint", buffered: true });
"""


class Weight(msgspec.Struct, frozen=True):
    """What came over the wire for one page."""

    requests: int
    size: int
    """Bytes, headers and all."""
    elsewhere: list[str]
    """Hosts that are not the site."""


class Arrival(msgspec.Struct, frozen=True):
    """How a page came to be seen on a slow line."""

    shifts: float
    """Cumulative layout shift; 0 where nothing moved."""
    moved: list[str]
    """What moved, from where to where."""
    largest: float
    """Milliseconds until the largest part was painted."""
    blocking: list[str]
    """What had to come before anything could be painted, besides the page itself."""


async def main_pages(page: Page, url: str) -> dict[str, str]:
    """The addresses of the main pages for a demo member, as whom `page` is signed in afterwards."""
    await look_around(page, url)
    found = {name: f"{url}{path}" for name, path in INSIDE.items()}
    await page.goto(found["Conversations"])
    found["Conversation"] = await _first_link(page, "main article a[href^='/conversations/']")
    await page.goto(found["Matches"])
    found["Why this match"] = await _first_link(page, "main article a.why")
    found["Composer"] = await _first_link(page, "main article a[href*='/request?']")
    found["Member"] = found["Composer"].partition("/request?")[0]
    return found


async def weigh(page: Page, url: str) -> Weight:
    """Open a page and weigh all that comes over the wire, by what the browser's own network layer counts.

    The context must block service workers: what comes by way of one is counted as nothing.
    """
    session = await page.context.new_cdp_session(page)
    sizes: dict[str, int] = {}
    asked: list[str] = []

    def note_answer(event: dict[str, Any]) -> None:
        sizes[event["requestId"]] = int(event["encodedDataLength"])

    def note_request(request: Request) -> None:
        asked.append(request.url)

    session.on("Network.loadingFinished", note_answer)
    page.on("request", note_request)
    await session.send("Network.enable")
    await page.goto(url, wait_until="networkidle")
    page.remove_listener("request", note_request)
    await session.detach()
    here = urlsplit(url).netloc
    over_the_wire = [size for size in sizes.values() if size > 0]
    return Weight(len(over_the_wire), sum(over_the_wire), [one for one in asked if urlsplit(one).netloc != here])


async def arrive(browser: Browser, url: str, *, state: StorageState | None = None) -> Arrival:
    """Open a page for the first time on Lighthouse's slow 4G and a slow processor, on a phone's screen."""
    context = await browser.new_context(viewport=cast("Any", NARROW), storage_state=state)
    page = await context.new_page()
    await page.add_init_script(_WATCH)
    session = await context.new_cdp_session(page)
    await _slow_down(session)
    await page.goto(url, wait_until="networkidle")
    await page.wait_for_function("() => window.seen.largest > 0")  # it is told a moment later
    seen = await page.evaluate("window.seen")
    blocking = await page.evaluate(
        "performance.getEntriesByType('resource').filter((one) => one.renderBlockingStatus === 'blocking')"
        ".map((one) => new URL(one.name).pathname)"
    )
    await context.close()
    return Arrival(seen["shifts"], seen["moved"], seen["largest"], blocking)


async def _slow_down(session: CDPSession) -> None:
    await session.send("Network.enable")
    await session.send("Network.emulateNetworkConditions", SLOW_4G)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_PROCESSOR})


async def _first_link(page: Page, selector: str) -> str:
    return str(await page.locator(selector).first.evaluate("link => link.href"))
