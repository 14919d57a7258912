"""Texts to agree to, set so that they can be read: sentence by sentence, and what several have in common once."""

import re
from collections.abc import Sequence

import msgspec

from api.profiles.schemas import Purpose, PurposeRead

_BETWEEN_SENTENCES = re.compile(r"(?<=[.?!]) ")


class ConsentAsked(msgspec.Struct, frozen=True):
    """One text to agree to; nothing of it is left out and nothing is said otherwise."""

    purpose: Purpose
    name: str
    value: str
    """What the box sends when it is ticked."""
    own: list[str]
    """The sentences that stand in no other text on the page."""


def consents_to_read(asked: Sequence[tuple[str, PurposeRead]]) -> tuple[list[ConsentAsked], list[str]]:
    """What is to be read beside each box, and what is to be read once because it is the same for all.

    Args:
        asked: What each box sends, and the purpose that it is for.
    """
    texts = [_BETWEEN_SENTENCES.split(read.consent_text or "") for _, read in asked]
    shared = [one for one in texts[0] if all(one in text for text in texts)] if len(texts) > 1 else []
    consents = [
        ConsentAsked(read.purpose, read.name, value, [one for one in text if one not in shared])
        for (value, read), text in zip(asked, texts, strict=True)
    ]
    return consents, shared
