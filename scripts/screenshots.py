"""Pictures of a demo site: `python -m scripts.screenshots FOLDER` of every page, narrow and wide, light and dark.

`python -m scripts.screenshots --main` takes those of docs/screenshots.
"""

import asyncio
import base64
import os
import re
import shutil
import sys
from itertools import product
from pathlib import Path
from typing import Literal

import click
from playwright.async_api import Browser, Page, async_playwright

from scripts.site_pages import pages_of, pattern_of

WIDTHS = (390, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
HEIGHT = 844

MAIN = Path(__file__).parent.parent / "docs/screenshots"
MAIN_WIDTH = 1000
LARGEST = 150_000
"""Bytes of a picture that readers of the README load."""
QUALITIES = (90, 80, 70, 55, 40)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=MAIN)
@click.option("--url", default="http://localhost:8000", show_default=True, help="A demo site that runs: scripts/run.")
@click.option("--main", "only_main", is_flag=True, help="Only the few main pages, small: for the README.")
def main(folder: Path, url: str, *, only_main: bool) -> None:
    """Take a picture of every page, before sign-in and after, into FOLDER."""
    if folder == MAIN and not only_main:
        raise click.UsageError("Name a folder, or take only the main pages with --main.")
    folder.mkdir(parents=True, exist_ok=True)
    taken = asyncio.run((take_main if only_main else take)(folder, url.rstrip("/")))
    click.echo(f"{taken} pictures are in {folder}.")


async def take(folder: Path, url: str) -> int:
    """Take the pictures; how many there are."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = await (await browser.new_context()).new_page()
        outside = await pages_of(page, f"{url}/")
        taken = await _pictures(browser, outside, folder, prefix="out")
        await look_around(page, url)
        inside = await pages_of(page, f"{url}/home")
        taken += await _pictures(browser, inside, folder, prefix="in", cookies_of=page)
        await browser.close()
    return taken


async def take_main(folder: Path, url: str) -> int:
    """Take the pictures of the README, each as good as fits into `LARGEST`; how many there are."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = await browser.new_context(
            viewport={"width": MAIN_WIDTH, "height": HEIGHT}, device_scale_factor=1.5, color_scheme="light"
        )
        page = await context.new_page()
        for _ in range(2):  # the letters of the house come with the first visit and are used from the second on
            await page.goto(f"{url}/")
        await _small_picture(page, folder / "welcome.webp")
        await look_around(page, url)
        await page.goto(f"{url}/matches/caretaking")
        await _small_picture(page, folder / "matches.webp")
        await page.locator("main article a[href*='/request?']").first.click()
        await page.wait_for_load_state("networkidle")
        await _small_picture(page, folder / "composer.webp")
        await browser.close()
    return 3


async def _small_picture(page: Page, path: Path) -> None:
    session = await page.context.new_cdp_session(page)
    for quality in QUALITIES:
        taken = await session.send("Page.captureScreenshot", {"format": "webp", "quality": quality})
        picture = base64.b64decode(taken["data"])
        if len(picture) <= LARGEST:
            break
    await asyncio.to_thread(path.write_bytes, picture)


async def look_around(page: Page, url: str, *, number: int = 0) -> None:
    """Be one of the demo members, whom the first page of a demo offers: by default the first."""
    await page.goto(f"{url}/")
    await page.locator("form[action='/look-around'] button").nth(number).click()
    await page.wait_for_url(f"{url}/home")


async def _pictures(
    browser: Browser, urls: list[str], folder: Path, *, prefix: str, cookies_of: Page | None = None
) -> int:
    state = await cookies_of.context.storage_state() if cookies_of is not None else None
    for width, scheme in product(WIDTHS, SCHEMES):
        context = await browser.new_context(
            viewport={"width": width, "height": HEIGHT}, color_scheme=scheme, storage_state=state
        )
        page = await context.new_page()
        for number, url in enumerate(urls):
            await page.goto(url)
            name = re.sub(r"\W+", "-", pattern_of(url)).strip("-") or "first"
            await page.screenshot(path=folder / f"{prefix}-{number:02}-{name}-{width}-{scheme}.png", full_page=True)
        await context.close()
    return len(urls) * len(WIDTHS) * len(SCHEMES)


if __name__ == "__main__":
    sys.exit(main())
