"""How long the check of a reason takes, beside a bare pass of the model over the same words."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder
from embeddings.models import find_model
from embeddings.reasons import MAX_REASON, judge_reason, normalise_reason
from scripts.figures import Figure, show, within
from scripts.seed_data import load_reasons, load_topics

_STATEMENTS, _CONTRAST, _EARLIER_TURNS = 4, 120, 5


def bench_reasons(*, turns: int, as_json: bool) -> None:
    """Check reasons of six hundred characters one after the other, and print how long that takes."""
    figures = asyncio.run(_measure(turns))
    show("bench reasons", figures, as_json=as_json)


async def _measure(turns: int) -> list[Figure]:
    letters = [one.text for one in load_reasons().reason]
    # Two of the demo's reasons and more, cut at the most that a reason may be long.
    reasons = [normalise_reason(" ".join(letters[at : at + 6])[:MAX_REASON]) for at in range(0, len(letters) - 6, 3)]
    statements = [one.text for topic in load_topics() for one in topic.statements]
    encoder = Encoder(find_model())
    try:
        vectors = encoder.encode_now(statements[: _STATEMENTS + _CONTRAST])
        theirs, contrast = vectors[:_STATEMENTS], vectors[_STATEMENTS:]

        async def check(reason: str) -> None:
            await judge_reason(
                encoder,
                reason=reason,
                anchor_text=statements[0],
                anchor_vector=theirs[0],
                recipient_texts=statements[:_STATEMENTS],
                recipient_vectors=theirs,
                contrast=contrast,
                sender_texts=statements[-3:],
                earlier_reasons=(),
                names=("Ada Brook", "Tomasz"),
                purpose="hobby",
            )

        async def bare(reason: str) -> None:
            await encoder.encode([reason])

        ours: list[float] = []
        model: list[float] = []
        for turn in range(-_EARLIER_TURNS, turns):
            reason = reasons[turn % len(reasons)]
            # In turns, so that whatever else the machine does falls on both.
            for times, act in ((ours, check), (model, bare)):
                took = await _took(act, reason)
                if turn >= 0:
                    times.append(took)
    finally:
        encoder.close()
    return [
        *_spread("wherefore", np.array(ours)),
        *_spread("bare_model", np.array(model)),
        _median("wherefore", "ratio", np.array(ours) / np.array(model)),
    ]


async def _took(act: Callable[[str], Awaitable[None]], reason: str) -> float:
    """How many milliseconds."""
    begun = time.perf_counter()
    await act(reason)
    return (time.perf_counter() - begun) * 1000


def _spread(method: str, times: NDArray[np.float64]) -> list[Figure]:
    slowest = float(np.quantile(times, 0.99))
    return [
        _median(method, "p50_ms", times),
        within("check_reason", method, "p99_ms", slowest, np.full(2, slowest), len(times)),
    ]


def _median(method: str, metric: str, values: NDArray[np.float64]) -> Figure:
    chance = np.random.default_rng(0)
    drawn = np.median(chance.choice(values, size=(1000, len(values))), axis=1)
    return within("check_reason", method, metric, float(np.median(values)), drawn, len(values))
