"""Processes of one command that end with it, and are brought back when they die or hang."""

import asyncio
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from threading import Event, Thread
from types import FrameType
from typing import Any

import msgspec

SECONDS_TO_END = 10
"""Then a process that was asked to end is killed."""

PAUSES = (0.0, 1.0, 5.0, 20.0)
"""Seconds before a process is brought back: the longer, the more often it has died at once."""

LIVED = 60
"""Seconds after which a death is no longer one at once."""

SECONDS_BETWEEN_BEATS = 1
SECONDS_WITHOUT_BEAT = 60
"""An event loop that has not turned for so long will not turn again."""
SECONDS_TO_BEGIN = 120
"""Until the first beat: modules are imported before."""

SECONDS_STOOD_STILL = 10
"""When nobody has looked for so long, it was not only those who are looked after who stood still."""

CANNOT = 3
"""The exit status of a process that will never be able to do its work; as uvicorn's."""

_pulse: Any = None


def _end_with_parent() -> None:
    """Let this process, which another one has started, end when that one is gone, however it went.

    It would hold the port otherwise, and serve what nobody looks after.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_end_after, args=(parent.sentinel,), name="parent", daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(SECONDS_TO_END)
    os._exit(1)


async def beating() -> None:
    """Show, for as long as this is awaited, that the event loop of a process that is looked after still turns."""
    while _pulse is not None:
        _pulse.value = time.monotonic()
        await asyncio.sleep(SECONDS_BETWEEN_BEATS)


class _Place(msgspec.Struct):
    """Room for one process after another."""

    process: SpawnProcess | None = None
    pulse: Any = None
    began: float = 0
    deaths: int = 0
    """In a row, each soon after its beginning."""
    due: float = 0
    """When the next process is to be started, where none runs."""


class KeptRunning:
    """So many processes that do the same, each brought back when it dies or hangs, until somebody asks for the end.

    None waits for another: all that die at once come back at once.
    """

    def __init__(self, work: Callable[[], None], *, number: int, say: Callable[[str], None]) -> None:
        """Prepare; `work` can be pickled, is done in each process, and has an event loop that is `beating`."""
        self._spawn = multiprocessing.get_context("spawn")
        self._work = work
        self._say = say
        self._stopping = Event()
        self._places = [_Place() for _ in range(number)]

    def run(self) -> None:
        """Keep them running until SIGINT or SIGTERM, or until one says at its first start that it cannot (`CANNOT`)."""
        with self._heeding_signals():
            looked_at = time.monotonic()
            while not self._stopping.is_set():
                if time.monotonic() - looked_at > SECONDS_STOOD_STILL:
                    self._begin_anew()
                looked_at = time.monotonic()
                for place in self._places:
                    self._look_after(place)
                wait([place.process.sentinel for place in self._places if place.process is not None], timeout=0.2)
            self._end_all()

    def _look_after(self, place: _Place) -> None:
        now = time.monotonic()
        if place.process is None:
            if now >= place.due:
                self._start(place)
        elif not place.process.is_alive():
            self._note_death(place, now)
        elif now - max(place.began + SECONDS_TO_BEGIN, place.pulse.value) > SECONDS_WITHOUT_BEAT:
            self._say(f"A process hangs since {SECONDS_WITHOUT_BEAT} s; ending it.")
            place.process.kill()
            place.began = now

    def _begin_anew(self) -> None:
        """Wait for each as for a new one: they have stood still with us, as when a machine is put to sleep."""
        for place in self._places:
            place.began = time.monotonic()

    def _start(self, place: _Place) -> None:
        place.pulse = self._spawn.RawValue("d", 0.0)
        place.process = self._spawn.Process(target=_work_in_child, args=(self._work, place.pulse))
        place.began = time.monotonic()
        place.process.start()

    def _note_death(self, place: _Place, now: float) -> None:
        if self._stopping.is_set() or place.process is None:
            return
        code, place.process = place.process.exitcode, None
        if code == CANNOT and place.due == 0:
            self._say("A process cannot do its work; ending.")
            self._stopping.set()
            return
        if now - place.began > LIVED:
            place.deaths = 0
        place.due = now + PAUSES[min(place.deaths, len(PAUSES) - 1)]
        place.deaths += 1
        self._say(f"A process ended unexpectedly ({code}); starting it again.")

    def _end_all(self) -> None:
        running = [place.process for place in self._places if place.process is not None]
        for process in running:
            process.terminate()
        until = time.monotonic() + SECONDS_TO_END
        for process in running:
            process.join(max(0.0, until - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()

    @contextmanager
    def _heeding_signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping.set()


def _work_in_child(work: Callable[[], None], pulse: Any) -> None:
    global _pulse  # noqa: PLW0603 - a process has one
    _pulse = pulse
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is for the one who started us, who says when
    _end_with_parent()
    work()
