"""What pages ask for when they are open for long: what is new, as it happens, and how much waits."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import ServerSentEvent

from api.accounts.schemas import Credential, Member
from api.authentication import Access
from api.connections.queries import waiting
from api.conversations.queries import unread
from api.limits.policies import STREAMS_OPENED
from api.live.sending import event_stream
from api.live.streams import REMEMBERED_SECONDS
from web.contexts import PageRequest


class Counts(msgspec.Struct, frozen=True):
    """What the head of every page says beside its links, and for whom, as somebody else may have signed in since."""

    member: UUID
    requests: int
    conversations: int


class EventPages(Controller):
    """For the script of open pages; everything is there by a plain refresh too."""

    path = "/events"
    opt = {"access": Access.MEMBER}

    @get(opt={"limits": (STREAMS_OPENED,)}, media_type="text/event-stream")
    async def stream(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        last: Annotated[int, QueryParameter(ge=0, le=REMEMBERED_SECONDS)] = 0,
    ) -> ServerSentEvent:
        """Say what is new, by kind and ids alone."""
        return event_stream(request, actor, credential, last=last)

    @get("/counts")
    async def counts(self, actor: NamedDependency[Member]) -> Counts:
        """Say how many requests wait, and in how many conversations there is something new."""
        return Counts(member=actor.id, requests=await waiting(actor), conversations=await unread(actor))
