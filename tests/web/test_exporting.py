"""Taking everything out by the pages: as data, and as a page that needs nothing else."""

import json
import re

from httpx import AsyncClient

from api.database import fetch
from api.privacy.data_map import data_map
from api.privacy.shown import PARTS
from tests.api.privacy.whole_life import make_whole_life
from tests.factories import make_member
from tests.moved_clock import MovedClock
from tests.web.browsing import browser_of
from web.export_words import PART_NAMES


async def test_everything_is_downloaded_as_data(client: AsyncClient) -> None:
    ada = await make_member("Ada", statements=["I knit lace shawls."])
    browser = await browser_of(client, ada)
    await browser.open("/settings/export")

    reply = await browser.press("Download it as data")

    assert reply.headers["content-disposition"].startswith('attachment; filename="wherefore-')
    assert reply.headers["cache-control"] == "no-store"
    assert [row["text"] for row in json.loads(reply.text)["parts"]["statements"]] == ["I knit lace shawls."]


async def test_everything_is_downloaded_as_a_page_that_needs_nothing_else(client: AsyncClient) -> None:
    life = await make_whole_life()
    await fetch("UPDATE account SET erased_at = NULL")
    browser = await browser_of(client, life.member)
    await browser.open("/settings/export")

    reply = await browser.press("Download it to read")

    text = reply.text
    assert reply.headers["content-type"].startswith("text/html")
    assert re.findall(r"(?:src|srcset|href)=\"(?!#)|<script|<link|url\(|@import", text) == []
    assert text.count("<h1") == 1
    assert set(re.findall(r'<section id="(\w+)"', text)) == set(PART_NAMES)
    for words in ("Bring it on Thursday, and a lamp.", "I keep silence on Sundays", "Has the clock of an aunt."):
        assert words in text
    assert [secret for secret in life.not_for_them if secret in text] == []


async def test_what_somebody_wrote_stays_words_on_the_page(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member("Ada", statements=["<script>alert(1)</script> & <b>bees</b>"]))
    await browser.open("/settings/export")

    reply = await browser.press("Download it to read")

    assert "<script" not in reply.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;bees" in reply.text


async def test_a_copy_is_given_only_to_who_proved_lately_who_they_are(
    client: AsyncClient, moved_clock: MovedClock
) -> None:
    browser = await browser_of(client, await make_member("Ada"))
    await browser.open("/settings/export")
    moved_clock.move(minutes=16)

    reply = await browser.press("Download it as data")
    await browser.open("/settings/export")

    assert (reply.status_code, "First, is it you?" in reply.text) == (403, True)
    assert browser.path == "/sign-in/again"


def test_every_part_has_a_name_in_plain_words() -> None:
    kept = {row.part for row in data_map().values() if row.part is not None and row.exported}

    assert set(PART_NAMES) == kept | set(PARTS) | {"consent_texts"}
