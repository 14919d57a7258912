"""What a reason's meaning speaks against it: a template, another subject, an offer. Pure, for a thread of its own."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from embeddings.language import language_of
from embeddings.pitches import pitch_in
from embeddings.reason_findings import Finding, finding
from embeddings.reason_grounding import BankVectors, agreement
from embeddings.reason_reading import Reading, strongest_sentence
from embeddings.reason_weights import Weights, by_itself, told, weights_for, with_ground
from embeddings.reason_words import share_a_telling_word

Vectors = NDArray[np.float32]

# So sure one must be that a reason would fit anybody before it is refused, ...
_TEMPLATE = 0.8
# ... and that it does not fit this recipient before that is noted; both were set on development data and rounded.
_FAR = 0.62
# A note says "this could be for anyone" where that is likelier than not, and "hard to see how this goes" elsewhere.
_ANYONE = 0.5
# In languages that the model hardly knows: this near to a template, and nearer than to the recipient's words.
_NEARLY_THE_SAME = 0.66
_OTHER_MODELS_TEMPLATE = 0.7


class Recipient(msgspec.Struct, frozen=True):
    """What a reason is held against."""

    texts: Sequence[str]
    """The anchor and whatever else of theirs the sender may read."""
    vectors: Vectors
    """Their vectors, (n, d)."""
    contrast: Vectors | None
    """Vectors (m, d) of other members' statements."""
    names: tuple[str, ...]
    """Display names of both."""


class Judgement(msgspec.Struct, frozen=True):
    """How sure the regressions are, 0 to 1, and the agreement they saw (`embeddings.reason_grounding`)."""

    template: float
    far: float
    agreement: Vectors


def weigh(reading: Reading, recipient: Recipient, *, weights: Weights, bank: BankVectors) -> Judgement:
    """Ask the regressions about an English reason."""
    ground = agreement(
        reading,
        weights=weights,
        theirs=recipient.vectors,
        texts=recipient.texts,
        contrast=recipient.contrast,
        bank=bank,
        names=recipient.names,
    )
    row = with_ground(by_itself(reading, recipient.names), ground)
    return Judgement(told(weights.template, row), told(weights.far, row), ground)


def by_meaning(
    reading: Reading, recipient: Recipient, *, revision: str, bank: BankVectors, purpose: str
) -> list[Finding]:
    """What speaks against a reason by its meaning.

    Args:
        reading: The reason, as the model reads it.
        recipient: Whom it is for, in words that the sender may read.
        revision: The revision of the model.
        bank: The vectors of the bank, by the same model.
        purpose: For which purpose they would be connected.
    """
    pitch = pitch_in(reading, revision=revision, purpose=purpose, names=recipient.names)
    weights = weights_for(revision)
    if weights is None or not _in_english(reading.text):
        found = _without_weights(reading, recipient, bank, english=weights is None and _in_english(reading.text))
    else:
        found = _english(reading, recipient, weights, bank)
    return [one for one in (found, pitch) if one is not None]


def _english(reading: Reading, recipient: Recipient, weights: Weights, bank: BankVectors) -> Finding | None:
    judged = weigh(reading, recipient, weights=weights, bank=bank)
    if judged.template >= _TEMPLATE:
        return finding("template", *strongest_sentence(reading, weights.template[: len(reading.whole)]))
    if judged.far >= _FAR and any(map(_in_english, recipient.texts)):
        variant = "anyone" if judged.template >= _ANYONE else None
        return finding("far-from-anchor", 0, len(reading.text), variant=variant)
    return None


def _without_weights(reading: Reading, recipient: Recipient, bank: BankVectors, *, english: bool) -> Finding | None:
    """For other models and other languages: only what is nearly word for word a template, and nothing of theirs."""
    templates, elsewhere, _ = bank
    near = float(((templates if english else elsewhere) @ reading.whole).max())
    least = _OTHER_MODELS_TEMPLATE if english else _NEARLY_THE_SAME
    own = float((recipient.vectors @ reading.whole).max())
    touches = share_a_telling_word(reading.text, recipient.texts, recipient.names)
    return finding("template", 0, len(reading.text)) if near >= max(least, own) and not touches else None


def _in_english(text: str) -> bool:
    """Whether a text is English, or too short to tell and in Latin letters."""
    told_language = language_of(text)
    if told_language is None:
        return all(character <= "\u024f" for character in text if character.isalpha())
    return told_language == "en"
