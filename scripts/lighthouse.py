"""Lighthouse on the main pages of a demo site, for docs/web.md: `python -m scripts.lighthouse --write`."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import msgspec
from playwright.async_api import async_playwright

from scripts.page_weights import main_pages

LIGHTHOUSE = "lighthouse@12.8.2"
"""The last that runs with Node 18 and 20. Node is needed for this command and for nothing else."""
PAGES = ("Welcome", "Home", "Matches", "Composer", "Conversation")
CATEGORIES = ("performance", "accessibility", "best-practices")
LEAST = {"performance": 98, "accessibility": 100, "best-practices": 100}
_TRIES = 3
PAGE = Path(__file__).parent.parent / "docs/web.md"
BEGIN, END = "<!-- lighthouse -->\n", "\n<!-- end of lighthouse -->"

_HEAD = (
    "| Page | Performance | Accessibility | Best practices | Largest paint | Layout shift | Blocking time "
    "| Over the wire | Requests |\n|---|---|---|---|---|---|---|---|---|"
)


class Verdict(msgspec.Struct, frozen=True):
    """What Lighthouse says of a page, on its phone and its slow 4G."""

    name: str
    scores: dict[str, int]
    """Of 100."""
    largest_ms: float
    shift: float
    blocked_ms: float
    size: int
    requests: int
    speed: float
    """Lighthouse's own measure of the machine at that moment; a free one of today has well over 1,000."""
    missed: list[str]
    """The audits of its categories that cost something."""


@click.command()
@click.option("--url", default="http://localhost:8000", show_default=True, help="A demo site that runs: scripts/run.")
@click.option("--runs", type=click.IntRange(1), default=3, show_default=True, help="The middle one counts.")
@click.option("--write", is_flag=True, help="Write the figures into docs/web.md.")
def main(url: str, *, runs: int, write: bool) -> None:
    """Print what Lighthouse says of the five main pages; fails where it says less than we promise."""
    if shutil.which("npx") is None:
        raise click.ClickException("This needs Node 18 or newer with npm. The site itself does not.")
    url = url.rstrip("/")
    addresses, cookie = asyncio.run(_prepare(url))
    with TemporaryDirectory() as folder:
        verdicts = [
            middle([_judge(name, addresses[name], cookie, Path(folder)) for _ in range(runs)]) for name in PAGES
        ]
    table = "\n".join([_HEAD, *(_row(verdict) for verdict in verdicts)])
    click.echo(table)
    for verdict in verdicts:
        missed = ", ".join(verdict.missed) or "nothing to mend"
        click.echo(f"{verdict.name} (speed of the machine {verdict.speed:.0f}): {missed}")
    if write:
        PAGE.write_text(written(PAGE.read_text(), table))
    if any(verdict.scores[category] < least for verdict in verdicts for category, least in LEAST.items()):
        sys.exit(1)


def middle(verdicts: list[Verdict]) -> Verdict:
    """Of several runs the one in the middle: a machine that does something else as well makes pages look slow."""
    return sorted(verdicts, key=lambda verdict: (verdict.scores["performance"], -verdict.largest_ms))[
        len(verdicts) // 2
    ]


def written(text: str, table: str) -> str:
    """The page with a new table between its marks."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}{table}{END}{rest.partition(END)[2]}"


async def _prepare(url: str) -> tuple[dict[str, str], str]:
    """The addresses of the pages, and the cookie with which they open."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = await browser.new_context()
        addresses = await main_pages(await context.new_page(), url)
        cookies = await context.cookies()
        await browser.close()
    session = "; ".join(f"{one['name']}={one['value']}" for one in cookies if "notice" not in one["name"])
    return {"Welcome": f"{url}/", **addresses}, session


def _judge(name: str, address: str, cookie: str, folder: Path) -> Verdict:
    report, headers = folder / f"{name}.json", folder / "headers.json"
    headers.write_text(json.dumps({} if name == "Welcome" else {"Cookie": cookie}))
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""
    line = [
        "npx", "--yes", LIGHTHOUSE, address, "--quiet", "--output=json", f"--output-path={report}",
        f"--only-categories={','.join(CATEGORIES)}", f"--extra-headers={headers}", "--no-enable-error-reporting",
        "--chrome-flags=--headless=new --no-sandbox",
    ]  # fmt: skip
    for left in reversed(range(_TRIES)):  # now and then Chromium's trace has no beginning (NO_NAVSTART)
        done = subprocess.run(line, check=left == 0, env=os.environ | {"CHROME_PATH": program})  # noqa: S603 - our own
        if done.returncode == 0:
            break
    return read(name, json.loads(report.read_text()))


def read(name: str, report: dict[str, Any]) -> Verdict:
    """What a report of Lighthouse says, in short."""
    audits = report["audits"]
    counting = {
        one["id"] for category in CATEGORIES for one in report["categories"][category]["auditRefs"] if one["weight"]
    }
    return Verdict(
        name=name,
        scores={one: round(report["categories"][one]["score"] * 100) for one in CATEGORIES},
        largest_ms=audits["largest-contentful-paint"]["numericValue"],
        shift=audits["cumulative-layout-shift"]["numericValue"],
        blocked_ms=audits["total-blocking-time"]["numericValue"],
        size=int(audits["total-byte-weight"]["numericValue"]),
        speed=report["environment"]["benchmarkIndex"],
        requests=len(audits["network-requests"]["details"]["items"]),
        missed=sorted(one for one in counting if audits[one]["score"] is not None and audits[one]["score"] < 1),
    )


def _row(verdict: Verdict) -> str:
    scores = " | ".join(str(verdict.scores[category]) for category in CATEGORIES)
    return (
        f"| {verdict.name} | {scores} | {verdict.largest_ms / 1000:.2f} s | {verdict.shift:.3f} "
        f"| {verdict.blocked_ms:.0f} ms | {verdict.size / 1000:.1f} kB | {verdict.requests} |"
    )


if __name__ == "__main__":
    main()
