"""Whether a text sells or recruits: for the reasons of requests, and for messages between connected members."""

import asyncio

from embeddings.reason_findings import Finding, finding
from embeddings.reason_reading import Encodes, Reading, Vectors, read, strongest_sentence
from embeddings.reason_rules import sales
from embeddings.reason_weights import by_itself, told, weights_for
from embeddings.texts import normalise

__all__ = ["Finding", "find_pitch", "pitch_in"]

# So sure one must be that a text sells; where the two connect about business, more so.
_SURE, _SURE_IN_BUSINESS = 0.65, 0.85
# Two expressions of selling that come together need nothing else where the model is another.
_TOGETHER = 2


async def find_pitch(encoder: Encodes, text: str, *, purpose: str) -> Finding | None:
    """The finding `pitch` with the words that are meant, or None for a text that sells nothing.

    Args:
        encoder: The process's encoder; what it needs is encoded off the event loop.
        text: A reason or a message; `start` and `end` of the finding are code points of `normalise(text)`.
        purpose: The purpose the two are (or would be) connected for; under `business` talk of work is no pitch yet.
    """
    plain = normalise(text)
    if not plain:
        return None
    reading = await read(encoder, plain)
    return await asyncio.to_thread(pitch_in, reading, revision=encoder.model.revision, purpose=purpose)


def pitch_in(reading: Reading, *, revision: str, purpose: str, row: Vectors | None = None) -> Finding | None:
    """The finding `pitch` in what has been read by the model of a revision; `row` is its `by_itself`, where known."""
    weights = weights_for(revision)
    if weights is None:
        by_words = sales(reading.text)
        return finding("pitch", *by_words[0]) if len(by_words) >= _TOGETHER else None
    sure = _SURE_IN_BUSINESS if purpose == "business" else _SURE
    if told(weights.pitch, by_itself(reading) if row is None else row) < sure:
        return None
    by_words = sales(reading.text)
    direction = weights.pitch[: len(reading.whole)]
    return finding("pitch", *(by_words[0] if by_words else strongest_sentence(reading, direction)))
