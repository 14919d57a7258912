"""What a reason's meaning speaks against it: a template, another subject, an offer. Pure, for a thread of its own."""

from collections.abc import Sequence
from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from embeddings.language import language_of
from embeddings.pitches import pitch_in
from embeddings.reason_findings import Finding, finding
from embeddings.reason_grounding import FITS_OTHERS, BankVectors, agreement
from embeddings.reason_reading import Reading, strongest_sentence
from embeddings.reason_weights import Weights, by_itself, told, weights_for, with_ground
from embeddings.reason_words import BANK, share_a_telling_word, words_of

Vectors = NDArray[np.float32]

# So sure one must be that a reason would fit anybody before it is refused, or before that is noted, and that it does
# not fit this recipient before that is noted. Set on development data that was not trained on, and rounded.
_TEMPLATE, _ANYONE, _FAR = 0.8, 0.75, 0.6
_HALF, _FEW_FIT_BETTER = 0.5, 0.02
# In languages that the model hardly knows: this near to a template, and nearer than to the recipient's words
# (letters beyond Latin are cut up more, so that all texts in them are nearer to each other).
_NEARLY_THE_SAME, _NEARLY_THE_SAME_BEYOND_LATIN = 0.66, 0.8
_END_OF_LATIN = "\u024f"
_COMMON = words_of(["the a an and of to in is i you my your for with that it on are me we so but"])
_OTHER_MODELS_TEMPLATE = 0.7
_FEW_WORDS = 6
_RUN = 4


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


def weigh(
    reading: Reading, recipient: Recipient, *, weights: Weights, bank: BankVectors, row: Vectors | None = None
) -> Judgement:
    """Ask the regressions about an English reason; `row` is its `by_itself`, where known."""
    ground = agreement(
        reading,
        weights=weights,
        theirs=recipient.vectors,
        texts=recipient.texts,
        contrast=recipient.contrast,
        bank=bank,
        names=recipient.names,
    )
    row = with_ground(by_itself(reading, recipient.names) if row is None else row, ground)
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
    weights, row = weights_for(revision), by_itself(reading, recipient.names)
    pitch = pitch_in(reading, revision=revision, purpose=purpose, row=row)
    if weights is None or not _in_english(reading.text):
        found = _without_weights(reading, recipient, bank, english=weights is None and _in_english(reading.text))
    else:
        found = _english(reading, recipient, weights, bank, row)
    return [one for one in (found, pitch) if one is not None]


def _english(
    reading: Reading, recipient: Recipient, weights: Weights, bank: BankVectors, row: Vectors
) -> Finding | None:
    judged = weigh(reading, recipient, weights=weights, bank=bank, row=row)
    if judged.template >= _TEMPLATE:
        return finding("template", *strongest_sentence(reading, weights.template[: len(reading.whole)]))
    if judged.template >= _ANYONE:
        return finding("far-from-anchor", 0, len(reading.text), variant="anyone")
    if judged.far >= _FAR and any(map(_in_english, recipient.texts)):
        # What fits many others as well is about nobody yet; what fits others better is about somebody else.
        about_nobody = judged.template >= _HALF or judged.agreement[FITS_OTHERS] < _FEW_FIT_BETTER
        return finding("far-from-anchor", 0, len(reading.text), variant="anyone" if about_nobody else None)
    return None


def _without_weights(reading: Reading, recipient: Recipient, bank: BankVectors, *, english: bool) -> Finding | None:
    """For other models and other languages: only what is nearly word for word a template, and nothing of theirs."""
    templates, elsewhere, _ = bank
    near = float(((templates if english else elsewhere) @ reading.whole).max())
    latin = _NEARLY_THE_SAME if _is_latin(reading.text) else _NEARLY_THE_SAME_BEYOND_LATIN
    least = _OTHER_MODELS_TEMPLATE if english else latin
    own = float((recipient.vectors @ reading.whole).max())
    touches = share_a_telling_word(reading.text, recipient.texts, recipient.names)
    if near < max(least, own) or touches or not (_is_latin(reading.text) or _reads_like_a_template(reading.text)):
        return None
    return finding("template", 0, len(reading.text))


def _reads_like_a_template(text: str) -> bool:
    """Whether half of the letters, in runs of four, are those of one template.

    Of scripts that the model hardly knows, all texts are near to each other for it; so the letters must say it too.
    """
    mine = _runs_of_letters(text)
    shared = (len(mine & _runs_of_letters(template)) for template in BANK.templates_elsewhere)
    return bool(mine) and max(shared, default=0) >= _HALF * len(mine)


@lru_cache(maxsize=512)
def _runs_of_letters(text: str) -> frozenset[str]:
    letters = "".join(letter for letter in text.casefold() if not letter.isspace() and letter.isprintable())
    return frozenset(letters[at : at + _RUN] for at in range(len(letters) - _RUN + 1))


def _in_english(text: str) -> bool:
    """Whether a text is English, also where it is too short to tell plainly but has English words."""
    language = language_of(text)
    if language is not None:
        return language == "en"
    words = words_of([text])
    return _is_latin(text) and (len(words) < _FEW_WORDS or bool(words & _COMMON))


def _is_latin(text: str) -> bool:
    return all(letter <= _END_OF_LATIN for letter in text if letter.isalpha())
