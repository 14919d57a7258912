"""A full map is for everyone: to read, to hear, by keyboard, and at any width."""

from asyncio import to_thread
from itertools import product
from uuid import UUID

import numpy as np
import pytest

from api.interest_map.naming import subjects
from api.interest_map.schemas import AreaRead, MapRead, MyPlace
from api.profiles.schemas import Purpose
from embeddings.areas import MOST_AREAS
from scripts.screenshots import look_around
from tests.browser.conftest import Visit
from tests.browser.seeing import examine
from tests.running_site import RunningSite
from web.app import environment
from web.map_picture import picture_of

pytestmark = pytest.mark.browser

DIMENSIONS = 384
NAMES = (
    '["words and where they come from"]',
    '["Vergissmeinnicht", "Donaudampfschiff"]',
    '["موسيقى"]',
    "[]",
    '["birds"]',
)

OWN_WORDS = [["Vergissmeinnicht", "Donaudampfschiff"], ["موسيقى"], ["wwwwwwwwmmmmmmmmmm"], []]
"""Names made of what members wrote: up to two words of up to 18 letters."""
REACHING = """
(() => {
  const wrong = [];
  const boxes = [];
  for (const group of document.querySelectorAll("svg.map g")) {
    const circle = group.querySelector("circle");
    const [x, y, r] = ["cx", "cy", "r"].map((name) => Number(circle.getAttribute(name)));
    const inside = r - parseFloat(getComputedStyle(circle).strokeWidth) / 2;
    for (const text of group.querySelectorAll("text")) {
      const { x: left, width } = text.getBBox();
      const [size, line] = [parseFloat(getComputedStyle(text).fontSize), Number(text.getAttribute("y"))];
      const [right, top, bottom] = [left + width, line - 0.72 * size, line + 0.21 * size];
      const box = { left, right, top, bottom, words: text.textContent };
      const corners = [left, right].flatMap((at) => [top, bottom].map((high) => Math.hypot(at - x, high - y)));
      const beyond = Math.max(...corners) - inside;
      if (beyond > 0) wrong.push(`${box.words}: ${beyond.toFixed(1)} beyond its edge of ${r}`);
      const covers = (other) => left < other.right && other.left < right && top < other.bottom && other.top < bottom;
      wrong.push(...boxes.filter(covers).map((other) => `${box.words} on ${other.words}`));
      boxes.push(box);
    }
  }
  return boxes.length ? wrong : ["no words at all"];
})()
"""
"""Letters reach 0.72 of their size above their line and 0.21 below it, in Arial as in the letters of the house."""


async def test_a_full_map_is_for_everyone(visit: Visit, site: RunningSite) -> None:
    ada = await visit()
    await look_around(ada.page, ada.url)
    await ada.go("/map")
    await ada.page.locator(".grid a").first.click()
    purpose = ada.page.url.rpartition("/")[2]
    await to_thread(_fill, site, purpose)

    await ada.go(f"/map/{purpose}")
    await ada.page.locator("summary").first.click()
    look = await examine(ada.page, status=200)

    assert await ada.page.locator("svg.map g").count() == MOST_AREAS
    assert await ada.page.locator("tbody tr").count() == MOST_AREAS
    assert look.found == {}


async def test_no_words_of_a_picture_reach_the_edge_of_their_disc_or_other_words(
    visit: Visit, site: RunningSite
) -> None:
    ada = await visit()
    await look_around(ada.page, ada.url)
    await ada.go("/map")
    await ada.page.locator(".grid a").first.click()
    await to_thread(_fill, site, ada.page.url.rpartition("/")[2])
    await ada.page.reload()
    names = sorted({name for purpose in Purpose for name in subjects(purpose)})
    wrong: list[str] = []
    for fonts in ("the letters of the house", "those of the system"):
        if fonts == "those of the system":
            await ada.page.evaluate(
                "document.documentElement.style.setProperty('--sans', \"'Liberation Sans', sans-serif\")"
            )
        for people, mine in product((5, 50, 500), (False, True)):
            for first in range(0, len(names), MOST_AREAS):
                shown = [[name] for name in names[first : first + MOST_AREAS]]
                await ada.page.locator("svg.map").evaluate(
                    "(map, drawn) => { map.outerHTML = drawn; }",
                    _drawn([*shown, *OWN_WORDS][-MOST_AREAS:], people, mine),
                )
                wrong += [f"{people} {mine} {fonts}: {line}" for line in await ada.page.evaluate(REACHING)]

    assert wrong == []


def _drawn(names: list[list[str]], people: int, mine: bool) -> str:  # noqa: FBT001
    areas = [AreaRead(place, name, [], people, []) for place, name in enumerate(names)]
    own = [MyPlace(UUID(int=place), "I.", place) for place in range(len(names))] if mine else []
    picture = picture_of(MapRead(Purpose.HOBBY, areas, None, 20, own, []))
    return str(environment().get_template("map/_picture.html").module.map_picture(picture, "hobby"))  # type: ignore[attr-defined]


def _fill(site: RunningSite, purpose: str) -> None:
    """As many areas as there can be, with long names and names from right to left."""
    [kept] = site.query("SELECT model FROM statement_vector LIMIT 1")
    site.execute("DELETE FROM interest_map WHERE purpose = $1", purpose)
    site.execute(
        "INSERT INTO interest_map (purpose, model, drawn_at, counts_until, mean) VALUES ($1, $2, now(), now(), $3)",
        purpose,
        kept["model"],
        bytes(4 * DIMENSIONS),
    )
    for place in range(MOST_AREAS):
        site.execute(
            "INSERT INTO interest_area (of_map, place, people, name, words, centre) VALUES "
            "($1, $2, $3, $4::jsonb, $4::jsonb, $5)",
            purpose,
            place,
            5 * 10 ** (place % 4),
            NAMES[place % len(NAMES)],
            np.roll(np.arange(DIMENSIONS, dtype="<f4"), 20 * place).tobytes(),
        )
