"""Training of what judges reasons: four logistic regressions over what the model and plain counts tell of a text."""

from collections.abc import Callable, Sequence

import click
import msgspec
import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder
from embeddings.models import find_model
from embeddings.reason_grounding import agreement, bank_vectors
from embeddings.reason_reading import Reading, read
from embeddings.reason_remainder import remainder
from embeddings.reason_weights import WEIGHTS, Weights, by_itself, save, told, with_ground
from embeddings.texts import normalise
from scripts.evaluation_figures import auc
from scripts.reason_examples import Example, Kind, examples
from scripts.seed_data import load_topics

Numbers = NDArray[np.float64]
# How far weights may go (the inverse of the L2 penalty), with every kind of example weighing the same together.
_FREEDOM = {"template": 0.2, "far": 0.2, "pitch": 0.6, "merge": 0.3}
_FOLDS, _ROUNDS = 10, 20
_QUESTIONS: dict[str, tuple[tuple[Kind, ...], tuple[Kind, ...]]] = {
    "template": (("generic",), ("match", "mismatch")),
    "far": (("generic", "mismatch"), ("match",)),
    "pitch": (("pitch",), ("generic", "match", "friendly")),
    "merge": (("merge", "generic"), ("match", "quoting")),
}
"""For each regression the kinds that it is to tell from the others."""


_PLAIN = frozenset({"match", "mismatch", "generic", "pitch"})
"""Kinds without words of theirs set in; what reasons have in common is theirs."""


class Seen(msgspec.Struct, frozen=True):
    """An example as the regressions take it."""

    example: Example
    alone: NDArray[np.float32]
    grounded: NDArray[np.float32] | None
    left: NDArray[np.float32] | None


async def train_reasons(*, write: bool) -> None:
    """Train on all our examples, print what ten folds say of each kind, and keep the weights."""
    model = find_model()
    encoder = Encoder(model)
    try:
        weights, seen = await _look(encoder, examples(), model.revision)
    finally:
        encoder.close()
    for question in _QUESTIONS:
        _tell(question, seen, _cross_validated(question, seen))
    learned = {question: _fit(*_rows(question, seen), freedom=_FREEDOM[question]) for question in _QUESTIONS}
    if write:
        save(msgspec.structs.replace(weights, **{name: one.astype(np.float32) for name, one in learned.items()}))
        click.echo(f"Written to {WEIGHTS}.")


async def _look(encoder: Encoder, all_examples: Sequence[Example], revision: str) -> tuple[Weights, list[Seen]]:
    """The means, and every example by them."""
    readings = {text: await read(encoder, normalise(text)) for text in dict.fromkeys(one.text for one in all_examples)}
    statements = sorted({text for one in all_examples for text in (*one.recipient, *one.contrast)})
    known = dict(zip(statements, encoder.encode_now(statements), strict=True))
    everything = encoder.encode_now([one.text for topic in load_topics() for one in topic.statements])
    reasons = [readings[text] for text in dict.fromkeys(one.text for one in all_examples if one.kind in _PLAIN)]
    nothing = np.zeros(1, dtype=np.float32)
    weights = Weights(
        revision=revision,
        reason_mean=np.mean([one.whole for one in reasons], axis=0),
        core_mean=np.mean([one.core for one in reasons if one.core.any()], axis=0),
        statement_mean=everything.mean(axis=0),
        template=nothing,
        far=nothing,
        pitch=nothing,
        merge=nothing,
    )
    bank = await bank_vectors(encoder)

    def grounded(one: Example, reading: Reading) -> NDArray[np.float32]:
        return agreement(
            reading,
            weights=weights,
            theirs=np.stack([known[text] for text in one.recipient]),
            texts=one.recipient,
            contrast=np.stack([known[text] for text in one.contrast]),
            bank=bank,
            names=(),
        )

    seen = []
    for one in all_examples:
        reading = readings[one.text]
        alone, to_somebody = by_itself(reading), bool(one.recipient)
        ground = with_ground(alone, grounded(one, reading)) if to_somebody else None
        seen.append(
            Seen(one, alone, ground, remainder(reading, one.recipient, (), bank[0]).row if to_somebody else None)
        )
    return weights, seen


