"""The command `wherefore bench matching`: how fast lists are made and read, how much is found, what it takes."""

import asyncio
import contextlib
import itertools
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from api import database
from api.settings import settings
from scripts.bench_figures import Recorder
from scripts.bench_plots import plot_latency, plot_quality
from scripts.figures import Figure, Report, show, tell
from scripts.serve import running_database

COMMAND = "bench matching"
DATA_DIR = Path(".wherefore-bench")
_SEED = 7


def bench_matching(
    sizes: Sequence[int],
    *,
    queries: int,
    texts: int,
    data_dir: Path | None,
    as_json: bool,
    plots: Path | None,
    quality: Path | None,
) -> None:
    """Measure each size with a database of its own, and print everything."""
    if len(sizes) == 1:
        figures = _measure_here(sizes[0], queries=queries, texts=texts, data_dir=data_dir)
    else:
        figures = [f for size in sizes for f in _measure_apart(size, queries=queries, texts=texts, data_dir=data_dir)]
        figures += growth(figures, sorted(sizes))
    if plots is not None:
        plots.mkdir(parents=True, exist_ok=True)
        plot_latency(figures, plots / "latency.svg")
        if quality is not None:
            plot_quality(quality, plots / "quality.svg")
    show(COMMAND, figures, as_json=as_json)


def growth(figures: Sequence[Figure], sizes: Sequence[int]) -> list[Figure]:
    """How many times as long, or as large, everything of ours is at a size as at the size before."""
    found = {(f.task, f.method, f.metric, f.members): f for f in figures if f.metric in {"p50_ms", "mb"}}
    grown: list[Figure] = []
    for before, size in itertools.pairwise(sizes):
        recorder = Recorder(size)
        for (task, method, metric, members), figure in found.items():
            smaller = found.get((task, method, metric, before))
            if members == size and smaller is not None and smaller.value > 0:
                recorder.value(task, method, f"growth_{metric}", figure.value / smaller.value, n=figure.n)
        grown += recorder.figures
    return grown


def _measure_apart(size: int, *, queries: int, texts: int, data_dir: Path | None) -> list[Figure]:
    """Measure in a process of its own: an engine and its pool belong to one database."""
    command = [sys.executable, "-m", "scripts.command", "bench", "matching", "--json"]
    command += ["--members", str(size), "--queries", str(queries), "--texts", str(texts)]
    if data_dir is not None:
        command += ["--data-dir", str(data_dir / str(size))]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)  # noqa: S603  - our own words
    if done.returncode != 0:
        raise click.ClickException(f"The bench of {size:,} members failed.")
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Report).figures


def _measure_here(size: int, *, queries: int, texts: int, data_dir: Path | None) -> list[Figure]:
    os.environ["WHEREFORE_DATA_DIR"] = str(data_dir or DATA_DIR / str(size))
    settings.cache_clear()
    # Whatever a seed or a start says goes beside the figures.
    with contextlib.redirect_stdout(sys.stderr), running_database() as url:
        return asyncio.run(measure(url, size, queries=queries, texts=texts))


async def measure(url: str, size: int, *, queries: int, texts: int) -> list[Figure]:
    """Everything at one size, in this database, after what is missing of so many members was put into it."""
    from scripts.bench_compute import bench_compute, bench_recall, some_cases  # noqa: PLC0415
    from scripts.bench_peers import prepare_profiles  # noqa: PLC0415
    from scripts.bench_reading import bench_first_match, bench_list_read  # noqa: PLC0415
    from scripts.bench_serving import serving  # noqa: PLC0415
    from scripts.bench_space import bench_disk, bench_memory  # noqa: PLC0415
    from scripts.seed_bulk import seed_bulk  # noqa: PLC0415

    recorder = Recorder(size)
    tell(f"Seeding what is missing of {size:,} members")
    await seed_bulk(members=size, number=_SEED, texts=texts)
    tell("Preparing the peer with one vector a profile")
    await prepare_profiles(url)
    async with database.connected():
        cases = await some_cases(size, queries, number=_SEED)
        tell(f"Computing lists of {len(cases)} members")
        await bench_compute(cases, recorder)
        tell("Comparing with the same scoring of everyone")
        await bench_recall(cases, recorder)
        with serving(url) as (port, server, _):
            tell("Reading lists through HTTP")
            await bench_list_read(port, cases, recorder)
            tell("From signing up to the first match")
            await bench_first_match(port, recorder)
            await bench_memory(server, recorder)
        await bench_disk(recorder)
    return recorder.figures
