"""Training of what tells needs from offers: a logistic regression over sentence vectors, cross-validated."""

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder
from embeddings.models import find_model
from embeddings.roles import WEIGHTS
from embeddings.similarity import Vectors
from scripts.evaluation_figures import auc
from scripts.seed_data import load_topics

# All texts together weigh as much as this many, and how far weights may go (the inverse of the L2 penalty). The
# statements of the demo count twice: wrong alarms among them cost more than elsewhere.
_TOTAL, _FREEDOM = 1000.0, 10.0
_SHARES = {"demo": 2.0, "examples": 1.0, "others": 1.0}
_FOLDS, _ROUNDS = 10, 25


@dataclass(frozen=True)
class Labelled:
    """Texts from one source, and whether each is a need."""

    vectors: NDArray[np.float64]
    need: NDArray[np.bool_]

    def only(self, rows: NDArray[np.bool_]) -> "Labelled":
        """Some of them."""
        return Labelled(self.vectors[rows], self.need[rows])


def train_roles(others: Path | None, *, write: bool) -> None:
    """Train on all sources, print what cross-validation says of each, and keep the weights."""
    model = find_model()
    encoder = Encoder(model)
    sources = {
        name: Labelled(np.asarray(encoder.encode_now(texts), dtype=np.float64), np.asarray(need, dtype=np.bool_))
        for name, (texts, need) in _texts(others).items()
    }
    encoder.close()
    for name, told in _cross_validated(sources).items():
        need = sources[name].need
        alone = {other: one for other, one in sources.items() if other != name}
        weights = _fit(alone)
        unseen = auc(*_apart(_told(weights, sources[name].vectors), need))
        click.echo(
            f"{name}: {len(need)} texts, {need.sum()} needs. AUC {auc(*_apart(told, need)):.3f} in {_FOLDS} folds, "
            f"{unseen:.3f} when trained on the other sources only."
        )
    if write:
        weights = _fit(sources)
        WEIGHTS.write_text(
            json.dumps(
                {
                    "revision": model.revision,
                    "offset": round(float(weights[-1]), 4),
                    "direction": [round(float(one), 4) for one in weights[:-1]],
                }
            )
            + "\n",
            encoding="utf-8",
        )
        click.echo(f"Written to {WEIGHTS}.")


def _texts(others: Path | None) -> dict[str, tuple[Sequence[str], Sequence[bool]]]:
    """Texts of every source, and whether each is a need."""
    statements = [one for topic in load_topics() for one in topic.statements]
    own = tomllib.loads(resources.files("scripts.seed_data").joinpath("roles.toml").read_text(encoding="utf-8"))
    found: dict[str, tuple[Sequence[str], Sequence[bool]]] = {
        "demo": ([one.text for one in statements], [one.role == "seeking" for one in statements]),
        "examples": (own["seeks"] + own["offers"], [True] * len(own["seeks"]) + [False] * len(own["offers"])),
    }
    if others is not None:
        rows = [json.loads(line) for line in others.read_text(encoding="utf-8").splitlines() if line.strip()]
        found["others"] = ([row["text"] for row in rows], [row["label"] == "need" for row in rows])
    return found


def _cross_validated(sources: dict[str, Labelled]) -> dict[str, Vectors]:
    """What is told of each text by weights that never saw it."""
    chance = np.random.default_rng(0)
    fold = {name: chance.permutation(len(one.need)) % _FOLDS for name, one in sources.items()}
    told = {name: np.zeros(len(one.need), dtype=np.float32) for name, one in sources.items()}
    for turn in range(_FOLDS):
        weights = _fit({name: one.only(fold[name] != turn) for name, one in sources.items()})
        for name, one in sources.items():
            told[name][fold[name] == turn] = _told(weights, one.vectors[fold[name] == turn])
    return told


def _fit(sources: dict[str, Labelled]) -> NDArray[np.float64]:
    """Weights (d + 1) of a logistic regression in which each source and each role has its share, by Newton's method."""
    rows = np.vstack([np.hstack([one.vectors, np.ones((len(one.need), 1))]) for one in sources.values()])
    need = np.concatenate([one.need for one in sources.values()])
    weight = np.concatenate(
        [_SHARES[name] * np.where(one.need, 1 / one.need.sum(), 1 / (~one.need).sum()) for name, one in sources.items()]
    )
    weight *= _TOTAL / weight.sum()
    penalty = np.full(rows.shape[1], 1 / _FREEDOM)
    penalty[-1] = 0
    weights = np.zeros(rows.shape[1])
    for _ in range(_ROUNDS):
        sure = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (weight * (sure - need)) + penalty * weights
        bend = (rows * (weight * sure * (1 - sure))[:, None]).T @ rows + np.diag(penalty)
        weights -= np.linalg.solve(bend, slope)
    return weights


def _told(weights: NDArray[np.float64], vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    told: NDArray[np.float32] = (vectors @ weights[:-1] + weights[-1]).astype(np.float32)
    return told


def _apart(told: NDArray[np.float32], need: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return told[need].astype(np.float64), told[~need].astype(np.float64)
