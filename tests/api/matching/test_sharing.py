"""Shares in the database: counted once a day from what was shown, and heeded by the next lists."""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

import pytest

from api.accounts.schemas import Member
from api.database import fetch
from api.matching import sharing
from api.matching.sharing import move_shares_on, shares_of
from api.profiles import services as profiles
from api.profiles.schemas import Purpose
from tests.api.matching.making import CHOIR, SPOONS, names
from tests.api.profiles.relations import ask
from tests.factories import make_member, make_statement
from tests.moved_clock import MovedClock

CHESS = "Chess problems from old newspapers"

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def counted_among_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four members are enough to share out, and only the first of a list counts as shown."""
    for name, value in {"LEAST_MEMBERS": 4, "LEAST_LISTS": 2, "SHOWN_FIRST": 1}.items():
        monkeypatch.setattr(sharing, name, value)


async def _four() -> list[Member]:
    """Ada and Ben suit each other, and so do Ada and Cyd, a little less; Dan suits nobody."""
    texts = {
        "Ada": [SPOONS, CHOIR],
        "Ben": [SPOONS, CHOIR],
        "Cyd": [SPOONS, "Chess by post"],
        "Dan": ["Formula One on the sofa every other Sunday"],
    }
    members = [await make_member(name, statements=said) for name, said in texts.items()]
    for member in members[:3]:
        assert await names(member)
    return members


async def _shares(members: list[Member]) -> list[int | None]:
    known = await shares_of([member.id for member in members], Purpose.HOBBY)
    return [known.get(member.id) for member in members]


async def test_shares_follow_what_was_shown(counted_among_few: None) -> None:
    members = await _four()

    moved = await move_shares_on()

    shares = await _shares(members)
    assert moved == sum(share != -3 for share in shares) >= 1
    assert {-2, -3} == set(shares)
    assert shares[3] == -3


async def test_shares_move_once_a_day(counted_among_few: None, moved_clock: MovedClock) -> None:
    members = await _four()
    await move_shares_on()
    first = await _shares(members)

    again = await move_shares_on()
    moved_clock.move(days=1)
    next_day = await move_shares_on()

    assert again == 0
    assert next_day == sum(share != -3 for share in first)
    assert max(share for share in await _shares(members) if share is not None) == -1


async def test_what_fails_in_the_middle_leaves_nothing_done(
    counted_among_few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = await _four()
    monkeypatch.setattr(sharing, "_WRITTEN_AT_ONCE", 1)
    with monkeypatch.context() as patch:
        patch.setattr(sharing, "_write", partial(_fail_when_one_is_written, sharing._write))
        with pytest.raises(ConnectionError):
            await move_shares_on()
    after_failing = await _shares(members)

    moved = await move_shares_on()

    assert after_failing == [None] * 4
    assert moved >= 1
    assert None not in await _shares(members)


async def _fail_when_one_is_written(
    write: Callable[[list[UUID], list[int]], Awaitable[None]], switched: list[UUID], shares: list[int]
) -> None:
    if await fetch("SELECT 1 FROM exposure"):
        raise ConnectionError
    await write(switched, shares)


async def test_lists_of_long_ago_do_not_count(counted_among_few: None, moved_clock: MovedClock) -> None:
    members = await _four()
    moved_clock.move(days=8)

    assert await move_shares_on() == 0
    assert await _shares(members) == [None] * 4


async def test_a_small_community_has_no_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "LEAST_LISTS", 2)
    members = await _four()

    assert await move_shares_on() == 0
    assert await _shares(members) == [None] * 4


async def test_who_has_much_to_answer_is_shown_less(counted_among_few: None) -> None:
    members = await _four()
    await fetch("UPDATE account SET request_capacity = 2 WHERE id = {}", members[3].id)
    await ask(members[0], members[3])

    await move_shares_on()

    assert (await _shares(members))[3] == -2


async def test_what_was_silently_refused_weighs_like_what_was_ignored(counted_among_few: None) -> None:
    members = await _four()
    ignoring, refusing, unasked = members[3], await make_member("Eve", statements=[CHESS]), await make_member("Fay")
    await make_statement(unasked, CHESS)
    await fetch("UPDATE account SET request_capacity = 2")
    await ask(members[0], ignoring)
    await ask(members[0], refusing, declined=True)

    await move_shares_on()

    assert await _shares([ignoring, refusing, unasked]) == [-2, -2, -3]


async def test_a_purpose_that_is_switched_off_leaves_no_share(counted_among_few: None) -> None:
    members = await _four()
    await move_shares_on()

    await profiles.switch_off_purpose(members[0], purpose=Purpose.HOBBY)

    assert (await _shares(members))[0] is None
    assert await fetch("SELECT count(*) AS n FROM exposure") == [{"n": 3}]


@pytest.mark.parametrize("less_shown", ["Ben", "Cyd"])
async def test_of_two_who_fit_alike_the_less_shown_is_first(less_shown: str) -> None:
    ada = await make_member("Ada", statements=[SPOONS])
    for name in ("Ben", "Cyd"):
        one = await make_member(name, statements=[SPOONS])
        await fetch(
            "INSERT INTO exposure (switched, share, counted_at) SELECT id, {}, now() FROM member_purpose "
            "WHERE member = {}",
            0 if name == less_shown else 1,
            one.id,
        )

    assert (await names(ada))[0] == less_shown
