"""Processes of one command that end with it, and are brought back when they die."""

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

SECONDS_TO_END = 10
"""Then a process that was asked to end is killed."""

PAUSES = (0.0, 1.0, 5.0, 30.0)
"""Seconds before a process is brought back: the longer, the more often it has died at once."""

LIVED = 60
"""Seconds after which a death is no longer one at once."""


def end_with_parent() -> None:
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


class KeptRunning:
    """So many processes that do the same, each brought back when it dies, until somebody asks for the end."""

    def __init__(self, work: Callable[[], None], *, number: int, say: Callable[[str], None]) -> None:
        """Prepare; `work` is a function of a module, done in each process."""
        self._spawn = multiprocessing.get_context("spawn").Process
        self._work = work
        self._number = number
        self._say = say
        self._stopping = Event()
        self._running: list[SpawnProcess] = []

    def run(self) -> None:
        """Keep them running until SIGINT or SIGTERM."""
        with self._heeding_signals():
            self._running = [self._start() for _ in range(self._number)]
            began = [time.monotonic()] * self._number
            deaths = [0] * self._number
            while not self._stopping.is_set():
                wait([process.sentinel for process in self._running], timeout=0.2)
                for place, process in enumerate(self._running):
                    if process.is_alive() or self._stopping.is_set():
                        continue
                    deaths[place] = 0 if time.monotonic() - began[place] > LIVED else deaths[place]
                    self._say(f"A process ended unexpectedly ({process.exitcode}); starting it again.")
                    self._stopping.wait(PAUSES[min(deaths[place], len(PAUSES) - 1)])
                    deaths[place] += 1
                    self._running[place], began[place] = self._start(), time.monotonic()
            self._end_all()

    def _start(self) -> SpawnProcess:
        process = self._spawn(target=_work_in_child, args=(self._work,))
        process.start()
        return process

    def _end_all(self) -> None:
        for process in self._running:
            process.terminate()
        until = time.monotonic() + SECONDS_TO_END
        for process in self._running:
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


def _work_in_child(work: Callable[[], None]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is for the one who started us, who says when
    end_with_parent()
    work()
