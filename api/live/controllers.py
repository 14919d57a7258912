"""The JSON API's stream of events."""

from typing import Annotated, Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import ServerSentEvent

from api.accounts.schemas import Credential, Member, Scope
from api.authentication import Access
from api.limits.policies import STREAMS_OPENED
from api.live.errors import StreamsFullError, TooManyStreamsError
from api.live.sending import event_stream
from api.live.streams import REMEMBERED_SECONDS
from api.problems import describes


class EventController(Controller):
    """What is new, as it happens."""

    path = "/events"
    tags = ("Events",)
    opt = {
        "access": Access.MEMBER,
        "scope": (Scope.REQUESTS, Scope.MESSAGES),
        "limits": (STREAMS_OPENED,),
    }

    @get(
        operation_id="Events",
        media_type="text/event-stream",
        responses=describes(TooManyStreamsError, StreamsFullError),
    )
    async def stream(
        self,
        request: Request[Member | None, Credential | None, Any],
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        last: Annotated[int, QueryParameter(ge=0, le=REMEMBERED_SECONDS)] = 0,
    ) -> ServerSentEvent:
        """Open a stream of server-sent events that says what is new for one, by kind and ids alone.

        The kinds are `request.received`, `request.answered`, `connection.made` (with the scope `requests:read`) and
        `message.received` (with `messages:read`); `data` is JSON with `request_id`, `connection_id` or
        `message_id`. What it is about is read by the other calls. `refresh` says that something may have been
        missed: read again what you need. It is also the first thing said to whoever sends `Last-Event-ID`. Open the
        stream first and read then, or name in `last` for how many seconds back it should tell too.
        """
        return event_stream(request, actor, credential, last=last)


CONTROLLERS: list[type[Controller]] = [EventController]
