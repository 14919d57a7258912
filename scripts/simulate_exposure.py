"""A month of visits in memory: how exposure is shared out by the service's own ranking, and what that costs.

What counts as exposure: a member stood among the first twenty of a list that somebody looked at.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from api.matching.exposure import NEW, SHOWN_FIRST, next_shares
from api.matching.ranking import in_order
from scripts.exposure_world import Group, world
from scripts.figures import Figure, mean_of, show, tell

SOON = 3
"""New members should be shown within so many days."""

# Of all members 40 % look at lists in the month at all; of these, a few every day and most a few times.
_VISITING, _HOW_OFTEN = 0.4, (0.8, 2.2)
_JOINING_LATER = 0.15
_ASKING, _ANSWERED_A_DAY, _CAPACITY = 0.3, 0.25, 5
_COUNTED_DAYS = 7
_RESAMPLES = 300

Numbers = NDArray[np.float64]
_DISCOUNTS = 1 / np.log2(np.arange(SHOWN_FIRST) + 2)


class Month(msgspec.Struct, frozen=True):
    """What came of one run for one purpose."""

    shown_a_day: Numbers
    """For each member, how often they were shown for each day on which they were there."""
    new_shown_soon: NDArray[np.bool_]
    """For each who joined early enough, whether they were shown within three days."""
    ndcg: Numbers
    """For each list that was looked at, nDCG@20; relevant is whoever writes about the same topic."""


def simulate_exposure(*, members: int, days: int, number: int, as_json: bool) -> None:
    """Simulate a month with and without sharing out, and print the figures of both."""
    visiting = np.random.default_rng([number, 0]).random(members) < _VISITING
    groups = world(members=members, number=number, visiting=visiting)
    figures: list[Figure] = []
    quality = {}
    for method in ("wherefore", "without_fairness"):
        tell(f"Simulating {days} days: {method}")
        months = [month(group, days=days, number=number, sharing=method == "wherefore") for group in groups]
        figures += _figures(method, months)
        quality[method] = np.concatenate([one.ndcg for one in months])
    figures.append(_loss(quality["wherefore"], quality["without_fairness"]))
    show("simulate exposure", figures, as_json=as_json)


def month(group: Group, *, days: int, number: int, sharing: bool) -> Month:
    """Let the members of one purpose visit for some days; visits are the same with sharing out and without."""
    run = _Run(group, days=days, number=number, sharing=sharing)
    for day in range(days):
        run.pass_day(day)
    there = days - run.joined
    early = (run.joined > 0) & (there >= SOON)
    soon = (run.first_shown >= 0) & (run.first_shown - run.joined < SOON)
    return Month(run.shown / there, soon[early], np.array(run.ndcg))


def gini(values: Numbers) -> float:
    """How unevenly something is shared out: 0 when all have the same, towards 1 when one has all."""
    ordered = np.sort(values)
    total = ordered.sum()
    ranks = 2 * np.arange(1, len(ordered) + 1) - len(ordered) - 1
    return float(ranks @ ordered / (len(ordered) * total)) if total else 0.0


class _Run:
    """The state of one purpose from day to day."""

    def __init__(self, group: Group, *, days: int, number: int, sharing: bool) -> None:
        size = len(group.topics)
        self._group, self._sharing = group, sharing
        self._rng = np.random.default_rng([number, 1, size])
        self._activity = np.zeros(size)
        viewers = list(group.candidates)
        self._activity[viewers] = self._rng.beta(*_HOW_OFTEN, size=len(viewers))
        later = self._rng.integers(1, max(days, 2), size=size)
        self.joined = np.where(self._rng.random(size) < _JOINING_LATER, later, 0)
        self.shown, self.first_shown = np.zeros(size), np.full(size, -1)
        self.ndcg: list[float] = []
        self._shares = np.full(size, NEW if sharing else 0, dtype=np.int32)
        self._waiting = np.zeros(size, dtype=np.int64)
        self._asked = np.zeros((size, size), dtype=np.bool_)
        self._lists: dict[int, tuple[int, NDArray[np.intp]]] = {}

    def pass_day(self, day: int) -> None:
        """Everyone who visits on a day looks at the first of their list, and some ask somebody on it."""
        rng = self._rng
        here = self.joined <= day
        self._waiting -= rng.binomial(self._waiting, _ANSWERED_A_DAY)
        visits, asks, whom = rng.random(len(here)), rng.random(len(here)), rng.exponential(4, len(here)).astype(int)
        today = np.zeros(len(here))
        for viewer in np.flatnonzero(here & (visits < self._activity)).tolist():
            first = self._look(viewer, here)
            today[first] += 1
            self._lists[viewer] = day, first
            if asks[viewer] < _ASKING and len(first):
                asked = first[min(whom[viewer], len(first) - 1)]
                self._asked[viewer, asked] = True
                self._waiting[asked] += 1
        self.first_shown[(self.first_shown < 0) & (today > 0)] = day
        self.shown += today
        if self._sharing:
            self._count(day, here)

    def _look(self, viewer: int, here: NDArray[np.bool_]) -> NDArray[np.intp]:
        """The first of a viewer's list, by the ranking of the service."""
        all_of_them = self._group.candidates[viewer]
        members = all_of_them.members
        open_to = here[members] & (self._waiting[members] < _CAPACITY) & ~self._asked[viewer, members]
        members = members[open_to]
        order = in_order(
            all_of_them.scores[open_to],
            near=all_of_them.near[open_to],
            shares=self._shares[members],
            lots=all_of_them.lots[open_to] if self._sharing else np.arange(len(members), dtype=np.uint64),
        )
        first: NDArray[np.intp] = members[order[:SHOWN_FIRST]]
        alike = (self._group.topics & self._group.topics[viewer]).any(axis=1)
        alike[viewer] = False
        possible = min(SHOWN_FIRST, int((alike & here).sum()))
        if possible:
            gained = (alike[first] * _DISCOUNTS[: len(first)]).sum()
            self.ndcg.append(float(gained / _DISCOUNTS[:possible].sum()))
        return first

    def _count(self, day: int, here: NDArray[np.bool_]) -> None:
        """What the service does every night."""
        shown = np.zeros(len(here), dtype=np.int32)
        for looked_at, first in self._lists.values():
            if day - looked_at < _COUNTED_DAYS:
                shown[first] += 1
        load = (self._waiting / _CAPACITY).astype(np.float32)
        self._shares[here] = next_shares(self._shares[here], shown[here], load[here])


