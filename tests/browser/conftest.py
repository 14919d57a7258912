"""A site in processes of its own, and a real browser that visits it."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright, expect

from tests.browser.visitor import Visitor
from tests.running_site import RunningSite
from tests.unlimited import UNLIMITED

expect.set_options(timeout=30_000)  # timing never decides a test

DEMO_MEMBERS = "40"
"""The twelve who have stories of their own, and enough others for those to be about."""

FIRST = "test_pages.py"
"""It looks at the demo members as they were made, before other tests let them do something."""

Visit = Callable[..., Awaitable[Visitor]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what looks at every page before what changes something."""
    items.sort(key=lambda item: item.path.parent == Path(__file__).parent and item.path.name != FIRST)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A running demo site with a database of its own: its demo members have requests in every state."""
    with RunningSite(tmp_path_factory.mktemp("browsed") / "data", "--demo", DEMO_MEMBERS, limits=UNLIMITED) as running:
        yield running


@pytest.fixture(scope="session")
async def chromium(anyio_backend: str) -> AsyncIterator[Browser]:
    """The browser of the machine."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def visit(chromium: Browser, site: RunningSite) -> AsyncIterator[Visit]:
    """Opens the site for somebody, each with cookies of their own."""
    contexts: list[BrowserContext] = []

    async def open_for(*, javascript: bool = True) -> Visitor:
        context = await chromium.new_context(java_script_enabled=javascript, viewport={"width": 390, "height": 844})
        contexts.append(context)
        return Visitor(await context.new_page(), site.url)

    yield open_for
    for context in contexts:
        await context.close()
