"""Style sheets and scripts: asked for once, and again only when they changed."""

import re

from httpx import AsyncClient


async def test_a_versioned_file_is_kept_for_ever(client: AsyncClient) -> None:
    [address, *_] = re.findall(r'href="(/static/css/[^"]+\?v=[0-9a-f]{12})"', (await client.get("/")).text)

    reply = await client.get(address)

    assert reply.status_code == 200
    assert "immutable" in reply.headers["cache-control"]


async def test_a_file_without_its_version_is_asked_for_each_time(client: AsyncClient) -> None:
    reply = await client.get("/static/css/tokens.css?v=000000000000")

    assert "immutable" not in reply.headers["cache-control"]


async def test_a_file_that_did_not_change_is_not_sent_again(client: AsyncClient) -> None:
    first = await client.get("/static/css/tokens.css")

    reply = await client.get("/static/css/tokens.css", headers={"If-None-Match": first.headers["etag"]})

    assert reply.status_code == 304
    assert reply.content == b""


async def test_a_packed_file_unpacks_to_the_same(client: AsyncClient) -> None:
    plain = await client.get("/static/css/tokens.css", headers={"Accept-Encoding": "identity"})
    packed = await client.get("/static/css/tokens.css", headers={"Accept-Encoding": "gzip"})

    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content


async def test_nothing_outside_the_folder_is_served(client: AsyncClient) -> None:
    for path in (
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/%00",
        "/static/" + "x" * 999,
        "/static/css",
    ):
        assert (await client.get(path)).status_code == 404, path
