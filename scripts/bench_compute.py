"""The bench of computing a match list: ours and the peers in turns, and ours against the same scoring of everyone."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import msgspec

from api import database
from api.matching.candidates import read_pool
from api.matching.ranking import Entry, fitting, rank
from api.matching.sharing import shares_of
from api.profiles.schemas import Purpose
from scripts.bench_figures import Recorder
from scripts.bench_peers import TOP, InMemory, exact_neighbours, profile_neighbours
from scripts.seed_bulk_plan import made_id

TASK = "compute_list"
_WARM_UP = 3
_SLOW_QUERIES = 20
_RECALL_QUERIES = 30

Method = Callable[[UUID, Purpose], Awaitable[object]]


class Case(msgspec.Struct, frozen=True):
    """Somebody who looks at their list of one purpose."""

    member: UUID
    purpose: Purpose


async def some_cases(members: int, queries: int, *, number: int) -> list[Case]:
    """Members spread evenly over all bulk members, each with their first purpose."""
    ids = [made_id(number, place * members // queries) for place in range(min(queries, members))]
    rows = await database.fetch(
        "SELECT DISTINCT ON (member) member, purpose FROM member_purpose WHERE member = ANY({}::uuid[]) "
        "ORDER BY member, id",
        ids,
    )
    return [Case(row["member"], Purpose(row["purpose"])) for row in rows]


async def compute(member: UUID, purpose: Purpose, *, everyone: bool = False) -> list[Entry]:
    """What is done when a list is due, but for writing it down; from `everyone`, however many they are."""
    found = await asyncio.to_thread(fitting, await read_pool(member, purpose, everyone=everyone))
    return await asyncio.to_thread(rank, found, await shares_of(found.members, purpose))


async def bench_compute(cases: Sequence[Case], recorder: Recorder) -> None:
    """Time ours and each peer in turns."""
    in_memory = InMemory()
    await in_memory.load()
    methods: dict[str, tuple[Method, int]] = {
        "wherefore": (compute, len(cases)),
        "pgvector_profile": (profile_neighbours, len(cases)),
        "in_memory": (in_memory.neighbours, len(cases)),
        "pgvector_exact": (exact_neighbours, _SLOW_QUERIES),
    }
    for method, _ in methods.values():
        for case in cases[:_WARM_UP]:
            await method(case.member, case.purpose)
    seconds: dict[str, list[float]] = {name: [] for name in methods}
    for place, case in enumerate(cases):
        for name, (method, most) in methods.items():
            if place < most:
                began = time.perf_counter()
                await method(case.member, case.purpose)
                seconds[name].append(time.perf_counter() - began)
    for name, taken in seconds.items():
        recorder.times(TASK, name, taken)
    recorder.value("memory", "in_memory", "mb", in_memory.megabytes)
    recorder.ratio(TASK, "ratio", ("wherefore", "p50_ms"), ("pgvector_profile", "p50_ms"))


async def bench_recall(cases: Sequence[Case], recorder: Recorder) -> None:
    """How much of what scoring everyone finds is found: the share of its first 20 that are among our first 20."""
    shares = []
    for case in cases[:_RECALL_QUERIES]:
        async with database.transaction():
            await database.fetch("SET LOCAL statement_timeout = 0")
            best = await compute(case.member, case.purpose, everyone=True)
        wanted = {entry.member for entry in best[:TOP]}
        found = {entry.member for entry in (await compute(case.member, case.purpose))[:TOP]}
        if wanted:
            shares.append(len(wanted & found) / len(wanted))
    recorder.mean(TASK, "wherefore", "recall@20", shares)
