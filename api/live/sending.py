"""An event stream as it goes over the wire (server-sent events of the HTML standard)."""

from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import msgspec
from litestar import Request
from litestar.background_tasks import BackgroundTask
from litestar.response import ServerSentEvent, ServerSentEventMessage

from api.accounts.schemas import Credential, Member
from api.engine import DatabaseUnavailableError
from api.events import Event
from api.live.queries import may_be_told
from api.live.streams import STREAMS, Signal, Stream

SECONDS_BETWEEN_BEATS: float = 15
"""Proxies close a line on which nothing has come for half a minute or a minute."""
LONGEST_SECONDS: float = 3600
"""Then a stream ends and is opened anew, so that none is kept by somebody who has long gone."""
SOONEST_AGAIN, LATEST_AGAIN = 2_000, 8_000
"""Milliseconds after which a client opens it again when it broke off: each its own, as all break off at once."""


def event_stream(
    request: Request[Any, Any, Any], member: Member, credential: Credential, *, last: int
) -> ServerSentEvent:
    """What is new for a member from now on, for as long as they stay.

    Raises:
        TooManyStreamsError: The member has many already.
        StreamsFullError: There is no room.
    """
    stream = STREAMS.open(member, credential, last=last, again="last-event-id" in request.headers)
    return ServerSentEvent(
        _said(stream),
        headers={"Cache-Control": "no-store"},
        background=BackgroundTask(stream.end),
    )


async def _said(stream: Stream) -> AsyncIterator[ServerSentEventMessage]:
    """Everything that a stream says, in order.

    Beats come by the clock alone: were they put off by what is heard, one could tell that something was not told.
    """
    try:
        yield _hello(stream)
        began = monotonic()
        beat_at = began + SECONDS_BETWEEN_BEATS
        while monotonic() - began < LONGEST_SECONDS:
            said = await stream.next(until=min(beat_at, began + LONGEST_SECONDS))
            if said is Signal.END:
                return
            if said is Signal.BEAT:
                beat_at += SECONDS_BETWEEN_BEATS
                yield ServerSentEventMessage(data=None, comment="")
            elif said is Signal.REFRESH:
                yield ServerSentEventMessage(event="refresh", data="{}")
            elif isinstance(said, Event) and await may_be_told(stream, said):
                yield _told(said)
    except DatabaseUnavailableError:
        return  # whoever comes back is told to read everything
    finally:
        stream.end()


def _hello(stream: Stream) -> ServerSentEventMessage:
    """That it is open, when to come again, and an id for whoever comes again to name."""
    spread = stream.held_by.int % (LATEST_AGAIN - SOONEST_AGAIN)
    return ServerSentEventMessage(data=None, id="0", retry=SOONEST_AGAIN + spread, comment="open")


def _told(event: Event) -> ServerSentEventMessage:
    ids = {name: value for name, value in msgspec.to_builtins(event).items() if name not in {"id", "to", "kind"}}
    return ServerSentEventMessage(event=str(event.kind), id=str(event.id), data=msgspec.json.encode(ids).decode())
