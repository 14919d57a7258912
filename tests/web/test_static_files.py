"""Style sheets and scripts: asked for once, and again only when they changed."""

import gzip
import re
from urllib.parse import urljoin

import brotli
import pytest
from httpx import AsyncClient

from web.static_files import BUNDLES, SHEETS, STATIC, static, static_files
from web.static_files import SHEET as SHEET_NAME

SHEET = static(SHEET_NAME)
PLAIN = {"Accept-Encoding": "identity"}


async def test_every_file_that_a_page_names_is_kept_for_ever(client: AsyncClient) -> None:
    page = (await client.get("/sign-in")).text
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)

    replies = [await client.get(address) for address in addresses]

    assert len(addresses) >= 4
    assert {reply.status_code for reply in replies} == {200}
    assert {reply.headers["cache-control"] for reply in replies} == {"public, max-age=31536000, immutable"}


@pytest.mark.parametrize(
    "old", ["/static/css/wherefore.0123456789ab.css", "/static/css/wherefore.css", "/static/css/wherefore.css?v=0"]
)
async def test_a_page_of_another_version_finds_its_files_and_keeps_none_of_them_under_their_old_names(
    client: AsyncClient, old: str
) -> None:
    reply = await client.get(old)

    assert reply.status_code == 302
    assert urljoin(str(reply.url), reply.headers["location"]).endswith(SHEET)
    assert reply.headers["cache-control"] == "no-store"
    assert "h1" in (await client.get(reply.headers["location"])).text


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0, gzip;q=0.1", "gzip"),
        ("*", "br"),
        ("*;q=0.5, br;q=0", "gzip"),
        ("br;q=0.2, identity;q=0.9", None),
        ("br;q=x, zstd", None),
        ("", None),
    ],
)
async def test_a_browser_gets_what_it_likes_best(client: AsyncClient, wanted: str, sent: str | None) -> None:
    reply = await client.get(SHEET, headers={"Accept-Encoding": wanted})

    assert reply.headers.get("content-encoding") == sent
    assert reply.headers["vary"] == "Accept-Encoding"
    assert reply.text == (await client.get(SHEET, headers=PLAIN)).text


def test_every_form_of_every_file_holds_the_same() -> None:
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}

    assert {
        (name, encoding)
        for name, file in static_files().items()
        for encoding, packed in file.forms.items()
        if unpack[encoding](packed) != file.forms["identity"]
    } == set()
    assert set(static_files()["js/wherefore.js"].forms) == set(unpack)


def test_every_sheet_of_the_folder_is_on_every_page() -> None:
    assert {f"css/{path.name}" for path in (STATIC / "css").iterdir()} == set(SHEETS)


def test_what_is_sent_as_one_comes_without_the_words_that_are_for_us() -> None:
    sheet = static_files()[SHEET_NAME].forms["identity"]

    assert b"/*" not in sheet
    assert len(sheet) < sum(len((STATIC / name).read_bytes()) for name in SHEETS) * 0.85
    for bundle, scripts in BUNDLES.items():
        script = static_files()[bundle].forms["identity"]
        assert re.search(rb"^\s*//", script, flags=re.MULTILINE) is None
        assert len(script) < sum(len((STATIC / name).read_bytes()) for name in scripts) * 0.75


def test_visitors_get_no_script_that_is_for_members_alone() -> None:
    visitors, members = BUNDLES.values()

    assert members[: len(visitors)] == visitors
    assert {"js/live.js", "js/messages.js", "js/keeping.js"} == set(members) - set(visitors)


def test_the_script_of_every_page_uses_nothing_that_costs_a_cheap_phone_a_tenth_of_a_second_to_begin() -> None:
    for bundle in BUNDLES:
        code = re.sub(rb"^\s*//.*$", b"", static_files()[bundle].forms["identity"], flags=re.MULTILINE)

        assert b"data-moment" in code
        assert re.findall(rb"\bIntl\b|toLocale\w*String", code) == []


@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
async def test_a_file_that_a_browser_has_is_not_sent_again(client: AsyncClient, encoding: str) -> None:
    first = await client.get(SHEET, headers={"Accept-Encoding": encoding})
    other = await client.get(SHEET, headers={"Accept-Encoding": "identity" if encoding != "identity" else "br"})

    for known in (first.headers["etag"], f'"x", W/{first.headers["etag"]}', "*"):
        reply = await client.get(SHEET, headers={"Accept-Encoding": encoding, "If-None-Match": known})
        assert (reply.status_code, reply.content) == (304, b"")
        assert reply.headers["etag"] == first.headers["etag"]
        assert reply.headers["cache-control"] == first.headers["cache-control"]
    assert other.headers["etag"] != first.headers["etag"]
    assert (
        await client.get(SHEET, headers={"Accept-Encoding": encoding, "If-None-Match": other.headers["etag"]})
    ).status_code == 200


async def test_head_says_how_much_would_come(client: AsyncClient) -> None:
    got, head = await client.get(SHEET), await client.head(SHEET)

    assert head.content == b""
    assert {name: head.headers[name] for name in ("content-length", "content-encoding", "etag")} == {
        name: got.headers[name] for name in ("content-length", "content-encoding", "etag")
    }


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-9", 0, 10), ("bytes=5-", 5, None), ("bytes=-7", -7, None), ("bytes=3-9999999", 3, None)],
)
async def test_who_was_cut_off_goes_on_where_they_were(
    client: AsyncClient, asked: str, first: int, last: int | None
) -> None:
    whole = await client.get(SHEET, headers=PLAIN)

    part = await client.get(SHEET, headers=PLAIN | {"Range": asked, "If-Range": whole.headers["etag"]})

    assert part.status_code == 206
    assert part.content == whole.content[first:last]
    start = first % len(whole.content)
    assert part.headers["content-range"] == f"bytes {start}-{start + len(part.content) - 1}/{len(whole.content)}"


async def test_a_part_that_fits_nothing_is_refused_or_answered_with_everything(client: AsyncClient) -> None:
    size = len((await client.get(SHEET, headers=PLAIN)).content)
    beyond = await client.get(SHEET, headers=PLAIN | {"Range": f"bytes={size}-"})
    changed = await client.get(SHEET, headers=PLAIN | {"Range": "bytes=0-9", "If-Range": '"older"'})
    replies = [await client.get(SHEET, headers=PLAIN | {"Range": odd}) for odd in ("lines=1-2", "bytes=9-2", "bytes=a")]

    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    assert [(reply.status_code, len(reply.content)) for reply in [changed, *replies]] == [(200, size)] * 4


async def test_nothing_outside_the_folder_is_served(client: AsyncClient) -> None:
    for path in (
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/%00",
        "/static/" + "x" * 999,
        "/static/css",
        "/static/css/nothing.0123456789ab.css",
    ):
        assert (await client.get(path)).status_code == 404, path
