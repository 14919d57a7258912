"""How well things are told apart: precision, recall, F1 and false alarms, with their intervals."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from scripts.figures import RESAMPLES, Figure, within

Flags = NDArray[np.bool_]


def f1_of(task: str, method: str, really: Sequence[bool], found: Sequence[bool]) -> list[Figure]:
    """Precision, recall, F1 and the share of false alarms of one class."""
    truth, told = np.array(really, dtype=np.bool_), np.array(found, dtype=np.bool_)
    measures: dict[str, Callable[[Flags, Flags], float]] = {
        "precision": lambda yes, said: _share(said & yes, said),
        "recall": lambda yes, said: _share(said & yes, yes),
        "f1": _f1,
        "fpr": lambda yes, said: _share(said & ~yes, ~yes),
    }
    return [
        within(task, method, name, measure(truth, told), _resampled(measure, truth, told), len(truth))
        for name, measure in measures.items()
    ]


def macro_f1_of(task: str, method: str, really: Sequence[str], found: Sequence[str]) -> Figure:
    """The mean of the F1 of all classes that there really are."""
    classes = sorted(set(really))
    place = {name: number for number, name in enumerate(classes)}
    truth, told = np.array([place[one] for one in really]), np.array([place.get(one, -1) for one in found])

    def macro(yes: NDArray[np.int_], said: NDArray[np.int_]) -> float:
        return float(np.mean([_f1(yes == number, said == number) for number in range(len(classes))]))

    chance = np.random.default_rng(0)
    drawn = (chance.integers(len(truth), size=len(truth)) for _ in range(RESAMPLES))
    resampled = np.array([macro(truth[rows], told[rows]) for rows in drawn])
    return within(task, method, "macro_f1", macro(truth, told), resampled, len(truth))


def _resampled(measure: Callable[[Flags, Flags], float], truth: Flags, told: Flags) -> NDArray[np.float64]:
    chance = np.random.default_rng(0)
    drawn = (chance.integers(len(truth), size=len(truth)) for _ in range(RESAMPLES))
    return np.array([measure(truth[rows], told[rows]) for rows in drawn])


def _f1(yes: Flags, said: Flags) -> float:
    both = int((yes & said).sum())
    return 2 * both / int(yes.sum() + said.sum()) if both else 0.0


def _share(some: Flags, of: Flags) -> float:
    return float(some.sum() / of.sum()) if of.any() else 0.0
