"""What a reason's meaning speaks against it: a template, another subject, an offer. Pure, for a thread of its own."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from embeddings.language import language_of
from embeddings.pitches import pitch_in
from embeddings.reason_disguises import END_OF_LATIN
from embeddings.reason_elsewhere import like_templates_elsewhere
from embeddings.reason_findings import Finding, finding
from embeddings.reason_grounding import FITS_OTHERS, BankVectors, agreement
from embeddings.reason_reading import Reading, strongest_sentence
from embeddings.reason_remainder import Remainder, remainder
from embeddings.reason_weights import Weights, by_itself, told, weights_for, with_ground
from embeddings.reason_words import share_a_telling_word, words_of

Vectors = NDArray[np.float32]

# So sure one must be that a reason would fit anybody before it is refused, or before that is noted, and that it does
# not fit this recipient before that is noted. Set on development data that was not trained on, and rounded.
_TEMPLATE, _ANYONE, _FAR = 0.8, 0.75, 0.6
# The same of what is left without the words of the recipient: so sure to note and to refuse it, with at most so many
# words of its own, where they were quoted; where only a word of theirs was set in, also so near to a template; and so
# near to one that it is nearly word for word the same.
_HOLLOW, _SURELY_HOLLOW, _HOLLOW_AROUND_A_WORD, _NOTHING_TAKEN = 0.6, 0.8, 0.9, 0.75
_FEW_OWN = 2
_RATHER_A_TEMPLATE, _CLEARLY_A_TEMPLATE, _WORD_FOR_WORD = 0.5, 0.6, 0.75
_HALF, _FEW_FIT_BETTER = 0.5, 0.02
# In languages that the model hardly knows: this near to a template, and this part of its pieces of words in templates,
# to be refused; without being so near, this part with hardly a word of its own; and this part to be noted.
_NEARLY_THE_SAME, _MADE_OF_TEMPLATES, _HALF_MADE_OF_THEM = 0.8, 0.6, 0.45
_COMMON = words_of(["the a an and of to in is i you my your for with that it on are me we so but"])
_OTHER_MODELS_TEMPLATE = 0.7
_FEW_WORDS = 6


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
    left = remainder(reading, recipient.texts, recipient.names, bank[0])
    hollow = told(weights.merge, left.row)
    if judged.template >= _TEMPLATE or _says_nothing(left, hollow):
        return finding("template", *strongest_sentence(reading, weights.template[: len(reading.whole)]))
    if judged.template >= _ANYONE or _says_little(left, hollow):
        return finding("far-from-anchor", 0, len(reading.text), variant="anyone")
    if judged.far >= _FAR and any(map(_in_english, recipient.texts)):
        # What fits many others as well is about nobody yet; what fits others better is about somebody else.
        about_nobody = judged.template >= _HALF or judged.agreement[FITS_OTHERS] < _FEW_FIT_BETTER
        return finding("far-from-anchor", 0, len(reading.text), variant="anyone" if about_nobody else None)
    return None


def _says_nothing(left: Remainder, hollow: float) -> bool:
    """Whether a reason is surely mail merge: a template with words of theirs set in."""
    if left.quoted and hollow >= _SURELY_HOLLOW and left.own <= _FEW_OWN:
        return True
    return hollow >= _HOLLOW_AROUND_A_WORD and not left.own and left.like_template >= _CLEARLY_A_TEMPLATE


def _says_little(left: Remainder, hollow: float) -> bool:
    """Whether that is likely enough to be told, by how much of theirs was taken up."""
    if left.quoted:
        return hollow >= _HOLLOW
    if left.like_template >= _WORD_FOR_WORD and hollow >= _NOTHING_TAKEN:
        return True
    if not left.taken:
        return hollow >= _NOTHING_TAKEN and not left.own
    return hollow >= _HOLLOW_AROUND_A_WORD and not left.own and left.like_template >= _RATHER_A_TEMPLATE


def _without_weights(reading: Reading, recipient: Recipient, bank: BankVectors, *, english: bool) -> Finding | None:
    """For other models and other languages: only what is nearly word for word a template, and nothing of theirs."""
    templates, elsewhere, _ = bank
    near = float(((templates if english else elsewhere) @ reading.whole).max())
    if not english:
        return _by_its_letters(reading.text, recipient, nearly_the_same=near >= _NEARLY_THE_SAME)
    own = float((recipient.vectors @ reading.whole).max())
    touches = share_a_telling_word(reading.text, recipient.texts, recipient.names)
    if near >= max(_OTHER_MODELS_TEMPLATE, own) and not touches:
        return finding("template", 0, len(reading.text))
    return None


def _by_its_letters(text: str, recipient: Recipient, *, nearly_the_same: bool) -> Finding | None:
    """What is made of pieces of templates in its language, beside words of the recipient's.

    In languages that the model hardly knows all texts are near to each other for it; so the letters must say it too.
    """
    like = like_templates_elsewhere(text, recipient.texts, recipient.names)
    if like.part < _HALF_MADE_OF_THEM:
        return None
    if nearly_the_same or (like.part >= _MADE_OF_TEMPLATES and like.own <= _FEW_OWN):
        return finding("template", 0, len(text))
    return finding("far-from-anchor", 0, len(text), variant="anyone") if like.own <= _FEW_OWN else None


def _in_english(text: str) -> bool:
    """Whether a text is English, also where it is too short to tell plainly but has English words."""
    language = language_of(text)
    if language is not None:
        return language == "en"
    words = words_of([text])
    return _is_latin(text) and (len(words) < _FEW_WORDS or bool(words & _COMMON))


def _is_latin(text: str) -> bool:
    return all(letter <= END_OF_LATIN for letter in text if letter.isalpha())
