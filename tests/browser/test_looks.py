"""The main pages and the style page can be read, pressed and printed by everyone: measured in a browser."""

import pytest
from playwright.async_api import Browser, Page

from scripts.screenshots import look_around
from tests.running_site import RunningSite
from web.palette import tokens_of

pytestmark = pytest.mark.browser

PATHS = ("/style", "/home", "/matches", "/requests", "/conversations", "/me", "/settings")
LEAST_TARGET = 44
"""CSS pixels each way (WCAG 2.2, 2.5.5); links within sentences are excepted, as there."""
LONGEST_LINE = 75
TOO_SMALL = """least => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary')]
  .filter(target => target.checkVisibility() && !target.matches('.skip, .hidden-text, :is(p, li, dd) > a, label a'))
  .map(target => [target, target.closest('.choice') ?? target])
  .map(([target, whole]) => [target.outerHTML.slice(0, 120), whole.getBoundingClientRect()])
  .filter(([, box]) => box.width && Math.round(box.height) < least)
  .map(([html, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${html}`)"""
EDGED = (".card", ".button", ".input", ".choice", ".quote.mine", ".purpose-badge", ".notice", ".message.mine .words")
UNSEEN_EDGES = """names => names.filter(name => {
  const style = getComputedStyle(document.querySelector('main ' + name));
  const ground = getComputedStyle(document.body).backgroundColor;
  return !parseFloat(style.borderTopWidth) || style.borderTopColor === ground;
})"""
TOO_LONG = """most => {
  const found = [], range = document.createRange();
  const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode, holder = text.parentElement;
    if (text.data.trim().length <= most || !holder.checkVisibility() || holder.closest('.hidden-text, table')) continue;
    let line = 0, top = null;
    for (let at = 0; at < text.data.length; at++) {
      range.setStart(text, at); range.setEnd(text, at + 1);
      const box = range.getBoundingClientRect();
      if (!box.width) continue;
      line = top !== null && Math.abs(box.top - top) < 4 ? line + 1 : 1;
      top = box.top;
      if (line > most) { found.push(text.data.trim().slice(0, 90)); break; }
    }
  }
  return found;
}"""


@pytest.fixture(scope="module")
async def member(chromium: Browser, site: RunningSite) -> Page:
    """A member's page of a browser."""
    page = await (await chromium.new_context(viewport={"width": 1280, "height": 844})).new_page()
    await look_around(page, site.url)
    return page


async def test_whatever_is_pressed_is_large_enough(member: Page, site: RunningSite) -> None:
    assert await _found(member, site, TOO_SMALL, LEAST_TARGET, widths=(390, 1280)) == {}


async def test_no_line_is_longer_than_can_be_read_well(member: Page, site: RunningSite) -> None:
    assert await _found(member, site, TOO_LONG, LONGEST_LINE, widths=(1280,)) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("contrast", ["no-preference", "more"])
async def test_a_browser_draws_the_colours_that_were_measured(
    member: Page, site: RunningSite, scheme: str, contrast: str
) -> None:
    await member.emulate_media(color_scheme=scheme, contrast=contrast)  # type: ignore[arg-type]
    await member.goto(f"{site.url}/style")

    drawn = await member.evaluate(
        "names => Object.fromEntries(names.map(name => [name, getComputedStyle(document.documentElement)"
        ".getPropertyValue('--' + name).trim()]))",
        ["ground", "ink", "ink-soft", "plum", "link", "hobby", "line"],
    )
    await member.emulate_media(color_scheme="light", contrast="no-preference")

    tokens = tokens_of(scheme if contrast == "no-preference" else f"{scheme}, more contrast")
    assert drawn == {name: tokens[name] for name in drawn}


async def test_forced_colours_keep_edges_and_the_focus_to_be_seen(member: Page, site: RunningSite) -> None:
    await member.emulate_media(forced_colors="active")
    await member.goto(f"{site.url}/style")

    edges = await member.evaluate(UNSEEN_EDGES, list(EDGED))
    await member.locator("main .button").first.focus()
    await member.keyboard.press("Shift+Tab")
    outline = await member.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    await member.emulate_media(forced_colors="none")

    assert edges == []
    assert outline == "solid"


async def test_what_is_printed_from_a_dark_screen_is_dark_on_white(member: Page, site: RunningSite) -> None:
    await member.goto(f"{site.url}/matches")
    await member.emulate_media(media="print", color_scheme="dark")

    ink = await member.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()")
    await member.emulate_media(media="screen", color_scheme="light")

    assert ink == tokens_of("light")["ink"]


async def test_on_paper_there_is_no_way_about_and_links_say_where_they_lead(member: Page, site: RunningSite) -> None:
    await member.goto(f"{site.url}/settings")
    await member.emulate_media(media="print")

    shown = await member.evaluate(
        "() => [...document.querySelectorAll('nav, form, .button, .skip')].filter(one => one.checkVisibility())"
        ".map(one => one.outerHTML.slice(0, 80))"
    )
    after = await member.evaluate(
        "getComputedStyle(document.querySelector('main a[href=\"/settings/export\"]'), '::after').content"
    )
    await member.emulate_media(media="screen")

    assert shown == []
    assert "/settings/export" in after or "attr(href)" in after


async def test_the_letters_of_the_house_arrive(member: Page, site: RunningSite) -> None:
    await member.goto(f"{site.url}/style")

    assert await member.evaluate("document.fonts.load('400 19px \"Atkinson Next\"').then(found => found.length)") == 1


async def _found(
    page: Page, site: RunningSite, script: str, limit: int, *, widths: tuple[int, ...]
) -> dict[str, list[str]]:
    found = {}
    for width in widths:
        await page.set_viewport_size({"width": width, "height": 844})
        for path in PATHS:
            await page.goto(f"{site.url}{path}")
            if wrong := await page.evaluate(script, limit):
                found[f"{path} at {width}"] = wrong
    return found
