"""The bench of the whole site: every phase is measured, nothing is a fault, and nobody stays signed in by it."""

import os
from collections.abc import AsyncIterator
from contextlib import nullcontext

import pytest

from api.database import fetch
from scripts.bench_load import measure
from scripts.figures import Figure
from scripts.load_mix import MIX

MEMBERS = 150
_EMPTY = "TRUNCATE account, statement_vector CASCADE"


@pytest.fixture(scope="module")
async def figures(migrated: None) -> AsyncIterator[list[Figure]]:
    """Everything that a short run measures, on an empty database."""
    await fetch(_EMPTY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.database.connected", nullcontext)  # the pool of the tests is open
        url = os.environ["WHEREFORE_DATABASE_URL"]
        yield await measure(url, MEMBERS, visitors=30, rate=8, minutes=0.1, workers=1)
    await fetch(_EMPTY)


def value(figures: list[Figure], task: str, metric: str, method: str = "all") -> float:
    [found] = [one.value for one in figures if (one.task, one.method, one.metric) == (task, method, metric)]
    return found


def statuses(figures: list[Figure], task: str) -> set[str]:
    return {one.metric for one in figures if one.task == task and one.metric.startswith("status_")}


@pytest.mark.parametrize("task", ["steady", "overload"])
def test_nothing_is_a_fault(figures: list[Figure], task: str) -> None:
    assert value(figures, task, "faults") == 0
    assert {"status_200", "status_201"} <= statuses(figures, task)
    assert statuses(figures, task) <= {f"status_{status}" for status in (200, 201, 409, 422, 429, 503, "none")}


def test_latencies_are_told_whole_and_by_kind(figures: list[Figure]) -> None:
    assert value(figures, "steady", "p99_ms") >= value(figures, "steady", "p50_ms") > 0
    assert len({one.method for one in figures if one.task == "overload" and one.metric == "p99_ms"}) > 5
    assert sum(share for share, _ in MIX) == 100


def test_the_start_the_memory_and_the_return_to_calm_are_told(figures: list[Figure]) -> None:
    assert value(figures, "start", "ready_s", "wherefore") > 0
    assert value(figures, "memory", "mb", "wherefore") > 100
    assert value(figures, "overload", "back_to_normal_s", "wherefore") >= 0


async def test_nobody_stays_signed_in_by_it(figures: list[Figure]) -> None:
    assert await fetch("SELECT id FROM session UNION ALL SELECT id FROM access_token") == []
