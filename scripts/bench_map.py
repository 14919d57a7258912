"""The command `wherefore bench map`: what drawing the interest maps of so many members takes, step by step."""

import asyncio
import contextlib
import sys
import time
from collections.abc import Awaitable, Iterator
from threading import Event, Thread
from typing import TypeVar

import psutil

from api import clock, database
from api.apart import work_apart
from api.encoding import encoder
from api.interest_map.drawing import draw_map
from api.interest_map.gathering import gather
from api.profiles.schemas import Purpose
from embeddings.areas import find_areas, mean_of_all
from scripts.bench_figures import Recorder
from scripts.figures import Figure, show, tell
from scripts.seed_bulk import seed_bulk
from scripts.serve import running_database

COMMAND = "bench map"
_SEED = 7
_LOOKED_AT_EVERY = 0.01
_MEGABYTE = 1e6

Result = TypeVar("Result")


def bench_map(*, members: int, texts: int, as_json: bool) -> None:
    """Measure, in a database with so many bulk members, and print everything."""
    with contextlib.redirect_stdout(sys.stderr), running_database():
        figures = asyncio.run(measure(members, texts=texts))
    show(COMMAND, figures, as_json=as_json)


async def measure(members: int, *, texts: int) -> list[Figure]:
    """Each step of each map by itself, the whole of it, and how much memory the processes had at most."""
    tell(f"Seeding what is missing of {members:,} members")
    await seed_bulk(members=members, number=_SEED, texts=texts)
    await encoder().start()
    recorder = Recorder(members)
    async with database.connected():
        with _watched() as most:
            whole = [await _draw(purpose, recorder) for purpose in Purpose]
    recorder.value("all_maps", "wherefore", "s", sum(whole), n=len(whole))
    recorder.value("memory", "process_apart", "mb", most["apart"] / _MEGABYTE)
    recorder.value("memory", "wherefore", "mb", most["here"] / _MEGABYTE)
    return recorder.figures


async def _draw(purpose: Purpose, recorder: Recorder) -> float:
    tell(f"Drawing the map of {purpose}")
    task = f"map_{purpose}"
    gathered = await _timed(recorder, task, "gathering", gather(purpose, until=clock.now()))
    mean = mean_of_all(gathered.vectors, gathered.owner)
    finding = work_apart(find_areas, gathered.vectors, gathered.owner, mean=mean, earlier=gathered.vectors[:0])
    await _timed(recorder, task, "areas", finding)
    recorder.value(task, "wherefore", "statements", len(gathered.vectors))
    recorder.value(task, "wherefore", "members", gathered.members)
    began = time.monotonic()
    await _timed(recorder, task, "wherefore", draw_map(purpose))
    return time.monotonic() - began


async def _timed(recorder: Recorder, task: str, step: str, work: Awaitable[Result]) -> Result:
    began = time.monotonic()
    result = await work
    recorder.value(task, step, "s", time.monotonic() - began)
    return result


@contextlib.contextmanager
def _watched() -> Iterator[dict[str, int]]:
    """The most memory that this process and the one that it has had beside it took, in bytes, once it is over."""
    most, over, here = {"here": 0, "apart": 0}, Event(), psutil.Process()

    def look() -> None:
        while not over.wait(_LOOKED_AT_EVERY):
            most["here"] = max(most["here"], here.memory_info().rss)
            for child in here.children():
                with contextlib.suppress(psutil.Error):
                    if "api.apart" in child.cmdline():
                        most["apart"] = max(most["apart"], child.memory_info().rss)

    looking = Thread(target=look, daemon=True)
    looking.start()
    try:
        yield most
    finally:
        over.set()
        looking.join()
