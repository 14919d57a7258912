"""How good a ranking is, with intervals: the figures that `wherefore evaluate` prints."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scripts.figures import Figure, mean_of, within

DEPTH, MRR_DEPTH = 10, 100
_DISCOUNTS = 1 / np.log2(np.arange(DEPTH) + 2)

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]


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
        mean_of(task, method, metric, table[:, i])
        for i, metric in enumerate((f"recall@{DEPTH}", f"ndcg@{DEPTH}", "mrr"))
    ]


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
    return within(task, method, "auc", value, np.asarray(resampled), len(positive) + len(negative))
