"""Conversations that went quiet: told to whoever looks, and to nobody else, without telling why somebody is gone."""

from uuid import UUID

import pytest
from httpx import AsyncClient

from api.accounts.schemas import Member
from api.connections.services import end_connection
from api.conversations.quiet import gone_quiet, put_off
from api.conversations.schemas import MessageCreate
from api.conversations.services import mark_read, send_message
from api.database import fetch
from api.errors import NotFoundError
from api.moderation.services import block_member
from tests.api.connections.making import make_connection, make_recipient
from tests.factories import as_member, make_member
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")


async def two_who_talked(*, number: int = 0, asker: Member | None = None) -> tuple[Member, Member, UUID]:
    """Both wrote, and both read it."""
    ada = asker or await make_member("Ada")
    grace = await make_recipient(f"Grace{number}", pair=number)
    connection_id = await make_connection(ada, grace)
    for author, text in ((ada, "Good morning."), (grace, "And to you.")):
        await send_message(author, connection_id, draft=MessageCreate(text))
    for reader in (ada, grace):
        await mark_read(reader, connection_id)
    return ada, grace, connection_id


async def quiet(actor: Member) -> list[UUID]:
    return [one.connection_id for one in await gone_quiet(actor, most=3)]


async def test_a_conversation_in_which_both_wrote_is_quiet_after_thirty_days(moved_clock: MovedClock) -> None:
    ada, grace, connection_id = await two_who_talked()

    moved_clock.move(days=29)
    assert await quiet(ada) == []
    moved_clock.move(days=2)

    for reader, other in ((ada, grace), (grace, ada)):
        [found] = await gone_quiet(reader, most=3)
        assert (found.connection_id, found.member.id) == (connection_id, other.id)


async def test_one_in_which_only_one_wrote_is_not(moved_clock: MovedClock) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    connection_id = await make_connection(ada, grace)
    await send_message(ada, connection_id, draft=MessageCreate("Good morning."))
    await mark_read(grace, connection_id)

    moved_clock.move(days=40)

    assert await quiet(ada) == await quiet(grace) == []


async def test_a_new_word_ends_the_quiet_and_what_is_not_read_is_none(moved_clock: MovedClock) -> None:
    ada, grace, connection_id = await two_who_talked()
    moved_clock.move(days=40)

    await send_message(ada, connection_id, draft=MessageCreate("How was the summer?"))
    moved_clock.move(days=40)

    assert await quiet(ada) == [connection_id]
    assert await quiet(grace) == []


async def test_the_one_last_alive_comes_first_and_only_so_many_come(moved_clock: MovedClock) -> None:
    ada, _, first = await two_who_talked()
    others = []
    for number in (1, 2):
        moved_clock.move(days=1)
        others.append((await two_who_talked(number=number, asker=ada))[2])

    moved_clock.move(days=40)

    assert await quiet(ada) == [*reversed(others), first]
    assert [one.connection_id for one in await gone_quiet(ada, most=1)] == [others[-1]]


async def test_what_is_put_off_stays_away_for_three_months_and_for_oneself_alone(moved_clock: MovedClock) -> None:
    ada, grace, connection_id = await two_who_talked()
    moved_clock.move(days=40)

    await put_off(ada, connection_id)

    assert await quiet(ada) == []
    assert await quiet(grace) == [connection_id]
    moved_clock.move(days=91)
    assert await quiet(ada) == [connection_id]


async def test_putting_off_changes_nothing_of_what_is_read(moved_clock: MovedClock) -> None:
    ada, _, connection_id = await two_who_talked()
    moved_clock.move(days=40)
    before = await fetch("SELECT member, read_until FROM read_mark ORDER BY member")

    await put_off(ada, connection_id)

    assert await fetch("SELECT member, read_until FROM read_mark ORDER BY member") == before


async def test_whoever_blocked_ended_or_was_suspended_is_gone_alike_and_a_pause_changes_nothing(
    moved_clock: MovedClock,
) -> None:
    ada, blocks, _ = await two_who_talked()
    _, ends, ended = await two_who_talked(number=1, asker=ada)
    _, suspended, _ = await two_who_talked(number=2, asker=ada)
    moved_clock.move(days=40)
    before = await gone_quiet(ada, most=3)
    [pauses] = [one for one in before if one.member.id == suspended.id]

    await fetch(
        "UPDATE account SET paused_until = {} WHERE id = {}", moved_clock.now().replace(year=2100), suspended.id
    )
    assert await gone_quiet(ada, most=3) == before
    await block_member(blocks, ada.id)
    await end_connection(ends, ended)
    await fetch("UPDATE account SET suspended_at = {} WHERE id = {}", moved_clock.now(), suspended.id)

    assert await quiet(ada) == []
    for connection_id in (ended, pauses.connection_id):
        with pytest.raises(NotFoundError):
            await put_off(ada, connection_id)


async def test_nobody_puts_off_what_is_between_others(moved_clock: MovedClock) -> None:
    _, _, connection_id = await two_who_talked()

    with pytest.raises(NotFoundError):
        await put_off(await make_member("Eve"), connection_id)

    assert await fetch("SELECT 1 FROM read_mark WHERE put_off_until IS NOT NULL") == []


async def test_programs_read_and_put_off_what_went_quiet_as_pages_do(
    moved_clock: MovedClock, client: AsyncClient
) -> None:
    ada, grace, connection_id = await two_who_talked()
    moved_clock.move(days=31)
    headers = await as_member(client, ada)

    [read] = (await client.get("/api/v1/quiet-conversations", headers=headers)).json()
    reply = await client.put(f"/api/v1/connections/{connection_id}/put-off", headers=headers)

    assert (read["connection_id"], read["member"]["id"]) == (str(connection_id), str(grace.id))
    assert (reply.status_code, reply.text) == (204, "")
    assert (await client.get("/api/v1/quiet-conversations", headers=headers)).json() == []
    assert await quiet(grace) == [connection_id]
