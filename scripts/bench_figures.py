"""What a bench measured: percentiles with intervals, and how they are printed."""

from collections.abc import Sequence

import click
import msgspec
import numpy as np

from scripts.evaluation_figures import machine

_RESAMPLES = 1000
_PERCENTILES = {"p50_ms": 50, "p99_ms": 99}


class Figure(msgspec.Struct, frozen=True):
    """One measured value with its 95 % bootstrap interval (the value itself where there is one measurement)."""

    task: str
    method: str
    metric: str
    value: float
    low: float
    high: float
    n: int
    members: int
    """How many bulk members the database had; 0 where that does not matter."""


class Report(msgspec.Struct, frozen=True):
    """Everything one run measured, and on what."""

    command: str
    machine: str
    figures: list[Figure]


class Recorder:
    """Collects the figures of one size."""

    def __init__(self, members: int = 0) -> None:
        """Start with none."""
        self.figures: list[Figure] = []
        self._members = members

    def times(self, task: str, method: str, seconds: Sequence[float], *, prefix: str = "") -> None:
        """Keep the median and the 99th percentile of how long something took."""
        if not seconds:
            return
        taken = np.asarray(seconds) * 1000
        resampled = np.random.default_rng(0).choice(taken, size=(_RESAMPLES, len(taken)))
        for metric, percent in _PERCENTILES.items():
            low, high = np.quantile(np.percentile(resampled, percent, axis=1), (0.025, 0.975))
            self._keep(task, method, prefix + metric, np.percentile(taken, percent), low, high, n=len(taken))

    def mean(self, task: str, method: str, metric: str, values: Sequence[float]) -> None:
        """Keep the mean of one value a query or a turn."""
        if not values:
            return
        found = np.asarray(values, dtype=np.float64)
        resampled = np.random.default_rng(0).choice(found, size=(_RESAMPLES, len(found))).mean(axis=1)
        low, high = np.quantile(resampled, (0.025, 0.975))
        self._keep(task, method, metric, found.mean(), low, high, n=len(found))

    def value(self, task: str, method: str, metric: str, value: float, *, n: int = 1) -> None:
        """Keep a value that was found once."""
        self._keep(task, method, metric, value, value, value, n=n)

    def ratio(self, task: str, metric: str, one: tuple[str, str], other: tuple[str, str]) -> None:
        """Keep one figure of this task divided by another, each given by method and metric, as a figure of ours."""
        above, below = self._find(task, *one), self._find(task, *other)
        if above is not None and below is not None and below.value > 0:
            self.value(task, "wherefore", metric, above.value / below.value, n=min(above.n, below.n))

    def _find(self, task: str, method: str, metric: str) -> Figure | None:
        wanted = (task, method, metric)
        return next((kept for kept in self.figures if (kept.task, kept.method, kept.metric) == wanted), None)

    def _keep(  # noqa: PLR0917 - the fields of a figure
        self, task: str, method: str, metric: str, value: float, low: float, high: float, *, n: int
    ) -> None:
        middle, lowest, highest = (round(float(number), 4) for number in (value, low, high))
        self.figures.append(Figure(task, method, metric, middle, lowest, highest, n, self._members))


def show(command: str, figures: list[Figure], *, as_json: bool) -> None:
    """Print a report, as one JSON object or for people."""
    if as_json:
        click.echo(msgspec.json.encode(Report(command, machine(), figures)).decode())
        return
    click.echo(machine())
    head = None
    for one in figures:
        if (one.members, one.task) != head:
            head = (one.members, one.task)
            click.echo(f"\n{one.task}" + (f", {one.members:,} members" if one.members else ""))
        within = f"  [{one.low:,.3f}, {one.high:,.3f}]" if one.low != one.high else ""
        click.echo(f"  {one.method:<20}{one.metric:<20}{one.value:>12,.3f}{within}  n={one.n}")
