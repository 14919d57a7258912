"""How good a ranking is, with intervals: the figures that `wherefore evaluate` prints."""

import platform
from collections.abc import Sequence
from os import cpu_count

import click
import msgspec
import numpy as np
from numpy.typing import NDArray

DEPTH, MRR_DEPTH = 10, 100
_RESAMPLES = 1000
_DISCOUNTS = 1 / np.log2(np.arange(DEPTH) + 2)

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]


class Figure(msgspec.Struct, frozen=True):
    """One measured value with its 95 % bootstrap interval over `n` queries."""

    task: str
    method: str
    metric: str
    value: float
    low: float
    high: float
    n: int


class Report(msgspec.Struct, frozen=True):
    """Everything one run measured, and on what."""

    command: str
    machine: str
    figures: list[Figure]


def ranking_values(scores: NDArray[np.float32], relevant: Flags) -> tuple[float, float, float]:
    """Recall@10 (of at most ten), nDCG@10 (binary) and the reciprocal rank within 100 of one ranking by score (n,)."""
    hits = relevant[np.argsort(-scores, kind="stable")[:MRR_DEPTH]]
    possible = min(DEPTH, int(relevant.sum()))
    first = np.flatnonzero(hits)
    top = hits[:DEPTH]
    gained = float((top * _DISCOUNTS[: len(top)]).sum() / _DISCOUNTS[:possible].sum())
    return float(top.sum() / possible), gained, 1 / (1 + int(first[0])) if len(first) else 0.0


def ranking_figures(task: str, method: str, values: Sequence[tuple[float, float, float]]) -> list[Figure]:
    """The three figures of a ranking task from the values of its queries."""
    table = np.asarray(values, dtype=np.float64).reshape(-1, 3)
    return [
        figure(task, method, metric, table[:, i])
        for i, metric in enumerate((f"recall@{DEPTH}", f"ndcg@{DEPTH}", "mrr"))
    ]


def figure(task: str, method: str, metric: str, values: Numbers) -> Figure:
    """The mean of one value a query, with its interval."""
    resampled = np.random.default_rng(0).choice(values, size=(_RESAMPLES, len(values))).mean(axis=1)
    return _figure(task, method, metric, float(values.mean()), resampled, len(values))


def auc(positive: Numbers, negative: Numbers) -> float:
    """How often a positive item scores above a negative one; equals count half."""
    ordered = np.sort(negative)
    below, not_above = np.searchsorted(ordered, positive, "left"), np.searchsorted(ordered, positive, "right")
    return float((below + not_above).mean() / 2 / len(negative))


def auc_figure(task: str, method: str, positive: Numbers, negative: Numbers) -> Figure:
    """The AUC with an interval over items of both kinds."""
    chance = np.random.default_rng(0)
    resampled = [
        auc(chance.choice(positive, len(positive)), chance.choice(negative, len(negative))) for _ in range(300)
    ]
    value = auc(positive, negative)
    return _figure(task, method, "auc", value, np.asarray(resampled), len(positive) + len(negative))


def machine() -> str:
    """What ran it, in a few words."""
    return f"{platform.system()} {platform.machine()}, {cpu_count()} processors, Python {platform.python_version()}"


def print_table(figures: Sequence[Figure]) -> None:
    """One line a figure, tasks apart."""
    task = ""
    for one in figures:
        if one.task != task:
            task = one.task
            click.echo(f"\n{task} ({one.n})")
        click.echo(f"  {one.method:<24}{one.metric:<16}{one.value:.3f}  [{one.low:.3f}, {one.high:.3f}]")


def _figure(task: str, method: str, metric: str, value: float, resampled: Numbers, n: int) -> Figure:  # noqa: PLR0917
    low, high = (round(float(edge), 4) for edge in np.quantile(resampled, (0.025, 0.975)))
    return Figure(task, method, metric, round(value, 4), low, high, n)
