"""Processes that are looked after: all that die come back at once, one that hangs is ended, none outlives the end."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Thread

import psutil
import pytest

from scripts import processes
from scripts.processes import CANNOT, KeptRunning, beating

SECONDS = 30
"""Enough on a busy machine; timing decides nothing."""


def live(folder: Path) -> None:
    """Note that this process is there, and go on for ever."""
    (folder / str(os.getpid())).touch()
    asyncio.run(beating())


def hang(folder: Path) -> None:
    """Begin, and do nothing any more where no other has done so before."""
    first = not list(folder.iterdir())
    (folder / str(os.getpid())).touch()
    if first:
        time.sleep(10 * SECONDS)
    live(folder)


def fail() -> None:
    """Say that it will never work."""
    sys.exit(CANNOT)


@contextmanager
def kept(work: Callable[[], None], *, number: int) -> Iterator[list[str]]:
    """Look after so many for as long as this lasts, as a process would whose first thread has other things to do."""
    said: list[str] = []
    keeping = KeptRunning(work, number=number, say=said.append)
    keeping._heeding_signals = _nothing  # type: ignore[method-assign]  # which only the first thread can
    thread = Thread(target=keeping.run)
    thread.start()
    try:
        yield said
    finally:
        keeping._stop(signal.SIGTERM, None)
        thread.join()


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def alive(folder: Path) -> set[int]:
    """Those who have noted themselves and are still there."""
    found = set()
    for file in folder.iterdir():
        with suppress(psutil.NoSuchProcess):
            if psutil.Process(int(file.name)).status() != "zombie":
                found.add(int(file.name))
    return found


def until(holds: Callable[[], bool]) -> None:
    """Wait for something."""
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_all_that_die_at_once_come_back_at_once_and_end_with_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "PAUSES", (2.0,))
    with kept(partial(live, tmp_path), number=3) as said:
        until(lambda: len(alive(tmp_path)) == 3)
        first = alive(tmp_path)
        for process in first:
            os.kill(process, signal.SIGKILL)
        began = time.monotonic()
        until(lambda: bool(alive(tmp_path) - first))
        one = time.monotonic() - began
        until(lambda: len(alive(tmp_path) - first) == 3)
        all_three = time.monotonic() - began

    assert all_three - one < 2.0  # the second waits for no pause of the first
    assert said == ["A process ended unexpectedly (-9); starting it again."] * 3
    assert alive(tmp_path) == set()


def test_one_that_hangs_is_ended_and_another_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "SECONDS_TO_BEGIN", 1)
    monkeypatch.setattr(processes, "SECONDS_WITHOUT_BEAT", 3)
    with kept(partial(hang, tmp_path), number=1) as said:
        until(lambda: len(list(tmp_path.iterdir())) > 1)
        time.sleep(5)  # one that goes on is left alone

        assert len(alive(tmp_path)) == 1

    assert said[0] == "A process hangs since 3 s; ending it."
    assert len(said) == 2


def test_a_process_that_says_it_never_will_ends_all() -> None:
    with kept(fail, number=2) as said:
        until(lambda: bool(said))

    assert said == ["A process cannot do its work; ending."]
