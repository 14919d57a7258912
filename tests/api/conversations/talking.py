"""Two who talk, and a message that reads as a pitch."""

from typing import Any
from uuid import UUID

from httpx import AsyncClient, Response

from api.accounts.schemas import Member
from api.connections.services import accept_request, send_request
from api.conversations import queries, services
from api.conversations.schemas import MessageCreate, MessageRead, ReminderCreate
from api.profiles.schemas import Purpose
from tests.api.connections.making import PAIRS, make_draft
from tests.factories import as_member, make_member

PITCH = "By the way: our agency helps small shops. Book a free discovery call this week and get 20 % off our services!"


async def two_who_talk(purpose: Purpose = Purpose.HOBBY) -> tuple[Member, Member, UUID]:
    """Ada asked Grace."""
    ada = await make_member("Ada", purposes=[purpose])
    grace = await make_member("Grace", purposes=[purpose], statements=[PAIRS[0][0]])
    sent = await send_request(ada, draft=await make_draft(grace, purpose=purpose))
    accepted = await accept_request(grace, sent.id)
    assert accepted.connection_id is not None
    return ada, grace, accepted.connection_id


async def posts(client: AsyncClient, author: Member, connection_id: UUID, text: str, **more: Any) -> Response:
    """What the API answers to a message."""
    return await client.post(
        f"/api/v1/connections/{connection_id}/messages",
        headers=await as_member(client, author),
        json={"text": text} | more,
    )


async def pitched(author: Member, connection_id: UUID) -> MessageRead:
    """A pitch that was sent all the same."""
    return await services.send_message(author, connection_id, draft=MessageCreate(PITCH, send_anyway=True))


async def reminded_by(giver: Member, connection_id: UUID, message: MessageRead, *, end: bool = False) -> MessageRead:
    """The answer that reminds the writer of a message of what they promised."""
    return await services.remind(giver, connection_id, message.id, draft=ReminderCreate(end_connection=end))


async def texts(reader: Member, connection_id: UUID) -> list[str]:
    """What a member reads in a conversation, the newest first."""
    return [message.text for message in (await queries.messages(reader, connection_id)).items]
