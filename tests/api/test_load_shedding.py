"""When there is more to do than can be done soon, what comes on top is refused, and nobody else takes a place."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient, Response

from api.errors import LONGEST_WAIT
from api.load_shedding import (
    LEAST_PART,
    LEAST_SHARE,
    MOST_READS,
    MOST_WRITES,
    SHARES,
    shedding_load,
)
from api.refusals import as_problem
from tests.application import application


class Working:
    """An application that is at work on every request until it is told to answer."""

    def __init__(self) -> None:
        self.may_answer, self.began = asyncio.Event(), 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while (await receive())["more_body"]:
            pass
        self.began += 1
        if scope["path"] == "/stream":
            await send({"type": "http.response.start", "status": 200, "headers": []})
        if scope["path"] == "/fault":
            raise RuntimeError
        await self.may_answer.wait()
        if scope["path"] != "/stream":
            await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class Slow:
    """A body whose end never comes."""

    began = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        Slow.began += 1
        yield b"{"
        await asyncio.Event().wait()


@pytest.fixture
def working(anyio_backend: str) -> Working:
    return Working()


@pytest.fixture
async def visitor(working: Working) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(shedding_load(working, refusal=as_problem))  # type: ignore[arg-type]
    async with AsyncClient(transport=transport, base_url="http://here.example") as visitor:
        yield visitor


@pytest.fixture
async def others(working: Working) -> AsyncIterator[list[AsyncClient]]:
    """Four from elsewhere, each from another network address."""
    app = shedding_load(working, refusal=as_problem)
    transports = [ASGITransport(app, client=(f"192.0.2.{number}", 1)) for number in range(1, 5)]  # type: ignore[arg-type]
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(AsyncClient(transport=transport, base_url="http://here.example"))
            for transport in transports
        ]


@asynccontextmanager
async def many(visitor: AsyncClient, count: int, method: str, path: str, **sent: Any) -> AsyncIterator[None]:
    """So many requests that go on for as long as this lasts."""
    tasks = [asyncio.create_task(visitor.request(method, path, **sent)) for _ in range(count)]
    for _ in range(5):  # each turn of the loop takes every one a step further
        await asyncio.sleep(0)
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_reading_is_refused_before_writing_and_everybody_is_told_when_to_come_back(
    working: Working, visitor: AsyncClient
) -> None:
    async with many(visitor, MOST_READS, "POST", "/"):
        refused = await visitor.get("/")
        async with many(visitor, MOST_WRITES - MOST_READS, "POST", "/"):
            assert working.began == MOST_WRITES
            not_written = await visitor.post("/")

    for reply in (refused, not_written):
        assert (reply.status_code, reply.json()["type"]) == (503, "/problems/busy")
        assert 1 <= int(reply.headers["Retry-After"]) <= LONGEST_WAIT


async def test_all_goes_on_as_soon_as_there_is_less_to_do(working: Working, visitor: AsyncClient) -> None:
    async with many(visitor, MOST_WRITES, "POST", "/"):
        assert (await visitor.get("/")).status_code == 503
        working.may_answer.set()
        await asyncio.sleep(0.01)

        replies = [await visitor.get("/") for _ in range(3)]

    assert [reply.status_code for reply in replies] == [200] * 3


async def test_one_network_address_takes_a_third_of_the_places_and_leaves_the_rest_to_others(
    working: Working, others: list[AsyncClient]
) -> None:
    greedy, *rest = others

    async with many(greedy, 2 * MOST_READS, "GET", "/"):
        assert working.began == MOST_READS // SHARES
        async with many(greedy, 2 * MOST_WRITES, "POST", "/"):
            assert working.began == MOST_WRITES // SHARES
            async with many(rest[0], 1, "GET", "/"), many(rest[1], 1, "POST", "/"):
                assert working.began == MOST_WRITES // SHARES + 2
    working.may_answer.set()

    assert (await greedy.get("/")).status_code == 200


async def test_who_asks_without_end_whether_the_process_is_ready_takes_a_share_and_others_are_told(
    working: Working, others: list[AsyncClient]
) -> None:
    greedy, *rest = others

    async with many(greedy, 2 * MOST_READS, "GET", "/readyz"):
        assert working.began == MOST_READS // SHARES
        async with many(rest[0], MOST_READS, "GET", "/"), many(rest[1], MOST_READS, "GET", "/"):
            assert working.began == MOST_READS
            async with many(rest[2], 1, "GET", "/readyz"):
                assert working.began == MOST_READS + 1


async def test_all_addresses_together_have_no_more_than_all_places(working: Working, others: list[AsyncClient]) -> None:
    async with AsyncExitStack() as stack:
        for one in others:
            await stack.enter_async_context(many(one, MOST_READS, "GET", "/"))

        assert working.began == MOST_READS


async def test_while_requests_take_long_fewer_are_worked_on_and_places_are_won_back(
    working: Working, visitor: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    working.may_answer.set()
    with monkeypatch.context() as slow:
        slow.setattr("api.load_shedding.LONGEST_WORK", 0)  # every request takes longer
        for _ in range(20):
            await visitor.get("/")
    working.may_answer.clear()

    least = int(MOST_READS * LEAST_PART)
    async with many(visitor, MOST_READS, "GET", "/"):
        assert working.began == 20 + least
    working.may_answer.set()
    for _ in range(100):
        assert (await visitor.get("/")).status_code == 200
    working.may_answer.clear()
    async with many(visitor, 2 * MOST_READS, "GET", "/"):
        assert working.began == 20 + least + 100 + MOST_READS


async def test_one_address_keeps_nobody_out_while_there_are_few_places(
    working: Working, others: list[AsyncClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests that wait for each other, such as sign-ins, make places few and then stand in all of them."""
    greedy, *rest = others
    working.may_answer.set()
    with monkeypatch.context() as slow:
        slow.setattr("api.load_shedding.LONGEST_WORK", 0)
        for _ in range(20):
            await greedy.get("/")
    working.may_answer.clear()
    few = int(MOST_READS * LEAST_PART)

    async with many(greedy, MOST_WRITES, "POST", "/"):
        assert working.began == 20 + LEAST_SHARE == 20 + few
        async with many(rest[0], 2 * few, "GET", "/"), many(rest[1], 2 * few, "GET", "/"):
            assert working.began == 20 + 3 * LEAST_SHARE
            async with many(rest[2], few, "GET", "/"):
                assert working.began == 20 + 3 * LEAST_SHARE + few - 3 * (few // SHARES)


async def test_whoever_gives_up_and_whatever_fails_leaves_its_place(working: Working, visitor: AsyncClient) -> None:
    async with many(visitor, MOST_WRITES, "POST", "/"):
        pass
    for _ in range(MOST_WRITES):
        with pytest.raises(RuntimeError):
            await visitor.post("/fault")

    working.may_answer.set()
    assert (await visitor.get("/")).status_code == 200


async def test_open_streams_take_nobodys_place(working: Working, visitor: AsyncClient) -> None:
    async with many(visitor, 2 * MOST_WRITES, "GET", "/stream"):
        assert working.began == 2 * MOST_WRITES
        working.may_answer.set()
        assert (await visitor.get("/")).status_code == 200


async def test_what_is_sent_slowly_takes_nobodys_place(working: Working, visitor: AsyncClient) -> None:
    async with many(visitor, 2 * MOST_WRITES, "POST", "/", content=Slow()):
        assert working.began == 0
        assert Slow.began == 2 * MOST_WRITES
        working.may_answer.set()
        assert (await visitor.get("/")).status_code == 200


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is room for nothing."""
    monkeypatch.setattr("api.load_shedding.MOST_READS", 0)
    monkeypatch.setattr("api.load_shedding.MOST_WRITES", 0)


async def ask(method: str, path: str) -> Response:
    async with AsyncClient(transport=ASGITransport(application()), base_url="http://localhost") as visitor:  # type: ignore[arg-type]
        return await visitor.request(method, path)


@pytest.mark.usefixtures("full")
async def test_a_person_gets_a_page_that_says_what_to_do_and_a_program_a_problem() -> None:
    page, call = await ask("GET", "/home"), await ask("POST", "/api/v1/tokens")

    assert (page.status_code, call.status_code) == (503, 503)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "press the reload button" in page.text
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == call.headers["Cache-Control"] == "no-store"
    assert call.json()["type"] == "/problems/busy"
    assert all(int(reply.headers["Retry-After"]) >= 1 for reply in (page, call))


@pytest.mark.usefixtures("full")
async def test_machines_still_learn_that_the_process_lives() -> None:
    assert (await ask("GET", "/healthz")).status_code == 200
