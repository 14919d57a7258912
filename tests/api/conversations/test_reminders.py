"""A pitch is answered with a tap that reminds of the promise; after three, one has fewer places."""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

import pytest
from httpx import AsyncClient

from api.accounts.schemas import Member
from api.connections.queries import slots
from api.connections.services import end_connection
from api.conversations import queries, services
from api.conversations.errors import NothingToRemindOfError
from api.conversations.schemas import MessageRead, ReminderCreate
from api.errors import NotFoundError
from api.profiles.schemas import Purpose
from tests.api.connections.making import PAIRS, make_connection, make_recipient
from tests.api.conversations.talking import PITCH, pitched, posts, reminded_by, texts, two_who_talk
from tests.factories import as_member, make_member
from tests.moved_clock import MovedClock


async def test_a_reminder_quotes_the_promise_to_whoever_gave_it(client: AsyncClient) -> None:
    ada, grace, connection_id = await two_who_talk()
    message = await pitched(ada, connection_id)

    reply = await client.post(
        f"/api/v1/connections/{connection_id}/messages/{message.id}/reminder", headers=await as_member(client, grace)
    )

    assert reply.status_code == 201
    assert reply.json()["reminds_of"] == str(message.id)
    [said, _] = await texts(ada, connection_id)
    assert said == f"We connected for something else. When we connected, you wrote:\n“{PAIRS[0][1]}”"


async def test_whoever_asked_quotes_their_own_words(client: AsyncClient) -> None:
    ada, grace, connection_id = await two_who_talk()

    answer = await reminded_by(ada, connection_id, await pitched(grace, connection_id))

    assert f"When we connected, I wrote:\n“{PAIRS[0][1]}”" in answer.text


async def test_a_reminder_can_end_the_connection_quietly(client: AsyncClient) -> None:
    ada, grace, connection_id = await two_who_talk()

    await reminded_by(grace, connection_id, await pitched(ada, connection_id), end=True)

    for member in (ada, grace):
        with pytest.raises(NotFoundError):
            await queries.messages(member, connection_id)


async def test_a_message_is_answered_so_once_however_often_it_is_tapped(client: AsyncClient) -> None:
    ada, grace, connection_id = await two_who_talk()
    message = await pitched(ada, connection_id)

    given = await asyncio.gather(
        *(reminded_by(grace, connection_id, message) for _ in range(3)), return_exceptions=True
    )

    assert sum(isinstance(one, NothingToRemindOfError) for one in given) == 2
    assert len(await texts(ada, connection_id)) == 2


async def test_of_taps_that_end_the_connection_one_counts(client: AsyncClient) -> None:
    ada, grace, connection_id = await two_who_talk()
    message = await pitched(ada, connection_id)

    given = await asyncio.gather(
        *(reminded_by(grace, connection_id, message, end=True) for _ in range(3)), return_exceptions=True
    )

    assert sum(isinstance(one, MessageRead) for one in given) == 1
    assert sum(isinstance(one, NotFoundError) for one in given) == 2


async def test_a_reminder_is_not_answered_with_another(client: AsyncClient) -> None:
    ada, grace, connection_id = await two_who_talk()
    reminder = await reminded_by(grace, connection_id, await pitched(ada, connection_id))

    with pytest.raises(NothingToRemindOfError):
        await reminded_by(ada, connection_id, reminder)


async def test_under_business_there_is_nothing_to_remind_of(client: AsyncClient) -> None:
    ada, grace, connection_id = await two_who_talk(Purpose.BUSINESS)

    with pytest.raises(NothingToRemindOfError):
        await reminded_by(grace, connection_id, await pitched(ada, connection_id))


async def test_only_messages_of_the_other_in_ones_own_conversation_are_answered(client: AsyncClient) -> None:
    ada, grace, connection_id = await two_who_talk()
    message = await pitched(ada, connection_id)
    other = await make_connection(ada, await make_recipient(pair=1))
    elsewhere = await pitched(ada, other)

    for giver, where, which in (
        (ada, connection_id, message.id),
        (grace, connection_id, elsewhere.id),
        (grace, connection_id, uuid4()),
        (grace, other, elsewhere.id),
        (await make_member("Eve"), connection_id, message.id),
    ):
        with pytest.raises(NotFoundError):
            await services.remind(giver, where, which, draft=ReminderCreate())


