"""A full map is for everyone: to read, to hear, by keyboard, and at any width."""

from asyncio import to_thread

import numpy as np
import pytest

from embeddings.areas import MOST_AREAS
from scripts.screenshots import look_around
from tests.browser.conftest import Visit
from tests.browser.seeing import examine
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser

DIMENSIONS = 384
NAMES = (
    '["words and where they come from"]',
    '["Vergissmeinnicht", "Donaudampfschiff"]',
    '["موسيقى"]',
    "[]",
    '["birds"]',
)


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
