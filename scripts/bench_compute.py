"""The bench of computing a match list: ours and the peers in turns, and ours against the same scoring of everyone."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

import msgspec
import numpy as np

from api import database
from api.matching.candidates import Pool, owner_keys, read_pool, statements_of
from api.matching.exposure import NEW, factors
from api.matching.ranking import Entry, Fitting, fitting, rank
from api.matching.scoring import compared, mutual_scores
from api.matching.sharing import shares_of
from api.profiles.schemas import Purpose
from embeddings.similarity import corpus_mean
from scripts.bench_figures import Recorder
from scripts.bench_peers import TOP, InMemory, exact_neighbours, profile_neighbours
from scripts.seed_bulk_plan import made_id

TASK = "compute_list"
_WARM_UP = 3
_SLOW_QUERIES = 20
_RECALL_QUERIES = 30
# Whoever scores no less than the 20th less this much of it is as good.
_AS_GOOD = 0.02

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


async def compute(member: UUID, purpose: Purpose) -> list[Entry]:
    """What is done when a list is due, but for writing it down."""
    return await _ranked(await read_pool(member, purpose), purpose)


async def _ranked(pool: Pool, purpose: Purpose) -> list[Entry]:
    found = await asyncio.to_thread(fitting, pool)
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
    """What scoring everyone finds, and how much of it is found.

    Recall is the share of its first 20 that are among our first 20. Where hundreds fit about equally well it says
    little, so the score of our first 20 is given as well, by the first look at everyone, as a part of that of its 20;
    and `as_good@20`, the share of our first 20 that scoring everyone puts no lower than 2 % below its 20th.
    """
    shares, as_good, scores = [], [], []
    for case in cases[:_RECALL_QUERIES]:
        async with database.transaction():
            await database.fetch("SET LOCAL statement_timeout = 0")
            everyone = await read_pool(case.member, case.purpose, everyone=True)
        exact = await asyncio.to_thread(fitting, everyone)
        known = await shares_of(exact.members, case.purpose)
        best = _first(await asyncio.to_thread(rank, exact, known))
        ours = _first(await compute(case.member, case.purpose))
        if best and ours:
            shares.append(len(set(best) & set(ours)) / len(best))
            as_good.append(_as_good(exact, known, best, ours))
            of_both = await asyncio.to_thread(_first_looks, everyone, [best, ours])
            scores.append(of_both[1] / of_both[0])
    recorder.mean(TASK, "wherefore", "recall@20", shares)
    recorder.mean(TASK, "wherefore", "as_good@20", as_good)
    recorder.mean(TASK, "wherefore", "score@20", scores)


def _as_good(exact: Fitting, shares: Mapping[UUID, int], best: Sequence[UUID], ours: Sequence[UUID]) -> float:
    """The share of ours whom scoring everyone puts hardly lower than the last of its best, or higher."""
    known = np.array([shares.get(member, NEW) for member in exact.members], dtype=np.int32)
    worth: list[float] = (exact.scores * exact.near * factors(known)).tolist()
    value = dict(zip(exact.members, worth, strict=True))
    least = min(value[member] for member in best) * (1 - _AS_GOOD)
    return sum(value.get(member, -1) >= least for member in ours[: len(best)]) / len(best)


def _first(entries: Sequence[Entry]) -> list[UUID]:
    return [entry.member for entry in entries[:TOP]]


def _first_looks(everyone: Pool, lists: Sequence[Sequence[UUID]]) -> list[float]:
    """The mean score of the members on each list, by a first look at everyone."""
    mine, theirs = statements_of(everyone.mine.rows()), statements_of(everyone.theirs.rows())
    keys, owner, _ = owner_keys(everyone.theirs.rows())
    agreement = compared(mine, theirs, mean=corpus_mean(theirs.vectors)).agreement
    scores = mutual_scores(agreement, mine, theirs, owner, len(keys))
    place = {(int(high) << 64) | int(low): place for place, (high, low) in enumerate(keys)}
    return [float(scores[[place[member.int] for member in listed]].mean()) for listed in lists]
