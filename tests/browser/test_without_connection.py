"""The line breaks: members see a page of ours, what they typed stays, and nothing private is kept for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, expect

from scripts.screenshots import look_around
from tests.browser.conftest import Visit
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser

KEPT = (
    "(async () => (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys())\
.map((request) => new URL(request.url).pathname)))).flat())()"
)
WORKERS = "navigator.serviceWorker.getRegistrations().then((all) => all.length)"


class Line:
    """A line to the site that can be cut."""

    def __init__(self, port: int) -> None:
        """Lead to a port of this machine."""
        self._port = port
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.url = ""

    async def mend(self, port: int = 0) -> None:
        """Let requests through."""
        self._server = await asyncio.start_server(self._lead, "127.0.0.1", port)
        self.url = f"http://localhost:{self._server.sockets[0].getsockname()[1]}"

    async def cut(self) -> None:
        """Let nothing through any more, not even what is open."""
        assert self._server is not None
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("localhost", self._port)
        self._open |= {writer, back}
        with suppress(ConnectionError):
            await asyncio.gather(_pour(reader, back), _pour(there, writer))
        self._open -= {writer, back}


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while some := await reader.read(65_536):
            writer.write(some)
            await writer.drain()
    writer.close()


@pytest.fixture
async def line(site: RunningSite) -> AsyncIterator[Line]:
    """A line that is whole."""
    made = Line(site.port)
    await made.mend()
    yield made
    await made.cut()


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """A browser that nobody has used."""
    context = await chromium.new_context(viewport={"width": 390, "height": 844})
    yield await context.new_page()
    await context.close()


async def _begin(page: Page, url: str) -> None:
    """Be a demo member whose browser has the worker."""
    await look_around(page, url)
    await page.wait_for_function("() => navigator.serviceWorker.controller !== null")


async def test_a_member_without_a_connection_sees_a_page_of_ours_and_goes_on_when_it_is_back(
    page: Page, line: Line
) -> None:
    await _begin(page, line.url)
    await line.cut()

    await page.goto(f"{line.url}/conversations")
    await expect(page.get_by_role("heading", level=1)).to_have_text("No connection")
    assert await page.evaluate("getComputedStyle(document.querySelector('a.button')).textDecorationLine") == "none"
    await line.mend(urlsplit(line.url).port or 0)
    await page.get_by_role("link", name="Try again").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Conversations")


async def test_nothing_that_a_member_was_shown_is_kept_and_signing_out_takes_the_rest(page: Page, line: Line) -> None:
    await _begin(page, line.url)
    for path in ("/home", "/matches", "/conversations", "/me", "/privacy"):
        await page.goto(f"{line.url}{path}")
    kept = await page.evaluate(KEPT)

    await page.goto(f"{line.url}/settings")
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await page.wait_for_url(f"{line.url}/")

    assert "/offline" in kept
    assert [path for path in kept if path != "/offline" and not path.startswith("/static/")] == []
    assert await page.evaluate(KEPT) == []
    assert await page.evaluate(WORKERS) == 0


async def test_the_worker_hides_from_the_server_nothing_about_where_a_request_comes_from(
    page: Page, line: Line
) -> None:
    await _begin(page, line.url)
    own = await page.goto(f"{line.url}/home")
    await page.goto(line.url.replace("localhost", "127.0.0.1") + "/privacy")  # another site to a browser
    async with page.expect_response(f"{line.url}/home") as answer:
        await page.evaluate("url => { location.href = url; }", f"{line.url}/home")

    assert own is not None
    assert (await own.all_headers())["content-encoding"] == "br"
    assert "content-encoding" not in await (await answer.value).all_headers()


async def test_who_only_looks_has_nothing_of_ours_in_their_browser(page: Page, site: RunningSite) -> None:
    for path in ("/", "/privacy", "/join"):
        await page.goto(f"{site.url}{path}", wait_until="networkidle")

    assert await page.evaluate(WORKERS) == 0
    assert await page.evaluate(KEPT) == []
    assert await page.context.cookies() == []


async def test_what_was_typed_stays_when_it_cannot_be_sent(visit: Visit) -> None:
    ada = await visit()
    await ada.go("/sign-in")
    await ada.fill("E-mail address", "ada@example.org")
    await ada.fill("Password", "half a password")
    await ada.page.context.set_offline(True)

    await ada.press("Sign in", exact=True)

    await expect(ada.page.get_by_role("alert")).to_be_focused()
    await ada.sees("This was not sent")
    await expect(ada.page.get_by_label("E-mail address")).to_have_value("ada@example.org")
    await ada.page.context.set_offline(False)
    await expect(ada.page.get_by_role("alert")).to_have_count(0)
    await ada.press("Sign in", exact=True)
    await expect(ada.page.locator("[data-error-summary]")).to_be_visible()
