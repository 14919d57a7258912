"""Looks at a message before it goes: whether it sells something to somebody who connected about something else."""

import asyncio

import structlog

from api.encoding import encoder
from api.faults import kind_of
from api.profiles.schemas import Purpose
from embeddings.pitches import Finding, find_pitch

logger = structlog.get_logger()

PATIENCE = 0.4
"""Seconds that a message waits at most for being looked at; it takes a few hundredths of one."""

GIVEN_UP_AFTER = 20.0
"""Seconds until a look that nobody waits for any more is given up, so that one that never ends stops no others."""

_looks: set["asyncio.Task[Finding | None]"] = set()
_late: set["asyncio.Task[Finding | None]"] = set()
"""Those that nobody waits for any more; while there are some, the encoder has enough to do."""


async def pitch_in(text: str, *, purpose: Purpose) -> Finding | None:
    """The words with which a tidied message sells something, if the two connected about anything but business.

    None also while nobody can tell: the model is not loaded, has failed, or is busy. Then the message simply goes.
    """
    if purpose is Purpose.BUSINESS or not encoder().ready or _late:
        return None
    look = asyncio.create_task(find_pitch(encoder(), text, purpose=purpose))
    _looks.add(look)
    look.add_done_callback(_over)
    # Not cancelled as soon as it is late: what it prepares is there for the next message.
    await asyncio.wait({look}, timeout=PATIENCE)
    if not look.done():
        _late.add(look)
        asyncio.get_running_loop().call_later(GIVEN_UP_AFTER, _give_up, look)
        return None
    return look.result() if look.exception() is None else None


async def prepare() -> None:
    """Have at hand what the first message would else wait for."""
    await find_pitch(encoder(), "Good morning!", purpose=Purpose.HOBBY)


def _give_up(look: "asyncio.Task[Finding | None]") -> None:
    if look in _late:
        _late.discard(look)
        look.cancel()
        logger.warning("message_look_given_up", seconds=GIVEN_UP_AFTER)


def _over(look: "asyncio.Task[Finding | None]") -> None:
    _looks.discard(look)
    _late.discard(look)
    if not look.cancelled() and (error := look.exception()) is not None:
        logger.warning("message_not_looked_at", reason=kind_of(error))
