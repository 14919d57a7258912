"""Measures, with the encoder, whether a reason is about this recipient, about anybody, or about something for sale."""

import re
import tomllib
from collections.abc import Sequence
from importlib.resources import files
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Span = tuple[int, int]

# Thresholds were set on development data of 308 reasons with recipients, rounded, and left alone.
# A reason counts as near the recipient's words above this, as far from them below it.
_NEAR = 0.05
# A template resembles the bank at least so much, ...
_LIKE_TEMPLATE = 0.3
# ... more than it resembles the recipient's words, ...
_TEMPLATE_OVER_RECIPIENT = -0.12
# ... and is not about anything else in particular either (a reason about the wrong subject is only noted).
_ABOUT_SOMETHING = 0.05
# Nearer to the language of selling than to the recipient's words and to templates.
_LIKE_PITCH, _PITCH_OVER_RECIPIENT = 0.36, 0.0
# Statements this near to the recipient's own are no contrast: they are about the same thing.
_SAME_SUBJECT = 0.5
_NEAREST_OTHERS = 5
_LEAST_WORDS = 3

_PIECE = re.compile(r"[^.!?;\n]+[.!?;]*")
_WORD = re.compile(r"\w+(?:['\u2019-]\w+)*")
_BRACKETED = re.compile(r"\[[^\]]*\]")
# Words so common in English that hardly any sentence does without them; the model and the bank know no other language.
_ENGLISH = frozenset(
    [
        "the",
        "a",
        "an",
        "and",
        "of",
        "to",
        "in",
        "is",
        "i",
        "you",
        "my",
        "your",
        "for",
        "with",
        "that",
        "it",
        "on",
        "are",
    ]
)
_LEAST_ENGLISH = 0.12


