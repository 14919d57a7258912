"""What was learned about reasons: four logistic regressions and the means that agreement is counted from.

`wherefore train reasons` makes them; docs/model-card.md tells from what, and how well they do.
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from embeddings.reason_reading import Reading
from embeddings.reason_rules import sales
from embeddings.reason_words import counts

Vectors = NDArray[np.float32]

WEIGHTS = Path(__file__).with_name("reason_weights.json")
# How much the plain numbers weigh beside the vectors before anything is learned: both spread about as much then.
_COUNTS_SCALE = np.float32(0.5)
_GROUND_SCALE = np.array([2, 2, 2, 2, 2, 0.5, 0.5, 1, 2], dtype=np.float32)


class Weights(msgspec.Struct, frozen=True):
    """Weights of one model's vectors, of `d` dimensions."""

    revision: str
    """The revision of the model that they belong to."""
    reason_mean: Vectors
    core_mean: Vectors
    statement_mean: Vectors
    """What reasons, their cores and statements have in common just by being such, (d,) each."""
    template: Vectors
    far: Vectors
    """Over `with_ground`: what tells reasons that fit nobody, and reasons that do not fit this one, (n + 1,)."""
    pitch: Vectors
    """Over `by_itself`: what tells texts that sell, (n + 1,)."""
    merge: Vectors
    """Over `embeddings.reason_remainder`: what tells that nothing is left without the words of the reader, (n + 1,)."""


def by_itself(reading: Reading, names: tuple[str, ...] = ()) -> Vectors:
    """A text as the regressions take it, without looking at anybody: (2d + counts,)."""
    return np.concatenate([reading.whole, reading.core, put_plainly(reading.text, names)])


def put_plainly(text: str, names: Sequence[str] = ()) -> Vectors:
    """How a text is put (`embeddings.reason_words.counts`), as the regressions take it."""
    return counts(text, names, len(sales(text))) * _COUNTS_SCALE


def with_ground(alone: Vectors, ground: Vectors) -> Vectors:
    """`by_itself` together with how the text agrees with its recipient's words."""
    return np.concatenate([alone, ground * _GROUND_SCALE])


def told(weights: Vectors, row: Vectors) -> float:
    """What a regression tells of a row: how sure it is that it is so, 0 to 1."""
    return float(1 / (1 + np.exp(-(row @ weights[:-1] + weights[-1]))))


def weights_for(revision: str) -> Weights | None:
    """The weights, or None when they belong to another model."""
    weights = _shipped()
    return weights if weights.revision == revision else None


def save(weights: Weights) -> None:
    """Keep weights where `weights_for` finds them."""
    found = {
        name: value if isinstance(value, str) else [round(float(one), 4) for one in value]
        for name, value in msgspec.structs.asdict(weights).items()
    }
    WEIGHTS.write_text(json.dumps(found) + "\n", encoding="utf-8")
    _shipped.cache_clear()


@lru_cache(maxsize=1)
def _shipped() -> Weights:
    raw = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    vectors = {name: np.array(value, dtype=np.float32) for name, value in raw.items() if name != "revision"}
    return Weights(revision=str(raw["revision"]), **vectors)
