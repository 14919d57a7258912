"""The command `wherefore bench encode`: the encoder's queue and the bulk seed beside the bare network, in turns."""

import asyncio
import contextlib
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from api import database
from api.encoding import encoder
from scripts.bench_figures import Recorder
from scripts.figures import Figure, show
from scripts.seed_bulk import bulk_members, seed_bulk
from scripts.seed_bulk_plan import batches
from scripts.seed_bulk_texts import Bank
from scripts.serve import running_database

if TYPE_CHECKING:
    from embeddings.network import Network

COMMAND = "bench encode"
_SEED = 8
_EVERY_TEXT_ITS_OWN = 1 << 40
_TURNS = 3
_CLIENTS = 16
_SINGLE_SECONDS = 4.0
_TEXTS_A_PASS = 2048


def bench_encode(*, members: int, as_json: bool) -> None:
    """Measure, in a database that may be thrown away, and print everything."""
    with contextlib.redirect_stdout(sys.stderr), running_database():
        figures = asyncio.run(measure(members))
    show(COMMAND, figures, as_json=as_json)


async def measure(members: int) -> list[Figure]:
    """The bare network, a bulk seed of so many members, and single texts by one client and by many, in turns."""
    await encoder().start()
    network = await asyncio.to_thread(_load_bare)
    taken: dict[str, list[float]] = {"bare_network": [], "seed_bulk": [], "one_at_a_time": [], "concurrent": []}
    async with database.connected():
        begun = await bulk_members(_SEED)
    for place in range(_TURNS):
        texts = _texts(begun + place * members, begun + (place + 1) * members)
        taken["bare_network"].append(await asyncio.to_thread(_bare, network, texts))
        added = await seed_bulk(members=begun + (place + 1) * members, number=_SEED, texts=_EVERY_TEXT_ITS_OWN)
        taken["seed_bulk"].append(added.texts / added.seconds)
        taken["one_at_a_time"].append(await _singles(texts, clients=1))
        taken["concurrent"].append(await _singles(texts, clients=_CLIENTS))
    recorder = Recorder()
    for method, per_s in taken.items():
        recorder.mean("encode", method, "per_s", per_s)
    for task, above, below in (
        ("encode_bulk", "seed_bulk", "bare_network"),
        ("encode_concurrently", "concurrent", "one_at_a_time"),
    ):
        recorder.mean(
            task, "wherefore", "ratio", [one / other for one, other in zip(taken[above], taken[below], strict=True)]
        )
    return recorder.figures


def _load_bare() -> "Network":
    """The network of the encoder once more, in the same arithmetic, without the queue before it."""
    import torch  # noqa: PLC0415 - takes two seconds

    from embeddings.network import load_network  # noqa: PLC0415

    return load_network(encoder().model, threads=torch.get_num_threads())


def _texts(first: int, after: int) -> list[str]:
    """What these bulk members write."""
    bank = Bank(number=_SEED, most=_EVERY_TEXT_ITS_OWN)
    texts = []
    for batch in batches(bank, number=_SEED, members=after):
        for author, row, place in zip(batch.author.tolist(), batch.row.tolist(), batch.place.tolist(), strict=True):
            if batch.first + author >= first:
                texts.append(bank.text(row, place))
    return texts


def _bare(network: "Network", texts: Sequence[str]) -> float:
    """Texts a second by the network alone, sorted by length."""
    ordered = sorted(texts, key=len)
    began = time.perf_counter()
    for start in range(0, len(ordered), _TEXTS_A_PASS):
        network.encode(ordered[start : start + _TEXTS_A_PASS])
    return len(ordered) / (time.perf_counter() - began)


async def _singles(texts: Sequence[str], *, clients: int) -> float:
    """Texts a second when so many clients each ask for one text after another, through the encoder's queue."""
    until = time.perf_counter() + _SINGLE_SECONDS
    done = 0

    async def ask(place: int) -> None:
        nonlocal done
        while time.perf_counter() < until:
            await encoder().encode([texts[place % len(texts)]])
            done += 1
            place += clients

    began = time.perf_counter()
    await asyncio.gather(*(ask(client) for client in range(clients)))
    return done / (time.perf_counter() - began)
