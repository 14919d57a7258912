"""What calls are sent and what they answer: JSON, and a clear word to whoever sends or wants something else."""

from collections.abc import AsyncIterator

import pytest
from httpx import AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from api.media_types import accepts
from tests.factories import as_member, make_member

ME = "/api/v1/me"


@pytest.mark.parametrize(
    ("field", "taken"),
    [
        ("*/*", True),
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("application/*;q=0.1", True),
        ("text/html, */*;q=0.8", True),
        ("text/html", False),
        ("application/json;q=0", False),
        ("*/*, application/json; q = 0.000", False),
        ("application/*;q=0, application/json", True),
        ("application/problem+json", False),
    ],
)
def test_the_most_specific_range_decides(field: str, taken: bool) -> None:  # noqa: FBT001
    assert accepts(field, "application/json") is taken


@given(st.text())
def test_whatever_is_sent_as_accept_is_read(field: str) -> None:
    assert accepts(f"{field}, */*", "application/json") in {True, False}


@pytest.fixture
async def headers(client: AsyncClient) -> dict[str, str]:
    return await as_member(client, await make_member())


async def test_who_takes_no_json_is_told_so_and_nothing_is_done(client: AsyncClient, headers: dict[str, str]) -> None:
    wants = headers | {"Accept": "text/html"}
    read = await client.get(ME, headers=wants)
    changed = await client.patch(ME, headers=wants, json={"pronouns": "she"})

    assert (read.status_code, changed.status_code) == (406, 406)
    assert read.json()["type"] == "/problems/not-acceptable"
    assert read.headers["content-type"] == "application/problem+json"
    assert (await client.get(ME, headers=headers)).json()["pronouns"] is None


async def test_events_are_for_whoever_takes_events(client: AsyncClient, headers: dict[str, str]) -> None:
    kinds = {"text/event-stream": 200, "*/*": 200, "application/json": 406}
    got = {kind: (await client.get("/api/v1/events", headers=headers | {"Accept": kind})).status_code for kind in kinds}

    assert got == kinds


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"Content-Type": "application/json"}, 200),
        ({"Content-Type": "Application/JSON;charset=utf-8"}, 200),
        ({}, 200),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415),
    ],
)
async def test_a_body_is_json_and_not_packed(
    client: AsyncClient, headers: dict[str, str], said: dict[str, str], status: int
) -> None:
    reply = await client.patch(ME, headers=headers | said, content=b'{"pronouns": "she"}')

    assert reply.status_code == status, reply.text
    if status == 415:
        assert reply.json()["type"] == "/problems/unsupported-media-type"
        assert reply.headers["accept"] == "application/json"


async def test_a_body_that_is_too_large_is_refused(client: AsyncClient, headers: dict[str, str]) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(101):
            yield b" " * 10_000

    for content in (b" " * 1_000_001, pieces()):
        reply = await client.patch(ME, headers=headers | {"Content-Type": "application/json"}, content=content)
        assert (reply.status_code, reply.json()["type"]) == (413, "/problems/too-large")
