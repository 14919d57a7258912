"""Pages over the wire: packed, and not sent again to whoever has them, without telling anybody anything."""

import gzip
from unittest.mock import AsyncMock

import brotli
import pytest
from httpx import AsyncClient
from litestar.types import Message, Receive, Scope, Send

from api.connections.schemas import ConnectionUpdate
from api.connections.services import update_note
from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from tests.factories import as_member, make_member
from tests.web.browsing import browser_of
from tests.web.conversing import connected
from web.delivery import MOST_PADDING, PADDING, delivering
from web.headers import ALWAYS

PUBLIC = (
    "/",
    "/how-matching-works",
    "/how-reasons-are-judged",
    "/privacy",
    "/safety",
    "/rules",
    "/accessibility",
    "/problems",
    "/problems/not-found",
    "/style",
    "/api/docs",
    "/join",
    "/sign-in",
)
PACKED = {"Accept-Encoding": "br"}
OWN = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}
OTHERS = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}


@pytest.mark.parametrize(("encoding", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
async def test_a_page_is_packed_and_holds_the_same(client: AsyncClient, encoding: str, unpack: object) -> None:
    plain = await client.get("/privacy", headers={"Accept-Encoding": "identity"})
    async with client.stream("GET", "/privacy", headers={"Accept-Encoding": encoding}) as reply:
        sent = b"".join([piece async for piece in reply.aiter_raw()])

    assert reply.headers["content-encoding"] == encoding
    assert int(reply.headers["content-length"]) == len(sent) < len(plain.content) / 2
    assert unpack(sent) == plain.content  # type: ignore[operator]
    assert "Accept-Encoding" in reply.headers["vary"]
    assert reply.headers["etag"] == plain.headers["etag"]


@pytest.mark.parametrize("path", PUBLIC)
async def test_a_public_page_that_a_browser_has_is_not_sent_again(client: AsyncClient, path: str) -> None:
    first = await client.get(path)

    again = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
    head = await client.head(path, headers={"If-None-Match": first.headers["etag"]})

    for reply in (again, head):
        assert (reply.status_code, reply.content) == (304, b"")
        assert {name: reply.headers[name] for name in ALWAYS} == ALWAYS
        assert {name: reply.headers[name] for name in ("etag", "cache-control", "vary")} == {
            name: first.headers[name] for name in ("etag", "cache-control", "vary")
        }
        assert reply.headers.keys().isdisjoint({"content-type", "content-encoding", "content-length"})
    assert first.headers["cache-control"] == "private, no-cache"


async def test_a_browser_without_sec_fetch_site_has_its_pages_too(client: AsyncClient) -> None:
    del client.headers["Sec-Fetch-Site"]
    first = await client.get("/sign-in")  # its form is bound to a cookie that comes with it
    second = await client.get("/sign-in")

    again = await client.get("/sign-in", headers={"If-None-Match": second.headers["etag"]})

    assert again.status_code == 304
    assert second.headers["etag"] == first.headers["etag"]
    client.cookies.clear()
    other = await client.get("/sign-in", headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200


async def test_what_a_member_is_shown_is_never_kept_nor_taken_for_what_another_has(client: AsyncClient) -> None:
    for_nobody = {path: (await client.get(path)).headers["etag"] for path in PUBLIC}
    await browser_of(client, await make_member("Ada"))

    for path in (*PUBLIC, "/home", "/me", "/settings"):
        known = {"If-None-Match": f"{for_nobody.get(path, '*')}, *"}
        reply = await client.get(path, headers=known, follow_redirects=True)
        assert reply.status_code == 200, path
        assert reply.headers["cache-control"] == "no-store", path
        assert "etag" not in reply.headers, path


@pytest.mark.parametrize("path", ["/home", "/privacy", "/nothing"])
async def test_the_length_of_a_members_page_tells_nothing_that_another_site_asked_for(
    client: AsyncClient, path: str
) -> None:
    await browser_of(client, await make_member("Ada"))
    own = await client.get(path, headers=PACKED | OWN)
    typed = await client.get(path, headers=PACKED | OWN | {"Sec-Fetch-Site": "none"})
    foreign = [
        await client.get(path, headers=PACKED | OWN | {"Sec-Fetch-Site": site}) for site in ("cross-site", "same-site")
    ]
    del client.headers["Sec-Fetch-Site"]
    unsaid = await client.get(path, headers=PACKED)

    assert [reply.headers.get("content-encoding") for reply in (own, typed)] == ["br", "br"]
    assert [reply.headers.get("content-encoding") for reply in (*foreign, unsaid)] == [None] * 3
    assert len({reply.headers["content-length"] for reply in foreign}) == 1


async def test_a_page_that_a_script_asks_for_again_because_somebody_wrote_is_not_packed(client: AsyncClient) -> None:
    await browser_of(client, await make_member("Ada"))

    reply = await client.get("/conversations", headers=PACKED | OWN | {"Sec-Fetch-Mode": "cors"})

    assert "content-encoding" not in reply.headers


async def test_how_well_a_page_packs_is_hidden_as_others_words_stand_beside_a_private_note(client: AsyncClient) -> None:
    ada, grace, connection_id = await connected()
    await update_note(ada, connection_id, change=ConnectionUpdate("Careful: I am afraid of him since March."))
    tokens = await as_member(client, ada), await as_member(client, ada)
    await browser_of(client, ada)
    page, call = f"/conversations/{connection_id}", f"/api/v1/connections/{connection_id}/messages"
    noise = []
    for number in range(30):
        await send_message(grace, connection_id, draft=MessageCreate(f"I am afraid of him {number}", send_anyway=True))
        noise.append(len((await client.get(page, headers=PACKED | OWN)).headers[PADDING]))

    client.cookies.clear()
    called = [await client.get(call, headers=PACKED | token) for token in tokens]
    unpacked = await client.get(call, headers=tokens[0] | {"Accept-Encoding": "identity"})
    visited = await client.get("/privacy", headers=PACKED)

    assert max(noise) - min(noise) > MOST_PADDING / 4
    assert max(noise) < MOST_PADDING
    assert len({reply.headers[PADDING] for reply in called}) == 1
    assert visited.headers["content-encoding"] == "br"
    assert PADDING not in visited.headers
    assert PADDING not in unpacked.headers


async def test_a_visitor_who_comes_by_a_link_gets_a_packed_page(client: AsyncClient) -> None:
    reply = await client.get("/", headers=PACKED | OTHERS)

    assert reply.headers["content-encoding"] == "br"


async def test_replies_to_programs_are_packed(client: AsyncClient) -> None:
    reply = await client.get("/api/v1/openapi.json", headers=PACKED)

    assert reply.headers["content-encoding"] == "br"
    assert reply.json()["openapi"]


@pytest.mark.parametrize("path", ["/nothing", "/problems/nothing"])
async def test_a_problem_page_is_sent_every_time(client: AsyncClient, path: str) -> None:
    reply = await client.get(path, headers={"If-None-Match": "*"})

    assert reply.status_code == 404
    assert "etag" not in reply.headers


async def test_news_go_out_piece_by_piece_as_they_come() -> None:
    sent: list[tuple[str, object]] = []

    async def news(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        assert len(sent) == 1
        await send({"type": "http.response.body", "body": b"data: 1\n\n", "more_body": True})
        assert len(sent) == 2

    async def send(message: Message) -> None:
        sent.append((message["type"], message.get("body")))

    scope = {"type": "http", "method": "GET", "headers": [(b"accept-encoding", b"br")]}
    await delivering(news)(scope, AsyncMock(), send)  # type: ignore[arg-type]

    assert sent == [("http.response.start", None), ("http.response.body", b"data: 1\n\n")]
