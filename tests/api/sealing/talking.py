"""Two who have written much that is sealed, and what they read of it."""

from uuid import UUID

from api.accounts.schemas import Member
from api.connections import queries as connections
from api.connections import services as connecting
from api.connections.schemas import ConnectionUpdate
from api.conversations import queries as conversations
from api.conversations import services as conversing
from api.conversations.schemas import MessageCreate
from api.profiles.queries import my_statements
from tests.api.profiles import relations
from tests.factories import make_member

WORDS = [f"I keep bees on roof number {number} of our street." for number in range(6)]


async def two_who_talk() -> tuple[Member, Member, UUID]:
    """Two members with statements, a connection with a note, and messages."""
    ada, ben = await make_member("Ada", statements=WORDS), await make_member("Ben", statements=WORDS)
    await relations.connect(ada, ben)
    [connection] = (await connections.connections(ada)).items
    await connecting.update_note(ada, connection.id, change=ConnectionUpdate(note="Met at the fair."))
    for number in range(5):
        await conversing.send_message(ada, connection.id, draft=MessageCreate(text=f"Hello {number}", send_anyway=True))
    return ada, ben, connection.id


async def hold_all_readable(ada: Member, ben: Member, connection_id: UUID, *, said: int = 5) -> None:
    """Hold that both read all of it, and so many messages."""
    for member in (ada, ben):
        assert [one.text for one in (await my_statements(member)).items] == WORDS
    assert (await connections.connection(ada, connection_id)).note == "Met at the fair."
    assert (await connections.connection(ben, connection_id)).reason == relations.REASON
    read = (await conversations.messages(ben, connection_id, limit=100)).items
    assert [one.text for one in reversed(read)] == [f"Hello {number}" for number in range(said)]
