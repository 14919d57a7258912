"""Pictures of every page of a demo site, narrow and wide, light and dark: `python -m scripts.screenshots FOLDER`."""

import asyncio
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


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--url", default="http://localhost:8000", show_default=True, help="A demo site that runs: scripts/run.")
def main(folder: Path, url: str) -> None:
    """Take a picture of every page, before sign-in and after, into FOLDER."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = asyncio.run(take(folder, url.rstrip("/")))
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
