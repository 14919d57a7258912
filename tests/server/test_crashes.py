"""Processes are killed at random while many write: nothing acknowledged is lost or doubled, and all returns."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple

import psutil
import pytest

from tests.running_site import RunningSite
from tests.server.writers import Conversation, Writers
from tests.unlimited import UNLIMITED

pytestmark = pytest.mark.server

AT_ONCE = 12
WRITERS_SOAKING = 48
"""So many share what is written: the replies to 2,000 calls of a member are kept at a time."""
WORKERS = 2
SECONDS_TO_BE_READY = 30
SECONDS_TO_COME_BACK = 300
"""Far more than it takes; a machine may do much else."""
SECONDS_BETWEEN = (0.5, 3.0)
"""From one death to the next, while others write."""


class Size(NamedTuple):
    """How many deaths of each kind, and how many writes that were acknowledged."""

    databases: int
    workers: int
    everything: int
    writes: int


SHORT, LONG = Size(1, 1, 1, 60), Size(50, 50, 10, 50_000)


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """Two workers, on the bundled PostgreSQL."""
    with RunningSite(
        tmp_path_factory.mktemp("crashed") / "data", "--workers", str(WORKERS), limits=UNLIMITED
    ) as running:
        yield running


def postgres(site: RunningSite) -> list[psutil.Process]:
    """The server, or one of its processes: each ends all connections when it dies so."""
    found = []
    for process in site.processes():
        with suppress(psutil.NoSuchProcess):
            if process.name() == "postgres":
                found.append(process)
    return found


def workers(site: RunningSite) -> list[psutil.Process]:
    """The processes that answer requests."""
    assert site.process is not None
    found = []
    for child in psutil.Process(site.process.pid).children():
        with suppress(psutil.ZombieProcess, psutil.NoSuchProcess):  # it has died a moment ago
            if "spawn_main" in " ".join(child.cmdline()):
                found.append(child)
    return found


def seconds_until_all_work(site: RunningSite) -> float:
    """Wait until each process that died has been replaced."""
    began = time.monotonic()
    while time.monotonic() - began < SECONDS_TO_COME_BACK:
        if len(workers(site)) == WORKERS:
            return time.monotonic() - began
        time.sleep(0.05)
    raise AssertionError(f"{len(workers(site))} of {WORKERS} workers are there:\n{site.said()}")


def kill_one(processes: list[psutil.Process], chance: random.Random) -> None:
    if processes:
        with suppress(psutil.NoSuchProcess):
            chance.choice(sorted(processes, key=lambda process: process.pid)).kill()


def kill_everything(site: RunningSite) -> None:
    """As when the power fails, but for what the disk still has to write."""
    for process in site.processes():
        with suppress(psutil.NoSuchProcess):
            process.kill()
    assert site.process is not None
    site.process.wait()
    site.start()


def test_nothing_acknowledged_is_lost_or_doubled_whatever_dies(
    site: RunningSite, tell: Callable[[str], None], *, soaking: bool
) -> None:
    size, chance = LONG if soaking else SHORT, random.Random(7)  # noqa: S311 - so that a bad run can be repeated
    deaths = ["database"] * size.databases + ["worker"] * size.workers + ["everything"] * size.everything
    chance.shuffle(deaths)
    writers = Writers([Conversation(site.url, number) for number in range(WRITERS_SOAKING if soaking else 2)])
    took: dict[str, list[float]] = {"database": [], "worker": [], "everything": []}
    each = size.writes // len(deaths)

    with writers.writing(at_once=AT_ONCE):
        for number, death in enumerate(deaths, start=1):
            writers.seconds_until(number * each)
            time.sleep(chance.uniform(*SECONDS_BETWEEN))
            if death == "everything":
                began = time.monotonic()
                kill_everything(site)
                took[death].append(time.monotonic() - began)
                continue
            kill_one(postgres(site) if death == "database" else workers(site), chance)
            took[death].append(site.seconds_until_ready() + seconds_until_all_work(site))
        writers.seconds_until(size.writes)

    lost, doubled = writers.lost_and_doubled()
    slowest = {death: round(max(seconds), 1) for death, seconds in took.items()}
    tell(f"{len(writers.acknowledged):,} acknowledged, {len(deaths)} deaths, {len(lost)} lost, {len(doubled)} doubled")
    tell(f"ready again after at most {slowest} s; answers {dict(writers.answers)}")
    assert (lost, doubled) == ([], [])
    assert {reply.json()["type"] for reply in writers.refusals if reply.status_code == 503} <= {
        "/problems/unavailable",
        "/problems/busy",
    }
    assert all(seconds < SECONDS_TO_BE_READY for seconds in slowest.values()) or not soaking