class Encodes(Protocol):
    """What turns texts into unit vectors."""

    async def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text."""
        ...


class Bank(msgspec.Struct, frozen=True):
    """The sentences that reasons are compared with."""

    templates: tuple[str, ...]
    pitches: tuple[str, ...]
    ordinary: tuple[str, ...]
    frame: frozenset[str]


class Grounding(msgspec.Struct, frozen=True):
    """What the comparison came to: the piece that is a template or a pitch, if any, and whether the anchor is far."""

    template: Span | None
    pitch: Span | None
    far: bool


class _Bank(msgspec.Struct, frozen=True):
    templates: Vectors
    pitches: Vectors
    ordinary: Vectors


class _Pieces(msgspec.Struct, frozen=True):
    """A reason cut up: its pieces with their places, and what is left of them without grammar and frame."""

    texts: list[str]
    spans: list[Span]
    cores: list[str]


def _read_bank() -> Bank:
    raw = tomllib.loads(files("embeddings").joinpath("reason_bank.toml").read_text("utf-8"))
    return Bank(
        templates=tuple(raw["templates"]),
        pitches=tuple(raw["pitches"]),
        ordinary=tuple(raw["ordinary"]),
        frame=frozenset(raw["frame"].split()),
    )


BANK = _read_bank()
# The bank's vectors by encoder; there is one encoder a process.
_encoded: dict[int, tuple[Encodes, _Bank]] = {}


async def ground(
    encoder: Encodes,
    reason: str,
    *,
    words_of_recipient: Sequence[str],
    vectors_of_recipient: Vectors | None,
    contrast: Vectors | None,
    names: Sequence[str],
) -> Grounding:
    """Compare a reason with the recipient's words, with others' words, and with the bank.

    Args:
        encoder: Encodes all that has no vector yet, in one batch.
        reason: The normalised reason.
        words_of_recipient: The anchor and whatever else of the recipient's the sender may read.
        vectors_of_recipient: Their vectors (n, d) where they are at hand; else they are encoded.
        contrast: Vectors of other members' statements (m, d); those about the same subject are left out here.
        names: Display names of both, which say nothing about what a reason is about.
    """
    pieces = _cut(reason, names)
    bank = await _bank_vectors(encoder)
    to_encode = [*pieces.texts, *pieces.cores, *(words_of_recipient if vectors_of_recipient is None else ())]
    vectors = await encoder.encode(to_encode)
    first, second = len(pieces.texts), len(pieces.texts) + len(pieces.cores)
    whole, cores = vectors[:first], vectors[first:second]
    theirs = vectors[second:] if vectors_of_recipient is None else vectors_of_recipient
    if not len(theirs) or not first:
        return Grounding(template=None, pitch=None, far=False)

    others = bank.ordinary if contrast is None else np.concatenate([bank.ordinary, contrast])
    others = others[(others @ theirs.T).max(axis=1) < _SAME_SUBJECT]
    nearest_others = np.sort((vectors[:second] @ others.T).max(axis=0))[::-1] if len(others) else np.zeros(1)
    by_whole, by_core = _best(whole, theirs), _best(cores, theirs)
    near = (by_whole + by_core) / 2 - float(nearest_others[:_NEAREST_OTHERS].mean()) / 2
    touches = _shares_a_telling_word(reason, words_of_recipient, names)

    like_template = _best(whole[:1], bank.templates)
    about_something = max(by_whole, by_core, float(nearest_others[:2].mean())) - 0.7 * like_template
    is_template = (
        not touches
        and like_template > _LIKE_TEMPLATE
        and near - like_template / 2 < _TEMPLATE_OVER_RECIPIENT
        and (about_something < _ABOUT_SOMETHING or not pieces.cores)
    )
    like_pitch = (whole @ bank.pitches.T).max(axis=1)
    rival = max(by_whole, by_core, float((whole @ bank.templates.T).max(axis=1)[like_pitch.argmax()]))
    is_pitch = like_pitch.max() > _LIKE_PITCH and like_pitch.max() - rival > _PITCH_OVER_RECIPIENT
    in_english = _is_english(reason) and any(map(_is_english, words_of_recipient))
    return Grounding(
        template=_place(pieces, (whole @ bank.templates.T).max(axis=1)) if is_template else None,
        pitch=_place(pieces, like_pitch) if is_pitch else None,
        far=near < _NEAR and not touches and in_english,
    )


async def like_pitch(encoder: Encodes, text: str) -> Span | None:
    """The sentence of a text that is nearest to the language of selling, when it is near enough."""
    pieces = _cut(text, ())
    bank = await _bank_vectors(encoder)
    vectors = await encoder.encode(pieces.texts)
    near = (vectors @ bank.pitches.T).max(axis=1)
    rival = (vectors @ np.concatenate([bank.templates, bank.ordinary]).T).max(axis=1)[near.argmax()]
    return _place(pieces, near) if near.max() > _LIKE_PITCH and near.max() > rival + _PITCH_OVER_RECIPIENT else None


def _cut(reason: str, names: Sequence[str]) -> _Pieces:
    """The whole reason first, then its sentences if there are several."""
    own_names = {word.casefold() for name in names for word in _WORD.findall(name)}
    spans = [(0, len(reason))]
    sentences = [match.span() for match in _PIECE.finditer(reason)]
    sentences = [(start, end) for start, end in sentences if len(_WORD.findall(reason[start:end])) >= _LEAST_WORDS]
    if len(sentences) > 1:
        spans += [_without_space(reason, span) for span in sentences]
    texts = [_BRACKETED.sub("", _without(own_names, reason[start:end])) for start, end in spans]
    cores = [" ".join(_telling_words(text, own_names)) for text in texts]
    return _Pieces(texts=texts, spans=spans, cores=[core for core in cores if core])


def _without(names: set[str], text: str) -> str:
    return _WORD.sub(lambda match: "" if match.group().casefold() in names else match.group(), text) if names else text


def _telling_words(text: str, names: set[str]) -> list[str]:
    """The words that are neither grammar, nor the frame of a reason, nor a name."""
    found = []
    for word in _WORD.findall(text):
        plain = re.sub(r"['\u2019]\w+$", "", word.casefold())
        if len(plain) > 1 and plain not in BANK.frame and plain not in names:
            found.append(word)
    return found


def _shares_a_telling_word(reason: str, words_of_recipient: Sequence[str], names: Sequence[str]) -> bool:
    """Whether reason and recipient have a word (or its beginning) in common that is about something."""
    own_names = {word.casefold() for name in names for word in _WORD.findall(name)}
    mine = {_stem(word) for word in _telling_words(reason, own_names)}
    theirs = {_stem(word) for text in words_of_recipient for word in _telling_words(text, own_names)}
    return any(len(word) >= _LEAST_WORDS for word in mine & theirs)


def _stem(word: str) -> str:
    """A word without its commonest English endings: enough to see that walks, walked and walking are one word."""
    plain = re.sub(r"['\u2019]\w+$", "", word.casefold())
    shorter = re.sub(r"(?:ings?|ers?|ed|es|s)$", "", plain)
    return shorter if len(shorter) >= 4 else plain  # noqa: PLR2004  (what is shorter is no longer the same word)


def _is_english(text: str) -> bool:
    words = [word.casefold() for word in _WORD.findall(text)]
    # A few words may do without any of the common ones in every language.
    return len(words) < 8 or sum(word in _ENGLISH for word in words) / len(words) >= _LEAST_ENGLISH  # noqa: PLR2004


def _best(some: Vectors, others: Vectors) -> float:
    return float((some @ others.T).max()) if len(some) and len(others) else 0.0


def _place(pieces: _Pieces, scores: Vectors) -> Span:
    """The sentence with the highest score, or the whole when there is but one."""
    return pieces.spans[int(scores[1:].argmax()) + 1] if len(scores) > 1 else pieces.spans[0]


def _without_space(text: str, span: Span) -> Span:
    start, end = span
    words = text[start:end]
    return start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())


async def _bank_vectors(encoder: Encodes) -> _Bank:
    known = _encoded.get(id(encoder))
    # The encoder is kept beside its vectors, so that its id cannot pass to another one.
    if known is None or known[0] is not encoder:
        sizes = np.cumsum([len(BANK.templates), len(BANK.pitches)])
        vectors = await encoder.encode([*BANK.templates, *BANK.pitches, *BANK.ordinary])
        known = (encoder, _Bank(*np.split(vectors, sizes)))
        _encoded[id(encoder)] = known
    return known[1]