def _rows(question: str, seen: Sequence[Seen]) -> tuple[Numbers, NDArray[np.bool_], Numbers]:
    """What a regression learns from: rows, whether each is one of those to be told, and how much each weighs."""
    yes, no = _QUESTIONS[question]
    chosen = [one for one in seen if one.example.kind in yes + no]
    # What is left tells several kinds of mail merge apart, so that each of their groups weighs the same.
    kinds = [(one.example.kind, one.example.source if question == "merge" else "") for one in chosen]
    found = [_as_asked(question, one) for one in chosen]
    side = np.array([kind in yes for kind, _ in kinds])
    share = np.array([1 / kinds.count(kind) for kind in kinds])
    weight = np.where(side, share / share[side].sum(), share / share[~side].sum()) * len(chosen) / 2
    return np.array(found, dtype=np.float64), side, weight


def _as_asked(question: str, seen: Seen) -> NDArray[np.float32]:
    """An example as a regression takes it."""
    found = {"pitch": seen.alone, "merge": seen.left}.get(question, seen.grounded)
    return seen.alone if found is None else found


def _fit(rows: Numbers, yes: NDArray[np.bool_], weight: Numbers, *, freedom: float) -> Numbers:
    """Weights (n + 1) of a logistic regression, by Newton's method."""
    rows = np.hstack([rows, np.ones((len(rows), 1))])
    penalty = np.full(rows.shape[1], 1 / freedom)
    penalty[-1] = 0
    weights = np.zeros(rows.shape[1])
    for _ in range(_ROUNDS):
        sure = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (weight * (sure - yes)) + penalty * weights
        bend = (rows * (weight * sure * (1 - sure))[:, None]).T @ rows + np.diag(penalty + 1e-9)
        step = np.linalg.solve(bend, slope)
        weights -= step
        if np.abs(step).max() < 1e-4:  # noqa: PLR2004  (nothing changes any more)
            break
    return weights


def _cross_validated(question: str, seen: Sequence[Seen]) -> Numbers:
    """What is told of each example by weights that never saw its text."""
    rows, yes, weight = _rows(question, seen)
    chosen = [one.example for one in seen if one.example.kind in sum(_QUESTIONS[question], ())]
    texts = {text: place for place, text in enumerate(dict.fromkeys(one.text for one in chosen))}
    fold = np.random.default_rng(0).permutation(len(texts))[[texts[one.text] for one in chosen]] % _FOLDS
    result = np.zeros(len(rows))
    for turn in range(_FOLDS):
        kept = fold != turn
        found = _fit(rows[kept], yes[kept], weight[kept], freedom=_FREEDOM[question]).astype(np.float32)
        result[fold == turn] = [told(found, row.astype(np.float32)) for row in rows[fold == turn]]
    return result


def _tell(question: str, seen: Sequence[Seen], sure: Numbers) -> None:
    """One line about a regression, and one about every group of examples."""
    yes, no = _QUESTIONS[question]
    chosen = [one.example for one in seen if one.example.kind in yes + no]
    side = np.array([one.kind in yes for one in chosen])
    click.echo(f"{question}: {len(chosen)} examples, AUC {auc(sure[side], sure[~side]):.3f} in {_FOLDS} folds.")
    groups: dict[str, Callable[[Example], bool]] = {
        f"{kind}, {source}": lambda one, kind=kind, source=source: (one.kind, one.source) == (kind, source)  # type: ignore[misc]
        for kind, source in dict.fromkeys((one.kind, one.source) for one in chosen)
    }
    for name, belongs in groups.items():
        some = sure[[belongs(one) for one in chosen]]
        click.echo(f"  {name}: {len(some)}, told of {(some > 0.5).mean():.1%}, median {np.median(some):.2f}")  # noqa: PLR2004
