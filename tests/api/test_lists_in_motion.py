"""Rows come and go while somebody reads a list part by part: nobody is there twice, and nobody who stayed is missed."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from api import clock
from api.accounts.schemas import Member
from api.connections import queries as connections
from api.conversations import queries as conversations
from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from api.database import fetch
from api.matching import queries as matching
from api.profiles import queries as profiles
from api.profiles import services as writing
from api.profiles.schemas import Purpose
from tests.api.connections.making import make_connection, make_recipient
from tests.emptying import empty
from tests.factories import make_member, make_statement
from tests.moved_clock import MovedClock

SPOONS = "I carve wooden spoons from fallen cherry branches."
MOST = 100

Change = tuple[bool, int]
"""Whether a row comes, and else which of those that are there goes."""
Part = Callable[[int, str | None], Awaitable[tuple[list[UUID], str | None]]]

_number = count(1)

quickly = settings(
    max_examples=5,
    phases=[Phase.explicit, Phase.generate],  # each example takes a while; what failed is short as it is
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
between_parts = st.lists(
    st.lists(st.tuples(st.booleans(), st.integers(0, 8)), min_size=1, max_size=3), min_size=1, max_size=4
)


class Moving:
    """A list, and how rows come and go in it."""

    def __init__(
        self, part: Part, come: Callable[[], Awaitable[object]], go: Callable[[UUID], Awaitable[object]]
    ) -> None:
        """Begin with whatever is there."""
        self.part, self.come, self.go = part, come, go

    async def everything(self) -> list[UUID]:
        """The list as it is now, in one part."""
        found, _ = await self.part(MOST, None)
        return found

    async def change(self, changes: list[Change]) -> None:
        """Let rows come and go, which need not have been read yet."""
        for comes, which in changes:
            there = await self.everything()
            if comes or not there:
                await self.come()
            else:
                await self.go(there[which % len(there)])

    async def holds(self, *, limit: int, between: list[list[Change]]) -> None:
        """Read it part by part with changes between them, and hold what was read against what stayed."""
        stayed = set(await self.everything())
        read, cursor = await self.part(limit, None)
        for changes in between:
            if cursor is None:
                break
            await self.change(changes)
            stayed &= set(await self.everything())
            more, cursor = await self.part(limit, cursor)
            read += more
        while cursor is not None:
            more, cursor = await self.part(limit, cursor)
            read += more
        assert len(read) == len(set(read)), "somebody is there twice"
        assert stayed <= set(read), "somebody who stayed was missed"


@quickly
@given(begin=st.integers(1, 6), limit=st.integers(1, 3), between=between_parts)
async def test_statements(
    database: None, moved_clock: MovedClock, begin: int, limit: int, between: list[list[Change]]
) -> None:
    ada = await make_member()

    async def part(most: int, cursor: str | None) -> tuple[list[UUID], str | None]:
        page = await profiles.my_statements(ada, limit=most, cursor=cursor)
        return [one.id for one in page.items], page.next

    async def come() -> None:
        moved_clock.move(milliseconds=next(_number) % 2)  # half of them come at the same moment as another
        await make_statement(ada, f"I count swifts, {next(_number)} this year.")

    for _ in range(begin):
        await come()
    await Moving(part, come, lambda gone: writing.delete_statement(ada, gone)).holds(limit=limit, between=between)


@quickly
@given(begin=st.integers(1, 6), limit=st.integers(1, 3), between=between_parts)
async def test_messages(
    database: None, moved_clock: MovedClock, begin: int, limit: int, between: list[list[Change]]
) -> None:
    ada = await make_member()
    connection_id = await make_connection(ada, await make_recipient())

    async def part(most: int, cursor: str | None) -> tuple[list[UUID], str | None]:
        page = await conversations.messages(ada, connection_id, limit=most, cursor=cursor)
        return [one.id for one in page.items], page.next

    async def come() -> None:
        moved_clock.move(milliseconds=next(_number) % 2)
        await send_message(ada, connection_id, draft=MessageCreate(f"Swift number {next(_number)}."))

    for _ in range(begin):
        await come()
    gone = "DELETE FROM message WHERE id = {}"
    await Moving(part, come, lambda message_id: fetch(gone, message_id)).holds(limit=limit, between=between)


@quickly
@given(begin=st.integers(1, 5), limit=st.integers(1, 3), between=between_parts)
async def test_matches(database: None, begin: int, limit: int, between: list[list[Change]]) -> None:
    await empty()
    ada = await make_member("Ada", statements=[SPOONS])

    async def part(most: int, cursor: str | None) -> tuple[list[UUID], str | None]:
        page = await matching.matches(ada, purpose=Purpose.HOBBY, limit=most, cursor=cursor)
        return [one.member.id for one in page.items], page.next

    async def come() -> None:
        await make_member("Ben", statements=[SPOONS.replace("wooden", ("small", "wooden")[next(_number) % 2])])
        await _computed_anew(ada)

    async def go(member_id: UUID) -> None:
        await fetch("UPDATE account SET paused_until = {} WHERE id = {}", clock.now() + timedelta(days=3), member_id)
        await _computed_anew(ada)

    for _ in range(begin):
        await come()
    await Moving(part, come, go).holds(limit=limit, between=between)


async def _computed_anew(viewer: Member) -> None:
    """As after an edit of the viewer's own, whenever the list is read from its beginning next."""
    await fetch("UPDATE match_list SET stale = TRUE, own_edits = 0 WHERE viewer = {}", viewer.id)


async def test_a_list_goes_on_after_the_row_where_it_stopped_has_gone(database: None) -> None:
    ada = await make_member()
    made = [await make_connection(ada, await make_recipient(pair=pair)) for pair in range(3)]
    first = await connections.connections(ada, limit=1)
    assert [one.id for one in first.items] == [made[2]]

    await fetch("DELETE FROM connection WHERE id = {}", made[2])
    await make_connection(ada, await make_recipient(pair=3))
    rest = await connections.connections(ada, limit=5, cursor=first.next)

    assert [one.id for one in rest.items] == [made[1], made[0]]
