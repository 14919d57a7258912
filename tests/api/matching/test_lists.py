"""When stored lists change, and what never changes them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from api import clock
from api.accounts.schemas import Member
from api.database import fetch, fetch_one
from api.matching import freshness, lists, queries, ranking
from api.matching.candidates import owners_of, read_pool
from api.moderation.services import block_member
from api.privacy.erasure import erase
from api.profiles import services as profiles
from api.profiles.me import update_me
from api.profiles.queries import my_statements
from api.profiles.schemas import Audience, MeUpdate, Purpose, PurposeSwitch, StatementUpdate
from api.profiles.visibility import can_see_member
from tests.api.matching.making import (
    CHOIR,
    MOTORCYCLES,
    SAME_CHOIR,
    SAME_SPOONS,
    SPOONS,
    be_blocked,
    names,
    pause,
    suspend,
)
from tests.api.profiles import relations
from tests.factories import make_member, make_statement
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")

LEEDS = 2644688
_HIDDEN = StatementUpdate(audience=Audience.NOBODY)


async def received(viewer: Member) -> bytes:
    """Every byte of a viewer's list as it would be sent, computed anew."""
    await fetch("DELETE FROM match_list WHERE viewer = {}", viewer.id)
    return msgspec.json.encode(await queries.matches(viewer, purpose=Purpose.HOBBY, limit=100))


