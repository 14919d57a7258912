"""Two who are connected, and what they say to each other."""

from uuid import UUID

from api.accounts.schemas import Member
from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from tests.api.connections.making import make_connection, make_recipient
from tests.factories import make_member


async def pair() -> tuple[Member, Member, UUID]:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    return ada, grace, await make_connection(ada, grace)


async def say(author: Member, connection_id: UUID, text: str = "The cuckoo is back.") -> UUID:
    return (await send_message(author, connection_id, draft=MessageCreate(text, send_anyway=True))).id