def _figures(method: str, months: list[Month]) -> list[Figure]:
    shown = np.concatenate([one.shown_a_day for one in months])
    soon = np.concatenate([one.new_shown_soon for one in months]).astype(np.float64)
    rng = np.random.default_rng(0)
    ginis = [gini(rng.choice(shown, len(shown))) for _ in range(_RESAMPLES)]
    return [
        _with_interval(method, "gini", gini(shown), ginis, len(shown)),
        mean_of("exposure", method, "never_shown", (shown == 0).astype(np.float64)),
        mean_of("exposure", method, f"new_shown_within_{SOON}_days", soon),
        mean_of("exposure", method, f"ndcg@{SHOWN_FIRST}", np.concatenate([one.ndcg for one in months])),
    ]


def _loss(with_sharing: Numbers, without: Numbers) -> Figure:
    """What part of nDCG sharing out costs."""
    rng = np.random.default_rng(0)
    losses = [
        1 - rng.choice(with_sharing, len(with_sharing)).mean() / rng.choice(without, len(without)).mean()
        for _ in range(_RESAMPLES)
    ]
    return _with_interval("wherefore", "ndcg_loss", 1 - with_sharing.mean() / without.mean(), losses, len(with_sharing))


def _with_interval(method: str, metric: str, value: float, resampled: list[float], n: int) -> Figure:
    low, high = np.quantile(resampled, (0.025, 0.975))
    return Figure("exposure", method, metric, round(float(value), 4), round(float(low), 4), round(float(high), 4), n)
