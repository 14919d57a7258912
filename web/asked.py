"""What a reader has asked somebody already, so that nobody writes a reason that cannot be sent."""

from uuid import UUID

from api.accounts.schemas import Member
from api.connections.queries import requests
from api.connections.schemas import Box, RequestRead


async def asked_already(actor: Member, member_id: UUID) -> RequestRead | None:
    """The request of the actor to a member that is still open, as the actor may see it."""
    sent = await requests(actor, box=Box.SENT, still_open=True)
    return next((one for one in sent.items if one.recipient.id == member_id), None)
