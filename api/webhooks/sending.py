"""Sending what waits, beside everything else that a process does: so many receivers at once, none of them for long.

The job that is asked for with each event only wakes this up and is done: no job ever waits for a receiver, however
long that takes its time.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import Context
from typing import Final

import msgspec
import structlog

from api import clock
from api.faults import kind_of
from api.settings import settings
from api.webhooks import outbox
from api.webhooks.addresses import UnusableUrlError, target_of
from api.webhooks.calling import Answer, call, still_looking_up
from api.webhooks.outbox import Claim, Due
from api.webhooks.signatures import signed_headers

logger = structlog.get_logger()

PLACES: Final = 20
"""Receivers that a process calls at once."""
PLACES_OF_FAILING: Final = PLACES // 2
"""Of these, so many at most for webhooks whose last attempt failed: whoever never answers keeps nobody else waiting."""
MOST_IN_A_TURN: Final = 20
"""Deliveries to one receiver before others have their turn."""
SECONDS_TO_FINISH: float = 3
"""At the end of a process; what is not finished then is sent again by another, or after the next start."""


class Places:
    """Who is being called by this process."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._taken: set[asyncio.Task[None]] = set()
        self._failing = 0
        self._choosing = asyncio.Lock()
        self._closing = False

    async def fill(self, *, wanted: int) -> int:
        """Take so many places, as far as there are any; how many were taken."""
        # A look-up that nobody waits for any more still takes its thread.
        free = PLACES - max(len(self._taken), still_looking_up())
        taken = 0 if self._closing else max(0, min(wanted, free))
        for _ in range(taken):
            # Of its own: within the caller's context it would share a transaction.
            task = asyncio.get_running_loop().create_task(self._serve(), context=Context())
            self._taken.add(task)
            task.add_done_callback(self._taken.discard)
        return taken

    async def empty(self) -> None:
        """Wait until nobody is called."""
        while self._taken:
            await asyncio.wait(self._taken)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Free all places at the end, after everything that could take one."""
        try:
            yield
        finally:
            self._closing = True
            if self._taken:
                await asyncio.wait(self._taken, timeout=SECONDS_TO_FINISH)
            for task in self._taken:
                task.cancel()
            await asyncio.gather(*self._taken, return_exceptions=True)
            self._closing = False

    async def _serve(self) -> None:
        """Give one webhook after the other its turn, until none has anything to send."""
        try:
            while not self._closing and still_looking_up() < PLACES:
                async with self._choosing:  # one after the other, or all would count the same
                    claimed = await outbox.claim(only_healthy=self._failing >= PLACES_OF_FAILING)
                    if claimed is None:
                        return
                    self._failing += claimed.failing
                try:
                    await _turn(claimed)
                finally:
                    self._failing -= claimed.failing
        except Exception as error:  # noqa: BLE001 - the database may be gone for a moment; a job comes back each minute
            logger.warning("webhooks_interrupted", reason=kind_of(error))


PLACES_HERE: Final = Places()


async def wake(_about: bytes = b"") -> int:
    """The job `send_webhooks`: begin to send what waits, and do not wait for it."""
    return await PLACES_HERE.fill(wanted=1) if _any_are_called() else 0


async def send_due() -> int:
    """The job of each minute: begin to send whatever is due again, or whose process died; how many places it took."""
    return await PLACES_HERE.fill(wanted=await outbox.waiting_webhooks()) if _any_are_called() else 0


def _any_are_called() -> bool:
    return settings().webhooks != "no"


async def _turn(claimed: Claim) -> None:
    """Send what one webhook is to be told, in its order; a failure ends its turn."""
    try:
        for _ in range(MOST_IN_A_TURN):
            held = await outbox.renewed(claimed)
            if held is None:
                return
            claimed = held
            due = await outbox.next_due(claimed)
            if due is None:
                return
            await _end_or_try(due)
    finally:
        await outbox.release(claimed)


async def _end_or_try(due: Due) -> None:
    if not await outbox.may_be_sent(due):
        return
    if outbox.is_too_old(due):
        await outbox.give_up(due)
        return
    answer = await _send(due)
    await outbox.note(due, answer)
    logger.info("webhook_called", kind=due.kind, outcome=answer.outcome, tries=due.tries + 1)


async def _send(due: Due) -> Answer:
    """One attempt: the address is looked at once more, as are the secrets that are valid now."""
    try:
        target = target_of(due.url)
    except UnusableUrlError:  # the rules have changed since it was given
        return Answer(outcome="no public address")
    now = clock.now()
    held = [due.secret]
    if due.old_secret is not None and due.old_secret_until is not None and now < due.old_secret_until:
        held.append(due.old_secret)
    body = body_of(due)
    return await call(target, headers=signed_headers(str(due.event), body, at=now, held=held), body=body)


def body_of(due: Due) -> bytes:
    """What a receiver is told: the same bytes in every attempt; what has happened, when, and ids."""
    ids = {"request_id": due.request_id, "connection_id": due.connection_id, "message_id": due.message_id}
    data = {name: of for name, of in ids.items() if of is not None}
    return msgspec.json.encode({"type": due.kind, "timestamp": due.created_at, "data": data})
