"""Lists in parts: where the next one is, and what they hold while rows come and go."""

from urllib.parse import parse_qs, urlsplit

import pytest
from httpx import AsyncClient

from api.accounts.schemas import Member
from tests.api.connections.making import make_connection, make_recipient
from tests.factories import as_member, make_member, make_statement
from tests.unlimited import lift_limits


@pytest.fixture
async def ada(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> Member:
    lift_limits(monkeypatch)
    member = await make_member("Ada", statements=["I mend old clocks.", "I keep bees.", "I bind books."])
    for _ in range(2):
        await make_member("Ben", statements=["I mend clocks as well."])
    for pair in range(2):
        await make_connection(member, await make_recipient(f"Cyd {pair}", pair=pair))
    return member


@pytest.mark.parametrize(
    "path",
    [
        "/me/statements?purpose=hobby",
        "/matches?purpose=hobby",
        "/connections",
        "/connection-requests?box=sent",
    ],
)
async def test_a_list_that_goes_on_links_to_its_next_part(client: AsyncClient, ada: Member, path: str) -> None:
    headers = await as_member(client, ada)
    first = await client.get(f"/api/v1{path}{'&' if '?' in path else '?'}limit=1", headers=headers)
    assert first.status_code == 200, first.text

    url = first.links["next"]["url"]
    asked = parse_qs(urlsplit(url).query)
    assert asked["cursor"] == [first.json()["next"]]
    assert asked["limit"] == ["1"]
    parts = [first]
    while "next" in parts[-1].links:
        parts.append(await client.get(parts[-1].links["next"]["url"], headers=headers))

    read = [item for part in parts for item in part.json()["items"]]
    assert parts[-1].json()["next"] is None
    assert read == (await client.get(f"/api/v1{path}", headers=headers)).json()["items"]
    assert len(read) == len(parts) >= 2


async def test_what_is_no_list_or_its_last_part_links_nowhere(client: AsyncClient, ada: Member) -> None:
    headers = await as_member(client, ada)
    await make_statement(ada, "I write letters.")

    for path in ("/me", "/me/statements", "/tokens"):
        assert "link" not in (await client.get(f"/api/v1{path}", headers=headers)).headers


async def test_head_says_where_the_next_part_is_too(client: AsyncClient, ada: Member) -> None:
    headers = await as_member(client, ada)
    read = await client.get("/api/v1/me/statements?limit=1", headers=headers)
    head = await client.head("/api/v1/me/statements?limit=1", headers=headers)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["link"] == read.headers["link"]
    assert head.headers["etag"] == read.headers["etag"]
