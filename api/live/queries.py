"""Whether a member may still be told something: asked anew in the moment in which it is sent."""

from api.accounts.queries import still_standing
from api.accounts.schemas import Member
from api.connections import queries as connections
from api.connections.request_views import UNSEEN
from api.conversations.queries import has_received
from api.errors import NotFoundError
from api.event_kinds import Kind
from api.events import Event
from api.live.streams import Stream


async def may_be_told(stream: Stream, event: Event) -> bool:
    """Whether what this is about is there for the member to read at this moment, and they are still signed in."""
    if stream.held_by not in await still_standing({stream.held_by}):
        stream.end()
        return False
    return await reads(stream.member, event)


async def reads(actor: Member, event: Event) -> bool:
    """Whether the actor finds it where they would read it: by the same doors as their pages."""
    try:
        match event.kind:
            case Kind.REQUEST_RECEIVED:
                return event.request_id in await connections.waiting_requests(actor)
            case Kind.REQUEST_ANSWERED if event.request_id is not None:
                request = await connections.request(actor, event.request_id)
                other = request.recipient if request.sender.id == actor.id else request.sender
                return other.id != UNSEEN.id
            case Kind.CONNECTION_MADE if event.connection_id is not None:
                return (await connections.connection(actor, event.connection_id)).id == event.connection_id
            case Kind.MESSAGE_RECEIVED if event.message_id is not None:
                return await has_received(actor, event.message_id)
    except NotFoundError:
        pass
    return False
