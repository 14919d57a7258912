"""The command `wherefore bench load`: how the whole site holds up under a steady load, and under ten times as much."""

import asyncio
import contextlib
import random
import sys
import time
from collections import Counter

import msgspec
import numpy as np
import psutil

from api import database
from scripts.bench_client import Client
from scripts.bench_figures import Recorder
from scripts.bench_server import Running, running
from scripts.figures import Figure, show, tell
from scripts.load_mix import Asked, Mix
from scripts.load_people import let_in, look_around, meet, show_out
from scripts.seed_bulk import seed_bulk
from scripts.serve import running_database

COMMAND = "bench load"
_SEED = 7
_CONNECTIONS = 256
"""Requests that are on their way at once; what comes on top counts as not sent."""
_GIVEN_UP_AFTER = 30.0
_MEGABYTE = 1e6
_CALM_MS = 300.0
_OVERLOAD = 10
_BAD_REPLY = 500
_BUSY, _TOO_MANY = 503, 429


class Answered(msgspec.Struct, frozen=True):
    """How one request went."""

    kind: str
    status: int
    """0 where there was no reply."""
    due: float
    """When it was to be sent, in seconds from the beginning of its phase."""
    seconds: float
    """From then until the last byte, however late it was sent: a slow site does not excuse itself by it."""
    says_when: bool


def bench_load(*, members: int, visitors: int, rate: int, minutes: float, workers: int, as_json: bool) -> None:
    """Measure, in a database with so many bulk members, and print everything."""
    with contextlib.redirect_stdout(sys.stderr), running_database() as url:
        figures = asyncio.run(measure(url, members, visitors=visitors, rate=rate, minutes=minutes, workers=workers))
    show(COMMAND, figures, as_json=as_json)


async def measure(url: str, members: int, *, visitors: int, rate: int, minutes: float, workers: int) -> list[Figure]:
    """Each phase, on a database to which what is missing of so many bulk members is added first."""
    tell(f"Seeding what is missing of {members:,} members")
    await seed_bulk(members=members, number=_SEED)
    recorder, chance = Recorder(members), random.Random(_SEED)  # noqa: S311 - so that a run can be repeated
    async with database.connected():
        with _as_operators_start_it(url, workers) as (port, server, ready_in):
            recorder.value("start", "wherefore", "ready_s", ready_in)
            people = await let_in(members, number=_SEED, visitors=visitors)
            tell(f"{len(people):,} members look around")
            await look_around(port, people)
            client = Client(port)
            await meet(client, people, pairs=len(people) // 10, chance=chance)
            await client.close()
            mix = Mix(people, chance=chance)
            try:
                await _phases(port, server, mix, recorder, rate=rate, minutes=minutes)
            finally:
                await show_out()
    return recorder.figures


async def _phases(
    port: int, server: psutil.Process, mix: Mix, recorder: Recorder, *, rate: int, minutes: float
) -> None:
    part = min(1.0, minutes)  # of each other phase, in a short run
    tell("Warming up")
    await _drive(port, mix, rate=rate, seconds=15 * part)
    tell(f"{rate} requests a second for {minutes:g} minutes")
    before = _memory(server)
    steady = await _drive(port, mix, rate=rate, seconds=minutes * 60)
    recorder.value("memory", "wherefore", "grown_mb", (_memory(server) - before) / _MEGABYTE)
    recorder.value("memory", "wherefore", "mb", _memory(server) / _MEGABYTE)
    _record("steady", steady, recorder)
    tell(f"{rate * _OVERLOAD} requests a second for {part:g} minutes")
    over = await _drive(port, mix, rate=rate * _OVERLOAD, seconds=60 * part)
    _record("overload", over, recorder)
    after = await _drive(port, mix, rate=rate, seconds=30 * part)
    recorder.value("overload", "wherefore", "back_to_normal_s", _calm_after(after))


async def _drive(port: int, mix: Mix, *, rate: int, seconds: float) -> list[Answered]:
    """Send requests at moments that do not depend on the replies, as many people do who know nothing of each other."""
    answered: list[Answered] = []
    idle = [Client(port) for _ in range(_CONNECTIONS)]
    everyone, tasks = list(idle), set()
    began, due, chance = time.perf_counter(), 0.0, random.Random(_SEED)  # noqa: S311 - as above

    async def send(asked: Asked, due: float, client: Client) -> None:
        status, says_when = 0, False
        try:
            async with asyncio.timeout(_GIVEN_UP_AFTER):
                reply = await client.ask(asked.method, asked.path, headers=asked.headers, body=asked.body)
            status, says_when = reply.status, reply.says_when
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            await client.close()
        answered.append(Answered(asked.kind, status, due, time.perf_counter() - began - due, says_when))
        idle.append(client)

    while due < seconds:
        await asyncio.sleep(max(0.0, began + due - time.perf_counter()))
        if idle:
            task = asyncio.create_task(send(mix.next(), due, idle.pop()))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        else:
            answered.append(Answered("not sent", 0, due, 0.0, says_when=False))
        due += chance.expovariate(rate)
    await asyncio.gather(*tasks)
    for client in everyone:
        await client.close()
    return answered


def _record(task: str, answered: list[Answered], recorder: Recorder) -> None:
    sent = [one for one in answered if one.kind != "not sent"]
    taken = [one for one in sent if one.status not in {0, _BUSY, _TOO_MANY}]
    recorder.times(task, "all", [one.seconds for one in taken])
    for kind in sorted({one.kind for one in taken}):
        recorder.times(task, kind, [one.seconds for one in taken if one.kind == kind])
    recorder.value(task, "all", "per_s", len(taken) / max(one.due for one in answered), n=len(taken))
    for status, number in sorted(Counter(one.status for one in sent).items()):
        recorder.value(task, "all", f"status_{status or 'none'}", number, n=len(sent))
    recorder.value(task, "all", "not_sent", len(answered) - len(sent), n=len(answered))
    faults = [one for one in sent if one.status >= _BAD_REPLY and not (one.status == _BUSY and one.says_when)]
    recorder.value(task, "all", "faults", len(faults), n=len(sent))


def _calm_after(answered: list[Answered]) -> float:
    """The second from which on nothing is refused, and 99 of 100 are answered as soon as they should be."""
    last = int(max(one.due for one in answered))
    for second in range(last + 1):
        rest = [one for one in answered if one.due >= second]
        soon = np.percentile([one.seconds for one in rest], 99) * 1000 <= _CALM_MS
        if soon and not any(one.status in {0, _BUSY} for one in rest):
            return float(second)
    return last + 1.0


def _memory(server: psutil.Process) -> float:
    """Bytes of the processes that serve; shared pages count once."""
    return float(sum(process.memory_full_info().pss for process in (server, *server.children(recursive=True))))


def _as_operators_start_it(database_url: str, workers: int) -> contextlib.AbstractContextManager[Running]:
    """The site behind a proxy on this machine."""
    command = (sys.executable, "-m", "scripts.command", "serve", "--workers", str(workers), "--port")
    settings = {"WHEREFORE_DATABASE_URL": database_url, "WHEREFORE_TRUSTED_PROXIES": "127.0.0.1"}
    return running(lambda port: (*command, str(port)), settings=settings)
