"""Whether a text sells or recruits: for the reasons of requests, and for messages between connected members."""

from embeddings.reason_findings import Finding, finding
from embeddings.reason_grounding import Encodes, like_pitch
from embeddings.reason_rules import sales
from embeddings.texts import normalise

__all__ = ["Finding", "find_pitch"]

# Two expressions of selling that come together need nothing else.
_TOGETHER = 2


async def find_pitch(encoder: Encodes, text: str, *, purpose: str) -> Finding | None:
    """The finding `pitch` with the words that are meant, or None for a text that sells nothing.

    Args:
        encoder: The process's encoder; what it needs is encoded off the event loop.
        text: A reason or a message; `start` and `end` of the finding are code points of `normalise(text)`.
        purpose: The purpose the two are (or would be) connected for; under `business` talk of work is no pitch yet.
    """
    plain = normalise(text)
    by_words = sales(plain)
    by_meaning = await like_pitch(encoder, plain) if plain else None
    enough = len(by_words) >= _TOGETHER or (by_meaning is not None and bool(by_words))
    if purpose != "business":
        enough = enough or by_meaning is not None
    if not enough:
        return None
    return finding("pitch", *(by_words[0] if by_words else by_meaning or (0, len(plain))))
