"""What the benches and the evaluations measured: one shape of figure with its interval, and how it is printed."""

import platform
import sys
from collections.abc import Sequence
from os import cpu_count

import click
import msgspec
import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000


class Figure(msgspec.Struct, frozen=True):
    """One measured value with its 95 % bootstrap interval (the value itself where there is one measurement)."""

    task: str
    method: str
    metric: str
    value: float
    low: float
    high: float
    n: int
    members: int = 0
    """How many bulk members the database had; 0 where that does not matter."""


class Report(msgspec.Struct, frozen=True):
    """Everything one run measured, and on what."""

    command: str
    machine: str
    figures: list[Figure]


def within(  # noqa: PLR0917 - the fields of a figure
    task: str, method: str, metric: str, value: float, resampled: NDArray[np.floating], n: int, *, members: int = 0
) -> Figure:
    """A figure whose interval is that of its resampled values."""
    low, high = (round(float(edge), 4) for edge in np.quantile(resampled, (0.025, 0.975)))
    return Figure(task, method, metric, round(float(value), 4), low, high, n, members)


def mean_of(task: str, method: str, metric: str, values: NDArray[np.float64], *, members: int = 0) -> Figure:
    """The mean of one value a query or a turn, with its interval."""
    resampled = np.random.default_rng(0).choice(values, size=(RESAMPLES, len(values))).mean(axis=1)
    return within(task, method, metric, float(values.mean()), resampled, len(values), members=members)


def machine() -> str:
    """What ran it, in a few words."""
    return f"{platform.system()} {platform.machine()}, {cpu_count()} processors, Python {platform.python_version()}"


def show(command: str, figures: Sequence[Figure], *, as_json: bool) -> None:
    """Print a report, as one JSON object or for people, tasks apart."""
    if as_json:
        click.echo(msgspec.json.encode(Report(command, machine(), list(figures))).decode())
        return
    click.echo(machine())
    head = None
    for one in figures:
        if (one.members, one.task) != head:
            head = (one.members, one.task)
            click.echo(f"\n{one.task}" + (f", {one.members:,} members" if one.members else ""))
        interval = f"  [{one.low:,.3f}, {one.high:,.3f}]" if one.low != one.high else ""
        click.echo(f"  {one.method:<24}{one.metric:<20}{one.value:>12,.3f}{interval}  n={one.n}")


def tell(what: str) -> None:
    """Progress goes beside the figures, never among them."""
    print(what, file=sys.stderr, flush=True)
