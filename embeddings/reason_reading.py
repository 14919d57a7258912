"""A reason or a message as the model reads it, in one pass: as a whole, and by the words that say what it is about."""

import re
from collections.abc import Sequence
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from embeddings.evidence import Tokens
from embeddings.models import Model
from embeddings.reason_words import WORD, telling_words, words_of

Vectors = NDArray[np.float32]
Span = tuple[int, int]

_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;]*")
_BRACKETED = re.compile(r"\[[^\]]*\]")
_LEAST_WORDS = 3


class Encodes(Protocol):
    """What turns texts into unit vectors, and tells what they are made of."""

    model: Model

    async def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text."""
        ...

    async def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """What the vector of each text is the sum of."""
        ...


class Reading(msgspec.Struct, frozen=True):
    """A text as a model reads it."""

    text: str
    whole: Vectors
    """The unit vector (d,) of all but names; 0 when there is nothing else."""
    core: Vectors
    """The unit vector (d,) of the words that say what it is about, as the model reads them here; 0 without any."""
    states: Vectors
    """What the model made of each token that is no name, (n, d)."""
    offsets: NDArray[np.intp]
    """Where each begins and ends in the text, (n, 2)."""


async def read(encoder: Encodes, text: str, names: Sequence[str] = ()) -> Reading:
    """Read a normalised text, in one pass of the model over it."""
    return reading(text, (await encoder.tokens([text]))[0], names)


def reading(text: str, tokens: Tokens, names: Sequence[str] = ()) -> Reading:
    """What the tokens of a text come to. Names and what stands in square brackets say nothing about anything."""
    own = words_of(names)
    nothing = [match.span() for match in _BRACKETED.finditer(text)]
    nothing += [match.span() for match in WORD.finditer(text) if match.group().casefold() in own] if own else []
    kept = ~within(tokens.offsets, nothing)
    states, offsets = tokens.states[kept], tokens.offsets[kept]
    return Reading(
        text=text,
        whole=unit(states),
        core=unit(states[within(offsets, telling_words(text, names))]),
        states=states,
        offsets=offsets,
    )


def strongest_sentence(read_text: Reading, direction: Vectors) -> Span:
    """The sentence whose words point most in a direction (d,), or the whole text when there is but one."""
    text = read_text.text
    spans = sentences(text)
    if len(spans) < 2:  # noqa: PLR2004  (one sentence is the whole)
        return 0, len(text)
    told = [float((unit(read_text.states[within(read_text.offsets, [span])])) @ direction) for span in spans]
    return spans[int(np.argmax(told))]


def sentences(text: str) -> list[Span]:
    """Where the sentences stand that have some words."""
    spans = [_without_space(text, match.span()) for match in _SENTENCE.finditer(text)]
    return [span for span in spans if len(WORD.findall(text[slice(*span)])) >= _LEAST_WORDS]


def within(offsets: NDArray[np.intp], spans: Sequence[Span]) -> NDArray[np.bool_]:
    """Which tokens stand for letters in any of the spans, (n,)."""
    found = np.zeros(len(offsets), dtype=np.bool_)
    starts, ends = offsets[:, 0], offsets[:, 1]
    for start, end in spans:
        found |= (starts < end) & (ends > start) & (ends > starts)
    return found


def unit(states: Vectors) -> Vectors:
    """The unit vector (d,) of what the model made of some tokens, (n, d); 0 without any."""
    if not len(states):
        return np.zeros(states.shape[1], dtype=np.float32)
    mean: Vectors = states.mean(axis=0)
    length = float(np.linalg.norm(mean))
    return mean / length if length > 0 else mean


def _without_space(text: str, span: Span) -> Span:
    words = text[slice(*span)]
    return span[0] + len(words) - len(words.lstrip()), span[1] - len(words) + len(words.rstrip())