async def reminded_ada(days_of_givers: Sequence[int], clock: MovedClock, *, end: bool = False) -> Member:
    """Ada, whom somebody else reminded on each of these days."""
    ada, day = await make_member("Ada"), 0
    for pair, on in enumerate(days_of_givers):
        clock.move(days=on - day)
        day = on
        grace = await make_recipient(pair=pair)
        connection_id = await make_connection(ada, grace)
        await reminded_by(grace, connection_id, await pitched(ada, connection_id), end=end)
    return ada


async def test_reminders_by_two_members_change_nothing(client: AsyncClient, moved_clock: MovedClock) -> None:
    ada = await reminded_ada([0, 20], moved_clock)
    moved_clock.move(days=1)

    found = await slots(ada)

    assert (found.allowed, found.fewer_until) == (8, None)


@pytest.mark.parametrize("end", [False, True], ids=["kept", "ended"])
async def test_reminders_by_three_leave_one_place_for_a_while(
    client: AsyncClient, moved_clock: MovedClock, *, end: bool
) -> None:
    ada = await reminded_ada([0, 20, 40], moved_clock, end=end)
    same_day = await slots(ada)
    moved_clock.move(days=1)
    fewer = await slots(ada)
    moved_clock.move(days=50)

    later = await slots(ada)

    assert same_day.fewer_until is None
    assert fewer.allowed == 1
    assert fewer.fewer_until is not None
    assert (fewer.fewer_until.hour, fewer.fewer_until.minute) == (0, 0)
    assert fewer.fewer_until < moved_clock.now()
    assert (later.allowed, later.fewer_until) == (8, None)


async def test_a_reminder_of_today_changes_nothing_today(client: AsyncClient, moved_clock: MovedClock) -> None:
    ada = await reminded_ada([0, 0], moved_clock)
    grace = await make_recipient(pair=2)
    connection_id = await make_connection(ada, grace)
    await reminded_by(grace, connection_id, await pitched(ada, connection_id))
    moved_clock.move(days=1)
    before = await slots(ada)

    await reminded_by(grace, connection_id, await pitched(ada, connection_id))

    assert before.allowed == 1
    assert await slots(ada) == before


async def test_many_reminders_by_one_member_count_once(client: AsyncClient, moved_clock: MovedClock) -> None:
    ada, grace, connection_id = await two_who_talk()
    for _ in range(4):
        await reminded_by(grace, connection_id, await pitched(ada, connection_id))
    moved_clock.move(days=1)

    assert (await slots(ada)).fewer_until is None


async def test_three_accounts_of_one_mailbox_are_one_member(client: AsyncClient, moved_clock: MovedClock) -> None:
    """Else one person, whose three requests somebody had accepted, would leave them one place for three months."""
    ada = await make_member("Ada")
    for pair, tag in enumerate(("", "+two", "+three")):
        grace = await make_recipient(pair=pair, email=f"grace{tag}@example.org")
        connection_id = await make_connection(ada, grace)
        await reminded_by(grace, connection_id, await pitched(ada, connection_id))
    moved_clock.move(days=1)

    assert (await slots(ada)).fewer_until is None


async def test_whoever_reminds_has_as_many_places_as_before(client: AsyncClient, moved_clock: MovedClock) -> None:
    grace = await make_recipient("Grace", pair=0)
    for _ in range(3):
        ada = await make_member("Ada")
        connection_id = await make_connection(ada, grace)
        await reminded_by(grace, connection_id, await pitched(ada, connection_id))
    moved_clock.move(days=1)

    assert (await slots(grace)).fewer_until is None


async def test_a_reminder_is_no_conversation(client: AsyncClient) -> None:
    ada, grace, connection_id = await two_who_talk()

    await reminded_by(grace, connection_id, await pitched(ada, connection_id))

    assert (await slots(ada)).allowed == 3


async def test_whoever_is_left_reads_the_same_with_a_reminder_and_without(
    client: AsyncClient, moved_clock: MovedClock
) -> None:
    replies = []
    for with_reminder in (True, False):
        ada, grace, connection_id = await two_who_talk()
        message = await pitched(ada, connection_id)
        if with_reminder:
            await reminded_by(grace, connection_id, message, end=True)
        else:
            await end_connection(grace, connection_id)
        moved_clock.move(days=1)
        headers = await as_member(client, ada)
        paths = ("connections", f"connections/{connection_id}", f"connections/{connection_id}/messages", "me/slots")
        replies.append([(await client.get(f"/api/v1/{path}", headers=headers)).text for path in paths])
        replies[-1].append((await posts(client, ada, connection_id, PITCH)).text)

    assert replies[0] == replies[1]
