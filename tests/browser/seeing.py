"""One good look at an open page: by axe, by measure, in both schemes, in forced colours, on screens of every size."""

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from playwright.async_api import Page, ViewportSize

from scripts.screenshots import SCHEMES
from tests.markup import faults_in
from tests.markup.plain_words import hard_words_in

HERE = Path(__file__).parent
WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
LARGEST_LETTERS: ViewportSize = {"width": 320, "height": 256}
"""What is left of `WIDE` at 400 % (WCAG 1.4.10)."""
LEAST_TARGET = 44
"""CSS pixels each way (WCAG 2.5.5)."""
MOST_COVERED = 1 / 3
"""Of a low screen, by what stays in view."""
_OF_COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules that another scheme can break."""


MEASURES = ("axe", "markup", "words", "width", "cut", "covered", "targets", "focus", "forced", "colour", "motion")
"""What a look measures."""


class Look(msgspec.Struct, frozen=True):
    """What was seen of one page."""

    url: str
    status: int
    title: str
    markup: str
    """As it came."""
    outline: str
    """Its landmarks, its headings, and what the Tab key reaches, in their order."""
    mixed: list[str]
    """Words from right to left that stand in a line of ours, and so may turn its order about."""
    found: dict[str, list[str]]
    """By measure, a line for whatever is wrong."""

    def wrong(self, measure: str) -> list[str]:
        """What one measure found."""
        return self.found.get(measure, [])


async def look_at(page: Page, url: str) -> Look:
    """Open a page and examine it."""
    reply = await page.goto(url)
    assert reply is not None, url
    return await examine(page, status=reply.status, markup=await reply.text())


async def examine(page: Page, *, status: int = 0, markup: str | None = None) -> Look:
    """Look at an open page in every way in which somebody may see it, and leave it as it was.

    Args:
        page: The page; scripts must be allowed on it.
        status: What the server answered, where somebody wants to know.
        markup: What the server sent; by default what the page has become.
    """
    await page.wait_for_load_state()
    before = page.viewport_size
    found: dict[str, list[str]] = {}
    await page.evaluate(_script("examine.js"))
    await page.set_viewport_size(WIDE)
    await page.emulate_media(color_scheme=SCHEMES[0], reduced_motion="reduce")
    found["axe"] = await violations_on(page)
    await _measure(page, found, {"motion": "moves()", "width": "tooWide()", "cut": "cut()"}, "wide")
    await _measure(page, found, {"targets": f"tooSmall({LEAST_TARGET})", "focus": "focus()"}, "wide")
    await page.emulate_media(color_scheme=SCHEMES[1], reduced_motion="reduce")
    found["axe"] += [f"dark: {line}" for line in await violations_on(page, rules=_OF_COLOURS)]
    await page.emulate_media(color_scheme=SCHEMES[0], forced_colors="active", reduced_motion="reduce")
    await _measure(page, found, {"forced": "[...edgeless(), ...byColourAlone(), ...focus()]"}, "forced colours")
    await page.emulate_media(color_scheme=SCHEMES[0], forced_colors="none", reduced_motion="reduce")
    await page.set_viewport_size(PHONE)
    await _measure(page, found, {"targets": f"tooSmall({LEAST_TARGET})", "colour": "byColourAlone()"}, "phone")
    await page.set_viewport_size(LARGEST_LETTERS)
    zoomed = {"width": "tooWide()", "cut": "cut()", "focus": "focus()", "covered": f"covers({MOST_COVERED})"}
    await _measure(page, found, zoomed, "400 %")
    await page.evaluate("examine.space(true)")
    await _measure(page, found, {"width": "tooWide()", "cut": "cut()"}, "400 %, spaced")
    await page.evaluate("examine.space(false)")
    await page.set_viewport_size(before or PHONE)
    outline, mixed = await page.evaluate("[examine.outline(), examine.mixed()]")
    sent = markup if markup is not None else await page.content()
    found["markup"] = faults_in(sent)
    found["words"] = hard_words_in(sent, urlsplit(page.url).path)
    wrong = {name: lines for name, lines in found.items() if lines}
    return Look(page.url, status, await page.title(), sent, outline, mixed, wrong)


async def violations_on(page: Page, *, rules: list[str] | None = None) -> list[str]:
    """What axe finds wrong, in a line each."""
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_script("axe/axe.min.js"))
    violations: list[dict[str, Any]] = await page.evaluate(
        f"axe.run({json.dumps(options)}).then((results) => results.violations)"
    )
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:160]}"
        for violation in violations
        for node in violation["nodes"]
    ]


async def _measure(page: Page, found: dict[str, list[str]], checks: dict[str, str], where: str) -> None:
    calls = ", ".join(f"{name}: {call}" for name, call in checks.items())
    seen: dict[str, list[str]] = await page.evaluate(f"(() => {{ with (examine) return {{ {calls} }} }})()")
    for name, lines in seen.items():
        found.setdefault(name, []).extend(f"{where}: {line}" for line in lines)


@cache
def _script(name: str) -> str:
    return (HERE / name).read_text()
