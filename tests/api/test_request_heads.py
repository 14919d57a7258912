"""What stands before the body of a request holds nobody up and leaves nothing behind, however long it is."""

import time
from typing import Any

import pytest
from httpx import AsyncClient

from api.authentication import cookie_name
from api.request_heads import LONGEST_QUERY, MOST_COOKIES, MOST_IN_A_QUERY, bounding_heads

OWN = f"{cookie_name()}-notice=told; {cookie_name()}=key"


async def headers_that_arrive(*sent: tuple[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    arrived: list[tuple[bytes, bytes]] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        arrived.extend(scope["headers"])

    scope: Any = {"type": "http", "query_string": b"", "headers": list(sent)}
    await bounding_heads(app)(scope, None, None)  # type: ignore[arg-type]
    return arrived


async def test_a_cookie_of_many_backslashes_holds_nobody_up(client: AsyncClient) -> None:
    before = time.process_time()

    answer = await client.get("/healthz", headers={"Cookie": f'{cookie_name()}="' + "\\" * 60_000 + '"'})

    assert answer.status_code == 200
    assert time.process_time() - before < 2  # it was 16 s, in which nobody else is answered


LONG_QUERIES = ["next=/quotas&a=" + "b" * LONGEST_QUERY, "&".join(["next=/quotas", *"a" * MOST_IN_A_QUERY])]


@pytest.mark.parametrize("query", LONG_QUERIES)
async def test_an_address_that_goes_on_for_long_is_refused_before_it_is_taken_apart(
    client: AsyncClient, query: str
) -> None:
    answer = await client.get(f"/api/v1/places?{query}")

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert "too long" in answer.json()["detail"]


@pytest.mark.parametrize("query", LONG_QUERIES)
async def test_a_page_is_shown_as_it_is_without_what_is_too_long(client: AsyncClient, query: str) -> None:
    long, short = await client.get(f"/sign-in?{query}"), await client.get("/sign-in?next=/quotas")

    assert long.status_code == short.status_code == 200
    assert "/quotas" in short.text
    assert "/quotas" not in long.text


async def test_cookies_of_others_on_the_same_domain_go_no_further_and_ours_do() -> None:
    others = 'theme="dark\\"; __utm=1;;' + "a=b;" * 5_000

    arrived = await headers_that_arrive((b"cookie", others.encode()), (b"accept", b"*/*"), (b"Cookie", OWN.encode()))

    assert arrived == [(b"accept", b"*/*"), (b"cookie", OWN.encode())]


async def test_no_more_of_our_own_cookies_are_taken_than_there_are() -> None:
    made_up = "; ".join(f"{cookie_name()}{number}=x" for number in range(3_000))

    [(_, cookies)] = await headers_that_arrive((b"cookie", made_up.encode()))

    assert cookies.count(b"=") == MOST_COOKIES


async def test_a_request_without_cookies_of_ours_carries_none() -> None:
    assert await headers_that_arrive((b"cookie", b"theme=dark")) == []
