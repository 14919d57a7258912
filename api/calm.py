"""Pauses in what is done in the background: after work that can wait, for as long as this process is late."""

import asyncio
import time
from contextlib import suppress

RESTS, LONGEST_REST = 3.0, 1.0
"""Such work is followed by a rest of so many times its own length, or of so many seconds."""
LATE = 0.002
"""Seconds by which a process that has time for more comes late to what is due; one that is overloaded takes longer."""
LONGEST_WAIT = 30.0
"""Seconds after which such work goes on although the process is late: it must come to an end some day."""

_LOOKS, _BETWEEN_LOOKS = 20, 0.05


async def leave_room(worked: float, *, stopped: asyncio.Event) -> None:
    """Rest after so many seconds of work, and then until this process is on time, unless it is to stop."""
    until = time.perf_counter() + LONGEST_WAIT
    await pause(stopped, min(RESTS * worked, LONGEST_REST))
    while time.perf_counter() < until and not stopped.is_set() and await _lateness(stopped) > LATE:
        pass


async def _lateness(stopped: asyncio.Event) -> float:
    """How many seconds the event loop comes late to what is due, on the mean of a second."""
    began = time.perf_counter()
    for _ in range(_LOOKS):
        await pause(stopped, _BETWEEN_LOOKS)
    return (time.perf_counter() - began) / _LOOKS - _BETWEEN_LOOKS


async def pause(stopped: asyncio.Event, seconds: float) -> None:
    """Do nothing for so long, or until all is to stop."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stopped.wait(), seconds)
