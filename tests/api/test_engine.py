"""Statements are put together by shape as Piccolo would do it, and a database that cannot be heard is given up."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from piccolo.querystring import QueryString

from api import engine
from tests.line import Fault, Line

plain = st.integers(0, 9) | st.text("ab{}", max_size=3) | st.none()
templates = st.lists(st.sampled_from(["a", "b = ", "(", ""]), min_size=1, max_size=4)


@st.composite
def queries(draw: st.DrawFn, depth: int = 2) -> QueryString:
    """Something with a value or a part between each two of its words."""
    words = draw(templates)
    part = plain if depth == 0 else plain | queries(depth - 1)
    return QueryString("{}".join(words), *[draw(part) for _ in words[1:]])


def again(query: QueryString) -> QueryString:
    """The same, without what was kept of it."""
    return QueryString(query.template, *[again(arg) if isinstance(arg, QueryString) else arg for arg in query.args])


@given(st.lists(queries(), min_size=1, max_size=8))
def test_a_statement_of_a_known_shape_reads_as_piccolo_would_write_it(several: list[QueryString]) -> None:
    for query in (*several, *[again(query) for query in several]):
        expected = again(query).compile_string()

        engine.put_together(query)

        assert query.compile_string() == expected


def test_only_so_many_shapes_are_kept() -> None:
    for number in range(engine._MOST_SHAPES + 5):
        engine.put_together(QueryString(f"SELECT {number}"))

    assert len(engine._put_together) <= engine._MOST_SHAPES


@pytest.fixture
async def far(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[engine.Engine, Line]]:
    """An engine with two connections, and its line to the database."""
    with Line(os.environ["WHEREFORE_DATABASE_URL"]) as line:
        monkeypatch.setattr(engine, "_url", lambda: line.url)
        made = engine.Engine()
        await made.start_connection_pool(min_size=0, max_size=2)
        yield made, line
        assert made.pool is not None
        made.pool.terminate()


@contextmanager
def impatient() -> Iterator[None]:
    """Make requests wait for moments only, while something is broken."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "SECONDS_FOR_A_REPLY", 0.5)
        patch.setattr(engine, "SECONDS_FOR_A_CONNECTION", 0.5)
        yield


async def ask(made: engine.Engine) -> object:
    [row] = await made.run_querystring(QueryString("SELECT 42 AS answer"))
    return row["answer"]


async def ask_within_a_transaction(made: engine.Engine) -> object:
    async with made.transaction():
        return await ask(made)
    raise AssertionError  # a transaction swallows nothing


@pytest.mark.parametrize("way", [ask, ask_within_a_transaction])
async def test_a_line_that_hangs_is_given_up_and_the_pool_is_whole_afterwards(
    far: tuple[engine.Engine, Line], way: Callable[[engine.Engine], Awaitable[object]]
) -> None:
    made, line = far
    assert [await way(made), await way(made)] == [42, 42]

    line.suffer(Fault.HELD)
    with impatient():
        said = await asyncio.gather(*[way(made) for _ in range(6)], return_exceptions=True)
    line.suffer(Fault.NONE)

    assert [type(error) for error in said] == [engine.DatabaseUnavailableError] * 6
    assert await asyncio.gather(*[way(made) for _ in range(4)]) == [42] * 4


async def test_a_line_that_hangs_in_the_middle_of_a_transaction_is_given_up(far: tuple[engine.Engine, Line]) -> None:
    made, line = far

    async def ask_and_lose_the_line() -> None:
        async with made.transaction():
            await ask(made)
            line.suffer(Fault.HELD)
            patience.enter_context(impatient())

    with pytest.raises(engine.DatabaseUnavailableError), ExitStack() as patience:
        await ask_and_lose_the_line()
    line.suffer(Fault.NONE)
    assert await asyncio.gather(*[ask_within_a_transaction(made) for _ in range(4)]) == [42] * 4


async def test_a_request_waits_for_a_connection_no_longer_than_helps(far: tuple[engine.Engine, Line]) -> None:
    made, _ = far
    taken, over = [asyncio.Event(), asyncio.Event()], asyncio.Event()

    async def take(event: asyncio.Event) -> None:
        async with made.transaction():
            event.set()
            await over.wait()

    takers = [asyncio.create_task(take(event)) for event in taken]
    await asyncio.gather(*[event.wait() for event in taken])
    with pytest.raises(engine.DatabaseUnavailableError), impatient():
        await ask(made)
    over.set()
    await asyncio.gather(*takers)
    assert await ask(made) == 42


async def test_a_statement_that_takes_too_long_is_stopped_whoever_set_up_the_database(
    far: tuple[engine.Engine, Line],
) -> None:
    [row] = await far[0].run_querystring(QueryString("SHOW statement_timeout"))

    assert row["statement_timeout"] == f"{engine.SECONDS_FOR_A_STATEMENT}s"


async def test_a_statement_is_planned_once_however_often_it_is_asked(far: tuple[engine.Engine, Line]) -> None:
    made, _ = far
    ours = "SELECT 43 AS answer FROM pg_class WHERE oid = ANY({}::oid[])"
    async with made.transaction():
        for number in range(8):
            await made.run_querystring(QueryString(ours, [number]))
        [plans] = await made.run_querystring(
            QueryString(
                "SELECT sum(generic_plans) AS once, sum(custom_plans) AS anew FROM pg_prepared_statements "
                "WHERE statement LIKE 'SELECT 43 AS answer%'"
            )
        )

    assert (plans["once"], plans["anew"]) == (8, 0)
