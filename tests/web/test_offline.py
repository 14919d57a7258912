"""Without a connection: what browsers of members keep for then is ours, and nobody's."""

import json
import re

from httpx import AsyncClient

from tests.factories import make_member
from tests.web.browsing import browser_of
from web.static_files import static_files

FORGETTING = '"cache", "storage"'
"""`storage` takes the worker away as well (Clear Site Data, 3.1)."""


def kept_by(worker: str) -> list[str]:
    found = re.search(r"const KEPT = (\[.*\]);", worker)
    assert found
    return list(json.loads(found[1]))


async def test_the_worker_keeps_one_page_and_the_files_it_needs_and_nothing_else(client: AsyncClient) -> None:
    worker = await client.get("/service-worker.js")
    page = await client.get("/offline")

    kept = kept_by(worker.text)

    assert worker.headers["content-type"].startswith("text/javascript")
    assert "worker-src 'self'" in page.headers["content-security-policy"]
    assert kept[0] == "/offline"
    assert set(kept[1:]) <= {file.address for file in static_files().values()}
    shown = re.findall(r'<(?:script|link)[^>]* (?:src|href)="([^"]+\.(?:js|css|svg))"', page.text)
    assert set(shown) <= set(kept)
    assert len(shown) >= 3


async def test_the_worker_is_the_same_for_everybody_and_not_sent_twice(client: AsyncClient) -> None:
    for_nobody = await client.get("/service-worker.js")
    await browser_of(client, await make_member("Ada"))
    for_ada = await client.get("/service-worker.js")
    again = await client.get("/service-worker.js", headers={"If-None-Match": for_ada.headers["etag"]})

    assert for_ada.text == for_nobody.text
    assert again.status_code == 304


async def test_the_page_names_nobody_and_no_place_that_only_some_may_go_to(client: AsyncClient) -> None:
    text = (await client.get("/offline")).text

    assert 'data-member=""' in text
    assert {href for href in re.findall(r'<a [^>]*href="([^"]*)"', text) if href.startswith("/")} == {"/"}
