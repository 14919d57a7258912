"""A reason judged for somebody of whom nothing else is known."""

from embeddings.reason_reading import Encodes
from embeddings.reasons import Finding, judge_reason


async def judged(
    encoder: Encodes, reason: str, theirs: tuple[str, ...], *, names: tuple[str, ...] = (), purpose: str = "hobby"
) -> list[Finding]:
    """What is found in a reason about the first of these words, by a sender who has written nothing before."""
    return await judge_reason(
        encoder,
        reason=reason,
        anchor_text=theirs[0],
        recipient_texts=theirs,
        sender_texts=(),
        earlier_reasons=(),
        names=names,
        purpose=purpose,
    )
