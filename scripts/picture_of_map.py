"""The picture of the interest map in the documentation: `python -m scripts.picture_of_map FILE` while a demo serves."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import click
from playwright.async_api import async_playwright

from scripts.screenshots import look_around

WIDTH, HEIGHT = 1160, 940


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--url", default="http://localhost:8000", show_default=True, help="A demo site that runs: scripts/run.")
@click.option("--purpose", default="hobby", show_default=True)
def main(file: Path, url: str, purpose: str) -> None:
    """Take a picture of the map of a purpose that a demo member has switched on, into FILE."""
    asyncio.run(_take(file, url.rstrip("/"), purpose))
    click.echo(f"The picture is in {file}.")


async def _take(file: Path, url: str, purpose: str) -> None:
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = await (await browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})).new_page()
        for number in range(3):
            await look_around(page, url, number=number)
            reply = await page.goto(f"{url}/map/{purpose}")
            if reply is not None and reply.ok:
                break
            await page.context.clear_cookies()
        await page.reload()  # the letters of the house come with the first visit and are used from the second on
        await page.screenshot(path=file)
        await browser.close()


if __name__ == "__main__":
    sys.exit(main())
