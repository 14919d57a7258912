"""How long the check of a reason takes, beside a bare pass of the model over the same words."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import numpy as np

from embeddings.encoder import Encoder
from embeddings.models import find_model
from embeddings.reasons import MAX_REASON, judge_reason, normalise_reason
from scripts.bench_figures import Recorder
from scripts.figures import RESAMPLES, Figure, show, within
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
    recorder = Recorder()
    recorder.times("check_reason", "wherefore", ours)
    recorder.times("check_reason", "bare_model", model)
    # Of each pair, as whatever slows one of the two slows the other.
    ratios = np.array(ours) / np.array(model)
    drawn = np.median(np.random.default_rng(0).choice(ratios, size=(RESAMPLES, len(ratios))), axis=1)
    median = float(np.median(ratios))
    return [*recorder.figures, within("check_reason", "wherefore", "ratio", median, drawn, len(ratios))]


async def _took(act: Callable[[str], Awaitable[None]], reason: str) -> float:
    """How many seconds."""
    begun = time.perf_counter()
    await act(reason)
    return time.perf_counter() - begun