@pytest.fixture
def long_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list counts as a long one, which is kept for an hour."""
    monkeypatch.setattr(freshness, "FEW_ENTRIES", 0)


async def test_on_a_short_list_a_newcomer_shows_at_once() -> None:
    ada = await make_member("Ada", statements=[SPOONS])
    assert await names(ada) == []

    await make_member("Ben", statements=[SAME_SPOONS])

    assert await names(ada) == ["Ben"]


OTHERS_CHANGES: dict[str, tuple[bool, Callable[[Member, UUID, Member], Awaitable[object]]]] = {
    "change": (True, lambda ben, own, _: profiles.change_statement(ben, own, change=StatementUpdate(text=SPOONS))),
    "hide": (True, lambda ben, own, _: profiles.change_statement(ben, own, change=_HIDDEN)),
    "delete": (True, lambda ben, own, _: profiles.delete_statement(ben, own)),
    "move": (True, lambda ben, *_: update_me(ben, change=MeUpdate(place_id=LEEDS))),
    "pause": (True, lambda ben, *_: update_me(ben, change=MeUpdate(paused_until=clock.now() + timedelta(days=3)))),
    "switch off": (True, lambda ben, *_: profiles.switch_off_purpose(ben, purpose=Purpose.HOBBY)),
    "block": (True, lambda ben, _, ada: block_member(ben, ada.id)),
    "leave": (True, lambda ben, *_: erase(ben.id)),
    "a name": (False, lambda ben, *_: update_me(ben, change=MeUpdate(display_name="Benjamin"))),
    "room for requests": (False, lambda ben, *_: update_me(ben, change=MeUpdate(request_capacity=2))),
    "another purpose": (False, lambda ben, *_: profiles.switch_off_purpose(ben, purpose=Purpose.INTEREST)),
}


@pytest.mark.parametrize("change", OTHERS_CHANGES)
async def test_a_short_list_is_computed_anew_after_what_alters_it_and_nothing_else(
    change: str, moved_clock: MovedClock
) -> None:
    ada = await make_member("Ada", statements=[CHOIR])
    ben = await make_member("Ben", purposes=[Purpose.HOBBY, Purpose.INTEREST], statements=[SAME_CHOIR])
    [own] = (await my_statements(ben)).items
    assert await names(ada) == ["Ben"]
    alters, done = OTHERS_CHANGES[change]

    moved_clock.move(seconds=1)
    await done(ben, own.id, ada)
    await names(ada)

    assert (await fetch("SELECT computed_at FROM match_list") == [{"computed_at": moved_clock.now()}]) is alters


async def test_on_a_long_list_a_newcomer_shows_after_a_day(long_list: None, moved_clock: MovedClock) -> None:
    ada = await make_member("Ada", statements=[SPOONS])
    await names(ada)
    await make_member("Ben", statements=[SAME_SPOONS])

    moved_clock.move(hours=24)
    assert await names(ada) == []
    moved_clock.move(seconds=1)
    assert await names(ada) == ["Ben"]


async def test_an_old_list_is_kept_while_nothing_changes(moved_clock: MovedClock) -> None:
    ada, _ = await make_member("Ada", statements=[SPOONS]), await make_member("Ben", statements=[SAME_SPOONS])
    await names(ada)
    before = await fetch("SELECT * FROM match_list")

    moved_clock.move(hours=20)
    await names(ada)

    assert await fetch("SELECT * FROM match_list") == before


@pytest.mark.parametrize("edit", ["add", "change", "hide", "delete", "switch"])
async def test_own_edits_show_at_once(edit: str, long_list: None) -> None:
    ada = await make_member("Ada", statements=[SPOONS])
    chosen = await make_statement(ada, CHOIR)
    await make_member("Ben", statements=[MOTORCYCLES if edit in {"add", "change"} else "I sing in a village choir"])
    before = await names(ada)

    if edit == "add":
        await make_statement(ada, "I mend motorcycles")
    elif edit == "change":
        await profiles.change_statement(ada, chosen.id, change=StatementUpdate(text="I mend motorcycles"))
    elif edit == "hide":
        await profiles.change_statement(ada, chosen.id, change=StatementUpdate(audience=Audience.NOBODY))
    elif edit == "delete":
        await profiles.delete_statement(ada, chosen.id)
    else:
        await make_member("Cyd", statements=["I sing in a village choir"])
        await profiles.switch_off_purpose(ada, purpose=Purpose.HOBBY)
        await profiles.switch_on_purpose(ada, purpose=Purpose.HOBBY, switch=PurposeSwitch())

    expected = {"add": ([], ["Ben"]), "change": ([], ["Ben"]), "switch": (["Ben"], ["Ben", "Cyd"])}
    after = await names(ada)
    assert (before, sorted(after)) == expected.get(edit, (["Ben"], []))


async def test_own_edits_show_at_once_twenty_times_a_day(long_list: None, moved_clock: MovedClock) -> None:
    ada = await make_member("Ada", statements=[SPOONS])
    statement = await make_statement(ada, "Edit 0")
    await names(ada)
    computed = []
    for number in range(22):
        moved_clock.move(seconds=1)
        await profiles.change_statement(ada, statement.id, change=StatementUpdate(text=f"Edit {number + 1}"))
        await names(ada)
        row = await fetch_one("SELECT computed_at FROM match_list")
        assert row is not None
        computed.append(row["computed_at"] == moved_clock.now())

    assert computed == [True] * 20 + [False] * 2
    moved_clock.move(days=1)
    await names(ada)
    assert await fetch("SELECT own_edits FROM match_list") == [{"own_edits": 1}]


async def test_further_pages_go_on_in_the_list_as_it_was_begun() -> None:
    ada = await make_member("Ada", statements=[SPOONS])
    others = {(await make_member(f"B{number}", statements=[SAME_SPOONS])).id for number in range(3)}
    first = await queries.matches(ada, purpose=Purpose.HOBBY, limit=1)
    await make_member("Newcomer", statements=[SPOONS])

    second = await queries.matches(ada, purpose=Purpose.HOBBY, limit=5, cursor=first.next)

    assert {match.member.id for match in [*first.items, *second.items]} == others


async def test_two_visits_at_once_leave_one_whole_list() -> None:
    ada = await make_member("Ada", statements=[SPOONS])
    for number in range(3):
        await make_member(f"B{number}", statements=[SAME_SPOONS])

    pages = await asyncio.gather(*(queries.matches(ada, purpose=Purpose.HOBBY) for _ in range(6)))

    assert len({tuple(match.member.id for match in page.items) for page in pages}) == 1
    assert len(pages[0].items) == 3
    assert await fetch("SELECT count(*) AS n FROM match_list") == [{"n": 1}]
    assert await fetch("SELECT count(*) AS n FROM match_entry") == [{"n": 3}]


async def test_of_two_computations_the_one_that_began_later_stays(moved_clock: MovedClock) -> None:
    ada = await make_member("Ada", statements=[SPOONS])
    begun, (state, _) = moved_clock.now(), await lists._state(ada.id, Purpose.HOBBY)
    moved_clock.move(seconds=5)
    await make_member("Ben", statements=[SAME_SPOONS])
    assert await names(ada) == ["Ben"]

    await lists._store(ada.id, Purpose.HOBBY, [], at=begun, state=state, own_edits=0)

    assert await names(ada) == ["Ben"]


async def test_whoever_leaves_while_a_list_is_computed_is_left_out() -> None:
    ada, ben = await make_member("Ada", statements=[SPOONS]), await make_member("Ben", statements=[SAME_SPOONS])
    state, _ = await lists._state(ada.id, Purpose.HOBBY)
    entries = ranking.rank(ranking.fitting(await read_pool(ada.id, Purpose.HOBBY)), {})
    await fetch("DELETE FROM account WHERE id = {}", ben.id)

    await lists._store(
        ada.id, Purpose.HOBBY, entries, at=state.computed_at or MovedClock().now(), state=state, own_edits=0
    )

    assert [entry.member for entry in entries] == [ben.id]
    assert await fetch("SELECT * FROM match_entry") == []


async def test_nothing_that_a_member_may_not_read_changes_a_byte_of_their_list() -> None:
    ada = await make_member("Ada", statements=[SPOONS, CHOIR])
    ben = await make_member("Ben", purposes=[Purpose.HOBBY, Purpose.BUSINESS], statements=[SAME_SPOONS])
    cyd = await make_member("Cyd", statements=["Carving wood of every kind"])
    hidden = await make_member("Hidden", statements=[MOTORCYCLES])
    await relations.block(hidden, ada)
    before = await received(ada)

    await make_statement(ben, SPOONS, audience=Audience.NOBODY)
    await make_statement(ben, CHOIR, audience=Audience.CONNECTIONS)
    await make_statement(ben, SPOONS, purpose=Purpose.BUSINESS)
    await make_statement(hidden, SPOONS)
    await relations.block(cyd, ben)
    await make_member("Elsewhere", purposes=[Purpose.INTEREST], statements=[SPOONS])

    assert await received(ada) == before


async def test_everyone_whom_a_member_may_not_see_is_left_out_of_the_pool() -> None:
    ada = await make_member("Ada", statements=[SPOONS])
    for change in (pause, suspend, relations.block, be_blocked):
        await change(await make_member(change.__name__, statements=[SPOONS]), ada)
    await make_member("Ben", statements=[MOTORCYCLES])

    pooled, _ = owners_of((await read_pool(ada.id, Purpose.HOBBY)).theirs.rows())

    visible = await fetch("SELECT id FROM account WHERE id <> {} AND {}", ada.id, can_see_member(ada.id, "account.id"))
    assert set(pooled) == {row["id"] for row in visible}
    assert len(pooled) == 1


async def test_a_list_is_never_longer_than_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "MOST_ENTRIES", 2)
    ada = await make_member("Ada", statements=[SPOONS])
    for number in range(3):
        await make_member(f"B{number}", statements=[SAME_SPOONS])

    assert len(await names(ada)) == 2
