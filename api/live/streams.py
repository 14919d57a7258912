"""The open event streams of this process: whose they are, what they are still to be told, and how many there may be."""

import asyncio
import resource
from collections import deque
from collections.abc import Collection, Iterator
from enum import Enum
from time import monotonic
from uuid import UUID

from api.accounts.schemas import Credential, Member, Scope
from api.event_kinds import Kind
from api.events import Event
from api.live.errors import StreamsFullError, TooManyStreamsError

MOST_OF_A_MEMBER = 12
"""A browser has one for all its tabs, or at worst six; each process counts for itself."""
MOST_IN_A_PROCESS = 1000
"""Each takes a file descriptor, of which pages and the database need some too."""
MOST_WAITING = 32
"""Events. Whoever has not taken in so many is let go, and reads everything when they come back."""
REMEMBERED_SECONDS = 60
MOST_REMEMBERED = 5000

SCOPES = {
    Kind.REQUEST_RECEIVED: Scope.REQUESTS_READ,
    Kind.REQUEST_ANSWERED: Scope.REQUESTS_READ,
    Kind.CONNECTION_MADE: Scope.REQUESTS_READ,
    Kind.MESSAGE_RECEIVED: Scope.MESSAGES_READ,
}


class Signal(Enum):
    """What is said beside events."""

    BEAT = "beat"
    """Nothing: only that the line is open."""
    REFRESH = "refresh"
    """Something may have been missed, so all is to be read again."""
    END = "end"


class Stream:
    """What one open stream is still to be told."""

    def __init__(self, member: Member, credential: Credential, *, scopes: Collection[Scope]) -> None:
        """Begin with nothing."""
        self.member = member
        self.credential = credential
        self._scopes = scopes
        self._waiting: deque[Event | Signal] = deque()
        self._woken = asyncio.Event()
        self.over = False

    @property
    def held_by(self) -> UUID:
        """The session or the token that it was opened with."""
        held_by = self.credential.session_id or self.credential.token_id
        if held_by is None:
            raise RuntimeError("Nobody is signed in by nothing.")
        return held_by

    def put(self, said: Event | Signal) -> None:
        """Let it be told something; where too much waits already it ends instead."""
        if isinstance(said, Event) and SCOPES[said.kind] not in self._scopes:
            return
        if len(self._waiting) >= MOST_WAITING:
            self.end()
        elif not self.over:
            self._waiting.append(said)
            self._woken.set()

    def end(self) -> None:
        """End it; whoever reads from it next is told so, and what waited is forgotten."""
        self.over = True
        self._waiting.clear()
        self._woken.set()
        STREAMS.take_out(self)

    async def next(self, *, until: float) -> Event | Signal:
        """What is to be told next; a beat where there is nothing until then, by `time.monotonic`."""
        while not self.over:
            if self._waiting:
                return self._waiting.popleft()
            self._woken.clear()
            try:
                async with asyncio.timeout(max(0.0, until - monotonic())):
                    await self._woken.wait()
            except TimeoutError:
                return Signal.BEAT
        return Signal.END


class Streams:
    """All of this process."""

    def __init__(self) -> None:
        """Begin with none, and without hearing anything."""
        self._open: dict[UUID, set[Stream]] = {}
        self._remembered: deque[tuple[float, Event]] = deque(maxlen=MOST_REMEMBERED)
        self._hearing_since: float | None = None
        self._closed = False

    def __iter__(self) -> Iterator[Stream]:
        """Each open stream, as they are at this moment."""
        return iter([stream for streams in self._open.values() for stream in streams])

    @property
    def hears(self) -> bool:
        """Whether what is new is heard at this moment."""
        return self._hearing_since is not None

    def open(self, member: Member, credential: Credential, *, last: int = 0, again: bool = False) -> Stream:
        """Open a stream for a member.

        Args:
            member: Whose it is.
            credential: With what they are signed in.
            last: For how many seconds back it is told too what has happened.
            again: Whether it goes on after one that broke off, so that something may have been missed.

        Raises:
            TooManyStreamsError: The member has many already.
            StreamsFullError: There is no room, or the process is about to end.
        """
        if self._closed or sum(map(len, self._open.values())) >= most_in_a_process():
            raise StreamsFullError
        if len(self._open.get(member.id, ())) >= MOST_OF_A_MEMBER:
            raise TooManyStreamsError
        stream = Stream(member, credential, scopes=[scope for scope in Scope if scope in credential.scopes])
        since = monotonic() - last
        heard_all = self._hearing_since is not None and self._hearing_since <= since
        if again or (last and not heard_all):
            stream.put(Signal.REFRESH)
        else:
            for at, event in self._remembered:
                if last and at >= since and event.to == member.id:
                    stream.put(event)
        self._open.setdefault(member.id, set()).add(stream)
        return stream

    def take_out(self, stream: Stream) -> None:
        """Forget a stream that is over."""
        of_member = self._open.get(stream.member.id, set())
        of_member.discard(stream)
        if not of_member:
            self._open.pop(stream.member.id, None)

    def pass_on(self, event: Event) -> None:
        """Let every stream of the member whom it is for be told."""
        now = monotonic()
        while self._remembered and self._remembered[0][0] < now - REMEMBERED_SECONDS:
            self._remembered.popleft()
        self._remembered.append((now, event))
        for stream in list(self._open.get(event.to, ())):
            stream.put(event)

    def begin_hearing(self) -> None:
        """Note that from now on nothing is missed; what was before may have been."""
        self._hearing_since = monotonic()
        self._remembered.clear()
        for stream in self:
            stream.put(Signal.REFRESH)

    def stop_hearing(self) -> None:
        """Note that things may be missed from now on."""
        self._hearing_since = None

    def end_all(self) -> None:
        """End every stream."""
        for stream in self:
            stream.end()

    def close(self) -> None:
        """End every stream and open no more: the process is about to end."""
        self._closed = True
        self.end_all()


def most_in_a_process() -> int:
    """How many streams there may be, given how many files this process may have open."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_IN_A_PROCESS if files == resource.RLIM_INFINITY else min(MOST_IN_A_PROCESS, files // 2)


STREAMS = Streams()
