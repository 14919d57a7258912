"""Doing once what may be asked for twice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final, TypeVar

import msgspec

from api import clock
from api.accounts.schemas import Member
from api.database import fetch, fetch_one, transaction
from api.idempotency.errors import KeyInUseError, KeyReusedError, TooManyKeptError
from api.idempotency.keyed import KeyedCall, keyed_call
from api.sealing import opened, seal

KEPT: Final = timedelta(hours=24)
MOST_KEPT: Final = 2_000
"""Replies of one account at a time: far more than a person does in a day, and a bound to the disk that one can take."""

Read = TypeVar("Read")


class Once:
    """What is done in one transaction, and is answered the same when it is asked for again."""

    def __init__(self, call: KeyedCall | None) -> None:
        """Begin it; without a key nothing is kept."""
        self._call = call

    async def answer(self, reply: Read) -> Read:
        """Keep the reply with what was written, and give it back: the last that is done in the transaction."""
        if self._call is not None:
            body = msgspec.json.encode(reply).decode()
            await fetch(
                "UPDATE kept_reply SET reply = {} WHERE id = {}",
                seal(body, about="kept_reply.reply", row=self._call.id),
                self._call.id,
            )
        return reply


@asynccontextmanager
async def once(actor: Member) -> AsyncIterator[Once]:
    """A transaction that is done once for a call that came with a key, and like any other for one without.

    What fails inside leaves the key free, so that the call may be mended and come again.

    Raises:
        KeyInUseError: The same call came twice at once, and the other was first.
        TooManyKeptError: As many replies of the actor's are kept as may be.
    """
    call = keyed_call()
    async with transaction():
        if call is not None:
            await _check_room(actor)
            # Of two at once the second waits here until the first is done, or has failed.
            taken = await fetch(
                "INSERT INTO kept_reply (id, member, fingerprint, reply, made_at) VALUES ({}, {}, {}, '', {}) "
                "ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint, made_at = excluded.made_at "
                "WHERE kept_reply.made_at <= {} RETURNING id",
                call.id,
                actor.id,
                call.fingerprint,
                clock.now(),
                clock.now() - KEPT,
            )
            if not taken:
                raise KeyInUseError
        yield Once(call)


async def kept_reply(call: KeyedCall) -> str | None:
    """The body of the reply that a call was given; None when it was not done, or longer ago than replies are kept.

    Raises:
        KeyReusedError: Its key came with another call.
    """
    row: dict[str, Any] | None = await fetch_one(
        "SELECT fingerprint, reply FROM kept_reply WHERE id = {} AND made_at > {}", call.id, clock.now() - KEPT
    )
    if row is None:
        return None
    if bytes(row["fingerprint"]) != call.fingerprint:
        raise KeyReusedError
    return opened(row["reply"], about="kept_reply.reply", row=call.id)


async def _check_room(actor: Member) -> None:
    """Hold that one more reply may be kept: an older one is never dropped for it, as its call may yet come again."""
    now = clock.now()
    [kept] = await fetch(
        "SELECT count(*) AS replies, min(made_at) AS oldest FROM kept_reply WHERE member = {} AND made_at > {}",
        actor.id,
        now - KEPT,
    )
    if kept["replies"] >= MOST_KEPT:
        raise TooManyKeptError(MOST_KEPT, wait=kept["oldest"] + KEPT - now)


async def forget_replies() -> int:
    """Delete the replies that are kept no longer; how many."""
    return len(await fetch("DELETE FROM kept_reply WHERE made_at <= {} RETURNING id", clock.now() - KEPT))
