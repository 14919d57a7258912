"""What connected members write to each other, and what each has read."""

from uuid import UUID

import pytest

from api.accounts.schemas import Member
from api.connections.services import end_connection
from api.conversations import queries, services
from api.conversations.schemas import MessageCreate, ReminderCreate
from api.database import fetch
from api.errors import InvalidError, NotFoundError
from api.moderation.services import block_member
from tests.api.connections.making import make_connection, make_recipient
from tests.factories import make_member
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")


async def write(author: Member, connection_id: UUID, text: str) -> None:
    await services.send_message(author, connection_id, draft=MessageCreate(text))


async def two_who_talk() -> tuple[Member, Member, UUID]:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    return ada, grace, await make_connection(ada, grace)


async def test_messages_go_both_ways_and_are_read_newest_first() -> None:
    ada, grace, connection_id = await two_who_talk()

    await write(ada, connection_id, "  Hello Grace!\r\n")
    await write(grace, connection_id, "Hello Ada!")

    for reader in (ada, grace):
        found = (await queries.messages(reader, connection_id)).items
        assert [(message.author_id, message.text) for message in found] == [
            (grace.id, "Hello Ada!"),
            (ada.id, "Hello Grace!"),
        ]


async def test_a_message_has_one_to_four_thousand_characters() -> None:
    ada, _, connection_id = await two_who_talk()

    await write(ada, connection_id, "😀" * 4000)
    for text in ("", " \n ", "x" * 4001, "a\x00b"):
        with pytest.raises(InvalidError):
            await write(ada, connection_id, text)

    assert len((await queries.messages(ada, connection_id)).items) == 1


async def test_messages_go_on_where_the_list_stopped() -> None:
    ada, grace, connection_id = await two_who_talk()
    for number in range(5):
        await write(ada, connection_id, f"Line {number}")

    first = await queries.messages(grace, connection_id, limit=3)
    await write(ada, connection_id, "Written meanwhile")
    second = await queries.messages(grace, connection_id, limit=3, cursor=first.next)

    texts = [message.text for message in [*first.items, *second.items]]
    assert texts == [f"Line {number}" for number in (4, 3, 2, 1, 0)]
    assert second.next is None


async def test_nobody_else_reads_or_writes() -> None:
    _, _, connection_id = await two_who_talk()
    stranger = await make_member()

    for step in (
        queries.messages(stranger, connection_id),
        services.send_message(stranger, connection_id, draft=MessageCreate("Hello?")),
        services.mark_read(stranger, connection_id),
    ):
        with pytest.raises(NotFoundError):
            await step


async def test_after_the_end_nothing_is_written_or_read() -> None:
    ada, grace, connection_id = await two_who_talk()
    await write(ada, connection_id, "Hello!")
    await end_connection(grace, connection_id)

    with pytest.raises(NotFoundError):
        await write(ada, connection_id, "Are you there?")
    with pytest.raises(NotFoundError):
        await queries.messages(ada, connection_id)
    assert (await queries.conversations(ada)).items == []
    assert await queries.unread(grace) == 0


async def test_a_block_ends_the_conversation_for_both() -> None:
    ada, grace, connection_id = await two_who_talk()
    await block_member(grace, ada.id)

    for member in (ada, grace):
        with pytest.raises(NotFoundError):
            await write(member, connection_id, "Hello?")
        assert (await queries.conversations(member)).items == []


async def test_what_is_unread_is_known_to_its_reader_alone() -> None:
    ada, grace, connection_id = await two_who_talk()
    await services.mark_read(grace, connection_id)
    await write(ada, connection_id, "Hello!")
    before = await queries.conversations(ada), await queries.messages(ada, connection_id)

    unread = await queries.unread(grace), (await queries.conversations(grace)).items[0].has_unread
    await services.mark_read(grace, connection_id)
    await services.mark_read(grace, connection_id)

    assert unread == (1, True)
    assert (await queries.unread(grace), (await queries.conversations(grace)).items[0].has_unread) == (0, False)
    assert await queries.unread(ada) == 0
    assert before == (await queries.conversations(ada), await queries.messages(ada, connection_id))
    await write(ada, connection_id, "One more thing.")
    assert await queries.unread(grace) == 1


async def test_the_conversation_last_written_in_comes_first(moved_clock: MovedClock) -> None:
    ada = await make_member("Ada")
    connections = []
    for pair in range(3):
        connections.append(await make_connection(ada, await make_recipient(pair=pair)))
        moved_clock.move(minutes=1)
    await write(ada, connections[0], "Hello!")

    found = (await queries.conversations(ada)).items
    first = await queries.conversations(ada, limit=2)
    second = await queries.conversations(ada, limit=2, cursor=first.next)

    assert [one.connection_id for one in found] == [connections[0], connections[2], connections[1]]
    assert (found[0].last_text, found[1].last_text) == ("Hello!", None)
    assert [*first.items, *second.items] == found


@pytest.mark.parametrize("column", ["suspended_at", "erased_at"])
async def test_nothing_is_written_by_somebody_who_was_suspended_or_left_meanwhile(column: str) -> None:
    ada, grace, connection_id = await two_who_talk()
    await write(grace, connection_id, "Would you like to buy a clock from me?")
    [message] = (await queries.messages(ada, connection_id)).items
    await fetch(f"UPDATE account SET {column} = now() WHERE id = {{}}", ada.id)

    with pytest.raises(NotFoundError):
        await write(ada, connection_id, "The last word")
    with pytest.raises(NotFoundError):
        await services.remind(ada, connection_id, message.id, draft=ReminderCreate())

    assert await fetch("SELECT 1 FROM message WHERE author = {}", ada.id) == []
