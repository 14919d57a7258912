"""Whether a statement reads as a need, whatever its author called it. Pure; docs/model-card.md tells how well.

People write what they need under "about me", and a need is nearest to other needs. A logistic regression over the
sentence vector, trained by `wherefore train roles`, tells needs from offers.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.similarity import Vectors

WEIGHTS = Path(__file__).with_name("role_weights.json")
# How many of the nearest tell how common needs are among what is compared, and how often their share is thought over:
# it settles within a few rounds.
_NEAREST, _ROUNDS = 20, 5
_FIRST_SHARE = np.float32(0.3)
_LEAST_SHARE, _MOST_SHARE = np.float32(0.005), np.float32(0.95)
# The share of needs among statements whose surroundings are not known.
_USUAL_SHARE = np.float32(0.1)


def reads_as_seeking(vectors: Vectors, *, revision: str) -> Vectors | None:
    """How sure it is that each text (n, d) reads as a need if every second one did, 0 to 1; None for another model.

    Args:
        vectors: Unit vectors of the texts.
        revision: The revision of the model that made them (`embeddings.models.Model`).
    """
    weights = _weights()
    if weights["revision"] != revision:
        return None
    result: Vectors = 1 / (1 + np.exp(-(vectors @ weights["direction"] + weights["offset"])))
    return result


def needs_among(reading: Vectors, agreement: Vectors) -> Vectors:
    """How sure it is that each of theirs (n) is a need, as seen from each of mine (m): (m, n).

    Where hardly anything reads as a need, one that seems to is more likely a mistake of the classifier. So the share of
    needs among the nearest is found first, by expectation maximisation (Saerens, Latinne and Decaestecker, 2002).

    Args:
        reading: What `reads_as_seeking` said of theirs, (n,).
        agreement: How much each of mine agrees with each of theirs, (m, n).
    """
    few = min(_NEAREST, len(reading))
    odds = (reading / (1 - reading + np.float32(1e-6)))[None, :]
    share = np.full((len(agreement), 1), _FIRST_SHARE, dtype=np.float32)
    if few:
        nearest = odds[0][np.argpartition(-agreement, few - 1, axis=1)[:, :few]]
        for _ in range(_ROUNDS):
            share = np.clip(_given(share, nearest).mean(axis=1, keepdims=True), _LEAST_SHARE, _MOST_SHARE)
    return _given(share, odds)


def usually_needs(reading: Vectors) -> Vectors:
    """How sure it is that each text (n,) is a need where most are not."""
    return _given(_USUAL_SHARE, reading / (1 - reading + np.float32(1e-6)))


def _given(share: NDArray[np.float32] | np.float32, odds: Vectors) -> Vectors:
    """Odds that assume one half of each, as probabilities where this share are needs."""
    weighed = share / (1 - share) * odds
    result: Vectors = np.asarray(weighed / (1 + weighed), dtype=np.float32)
    return result


@lru_cache(maxsize=1)
def _weights() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    content["direction"] = np.asarray(content["direction"], dtype=np.float32)
    return content
