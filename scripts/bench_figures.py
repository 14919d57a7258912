"""Collecting what a bench measured: percentiles and means with intervals."""

from collections.abc import Sequence

import numpy as np

from scripts.figures import RESAMPLES, Figure, mean_of, within

_PERCENTILES = {"p50_ms": 50, "p99_ms": 99}


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
        resampled = np.random.default_rng(0).choice(taken, size=(RESAMPLES, len(taken)))
        for metric, percent in _PERCENTILES.items():
            value, spread = float(np.percentile(taken, percent)), np.percentile(resampled, percent, axis=1)
            self.figures.append(within(task, method, prefix + metric, value, spread, len(taken), members=self._members))

    def mean(self, task: str, method: str, metric: str, values: Sequence[float]) -> None:
        """Keep the mean of one value a query or a turn."""
        if values:
            found = np.asarray(values, dtype=np.float64)
            self.figures.append(mean_of(task, method, metric, found, members=self._members))

    def value(self, task: str, method: str, metric: str, value: float, *, n: int = 1) -> None:
        """Keep a value that was found once."""
        once = np.array([value])
        self.figures.append(within(task, method, metric, value, once, n, members=self._members))

    def ratio(self, task: str, metric: str, one: tuple[str, str], other: tuple[str, str]) -> None:
        """Keep one figure of this task divided by another, each given by method and metric, as a figure of ours."""
        above, below = self._find(task, *one), self._find(task, *other)
        if above is not None and below is not None and below.value > 0:
            self.value(task, "wherefore", metric, above.value / below.value, n=min(above.n, below.n))

    def _find(self, task: str, method: str, metric: str) -> Figure | None:
        wanted = (task, method, metric)
        return next((kept for kept in self.figures if (kept.task, kept.method, kept.metric) == wanted), None)
