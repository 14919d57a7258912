"""A site says that it is busy when many wait for long, and never because one look was slow."""

import asyncio

import pytest

from api import encoding
from api.encoding import FEW, LONGEST_TURN, check_not_busy, encoder
from api.errors import BusyError


async def _while_so_many_wait(many: int) -> None:
    waiting = [asyncio.create_task(encoder().encode(["A few bees."] * 20)) for _ in range(many)]
    await asyncio.sleep(0)
    try:
        await check_not_busy()
    finally:
        await asyncio.gather(*waiting)


async def test_few_may_wait_however_slow_the_machine_is(monkeypatch: pytest.MonkeyPatch) -> None:
    await encoder().start()
    monkeypatch.setattr(type(encoder()), "seconds_a_turn", property(lambda _: 2 * LONGEST_TURN))

    await _while_so_many_wait(FEW)
    with pytest.raises(BusyError):
        await _while_so_many_wait(FEW + 1)


async def test_many_may_wait_where_a_turn_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    await encoder().start()
    monkeypatch.setattr(type(encoder()), "seconds_a_turn", property(lambda _: LONGEST_TURN))

    await _while_so_many_wait(10 * FEW)

    assert not encoding.is_busy()
