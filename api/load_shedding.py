"""Requests that would have to wait too long are refused at once (load shedding), so that the others are answered soon.

Counted is what is worked on, not who is connected: neither those who send their request slowly nor those who read
slowly, nor open streams, take anybody's place. What somebody has written is let in for longer than what they read.
"""

import time
from collections import Counter
from ipaddress import ip_address

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, ReceiveMessage, Scope, Send

from api.errors import BusyError
from api.limits.keys import address_of
from api.logs import HEALTH_CHECKS
from api.refusals import Refusal

logger = structlog.get_logger()

MOST_READS = 48
"""Requests at work in a process above which nobody may read; a busy process answers some 200 a second."""
MOST_WRITES = 96
"""Requests at work above which nobody may write either."""
LONGEST_WORK = 1.0
"""Seconds. While requests take longer, fewer are worked on at once: most of that time they wait for each other."""
LEAST_PART = 1 / 6
"""Of these places, however long requests take."""
SHARES = 3
"""One network address has one of so many shares of these places, so that nobody takes them all from everybody else."""
LEAST_SHARE = 8
"""Places of one address, however few there are: a browser asks for a page and all that belongs to it at once.

Of others it takes no more than its share by them.
"""
SECONDS_BETWEEN_WARNINGS = 5

_SAFE = {"GET", "HEAD", "OPTIONS"}


def shedding_load(app: ASGIApp, *, refusal: Refusal) -> ASGIApp:
    """An application that is asked only as much as it can answer soon; it is spared all of what is refused."""
    load = _Load()

    async def admit(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        address, room = _address(scope), load.room(MOST_READS if scope.get("method") in _SAFE else MOST_WRITES)
        # Whatever watches over the process must be answered whatever others do, but not whoever asks without end.
        watches = scope["path"] in HEALTH_CHECKS
        if load.has_share(room, address=address) and (watches or load.crowd(room) < room):
            await _Visit(load, receive, send, address=address).pay(app, scope)
        else:
            load.warn()
            await refusal(scope, send, BusyError())

    return admit


def _address(scope: Scope) -> str | None:
    """Where a request comes from; None where that may be a proxy that nobody named, and so everybody."""
    client = scope.get("client")
    try:
        return None if client is None or ip_address(client[0]).is_loopback else address_of(scope)
    except ValueError:
        return None


class _Load:
    """What a process is at work on."""

    def __init__(self) -> None:
        self.at_work = 0
        self._part = 1.0
        self._lowered_at = -LONGEST_WORK
        self._of: Counter[str] = Counter()
        self._refused = 0
        self._warned_at = -float(SECONDS_BETWEEN_WARNINGS)

    def room(self, most: int) -> int:
        """How many may be worked on just now, of so many at most."""
        return int(most * self._part)

    def has_share(self, room: int, *, address: str | None) -> bool:
        """Whether one more may be worked on for this address, of its share of so many."""
        return address is None or self._of[address] < max(room // SHARES, LEAST_SHARE)

    def crowd(self, room: int) -> int:
        """How many of so many places are taken from others: of an address that holds more than its share, its share.

        Else one address could keep everybody out while there are few places, by requests that wait for each other.
        """
        share = room // SHARES
        return self.at_work - sum(max(0, held - share) for held in self._of.values())

    def learn(self, seconds: float) -> None:
        """Heed how long a request took: places are given up in big steps and won back in small ones, as in TCP."""
        if seconds <= LONGEST_WORK:
            self._part = min(1.0, self._part + 0.01)
        elif time.perf_counter() - self._lowered_at >= LONGEST_WORK:  # many end late together, for one reason
            self._part, self._lowered_at = max(LEAST_PART, self._part * 0.7), time.perf_counter()

    def add(self, number: int, *, address: str | None) -> None:
        """Note that one more is worked on, or one less."""
        self.at_work += number
        if address is not None:
            self._of[address] += number
            if not self._of[address]:
                del self._of[address]

    def warn(self) -> None:
        """Say so to the operator, but not for each of the thousands that may be refused."""
        self._refused += 1
        if time.monotonic() - self._warned_at >= SECONDS_BETWEEN_WARNINGS:
            logger.warning("load_shed", requests=self._refused)
            self._warned_at, self._refused = time.monotonic(), 0


class _Visit:
    """A request, which is at work until its answer begins, but for the time in which more of it has to come."""

    def __init__(self, load: _Load, receive: Receive, send: Send, *, address: str | None) -> None:
        self._load, self._receive, self._send, self._address = load, receive, send, address
        self._answered = False
        self._counted = False
        self._began, self._worked = 0.0, 0.0

    async def pay(self, app: ASGIApp, scope: Scope) -> None:
        self._begin()
        try:
            await app(scope, self._more, self._answer)
        finally:
            self._rest()

    async def _more(self) -> ReceiveMessage:
        self._rest()
        try:
            return await self._receive()
        finally:
            if not self._answered:
                self._begin()

    async def _answer(self, message: Message) -> None:
        self._rest()
        if not self._answered:
            self._load.learn(self._worked)
        self._answered = True
        await self._send(message)

    def _begin(self) -> None:
        if not self._counted:
            self._load.add(1, address=self._address)
            self._began = time.perf_counter()
        self._counted = True

    def _rest(self) -> None:
        if self._counted:
            self._load.add(-1, address=self._address)
            self._worked += time.perf_counter() - self._began
        self._counted = False
