"""Work in a process of its own: what comes of it, and that nothing is left of it."""

import asyncio
import os
import time
from pathlib import Path

import numpy as np
import pytest

from api.apart import WorkApartError, work_apart


def _describe(vectors: "np.ndarray[tuple[int, int], np.dtype[np.float32]]", *, word: str) -> tuple[int, float, str]:
    return os.getpid(), float(vectors.sum()), word


def _settings_known() -> list[str]:
    return [name for name in os.environ if name.startswith("WHEREFORE_")]


def _threads_and_patience() -> tuple[str, int]:
    return os.environ["OPENBLAS_NUM_THREADS"], os.nice(0)


def _fail() -> None:
    raise ValueError("I keep bees on the roof.")


def _end() -> None:
    os._exit(7)


def _say_so_and_wait(begun: str) -> None:
    Path(begun).write_text(str(os.getpid()), "utf-8")
    time.sleep(600)


async def test_it_is_done_in_another_process_with_all_that_was_given() -> None:
    pid, total, word = await work_apart(_describe, np.ones((500, 384), dtype=np.float32), word="bees")

    assert pid != os.getpid()
    assert (total, word) == (500 * 384, "bees")


async def test_it_knows_no_settings_has_one_thread_and_lets_others_go_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHEREFORE_DATABASE_URL", "postgresql://somebody@/somewhere")

    assert await work_apart(_settings_known) == []
    assert await work_apart(_threads_and_patience) == ("1", os.nice(0) + 10)


async def test_a_failure_is_told_by_its_kind_and_without_its_words() -> None:
    with pytest.raises(WorkApartError) as failed:
        await work_apart(_fail)

    assert str(failed.value) == "ValueError"


async def test_a_process_that_ends_before_it_is_done_is_a_failure() -> None:
    with pytest.raises(WorkApartError, match="ended with 7"):
        await work_apart(_end)


async def test_nothing_goes_on_when_nobody_waits_any_more(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    waiting = asyncio.create_task(work_apart(_say_so_and_wait, str(begun)))
    while not (begun.exists() and begun.read_text("utf-8")):
        assert not waiting.done()
        await asyncio.sleep(0.01)

    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    with pytest.raises(ProcessLookupError):
        os.kill(int(begun.read_text("utf-8")), 0)
