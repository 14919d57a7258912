"""Which words carried the agreement of two texts: pure functions from what each token adds to their cosine.

A text's vector is the weighted sum of its tokens' states, made one long. So the cosine of two texts is a sum too, with
one part for each token, and the words with the largest parts are those without which the texts would agree less. The
same holds after a mean is taken from both vectors, as matching does (`embeddings.similarity.cosines`).
"""

import re
import tomllib
import unicodedata
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from embeddings.texts import encodable, places_as_sent

Vectors = NDArray[np.float32]
Mark = tuple[int, int]

# A word is marked when it adds this many times what the words of its text add on average, ...
_CLEARLY_ABOVE = 1.3
# ... at most this part of the words, the strongest (always one), ...
_PART_OF_WORDS = 1 / 3
# ... and nothing when that would be most of the text: where all is marked, nothing is.
_PART_OF_TEXT = 0.5

# A word by the kinds of its characters, see `_kind`: letters with their marks, joined; or one character of a script
# that is written without spaces.
_WORD = re.compile(r"im*|a[am]*(?:j[am]+)*")
_JOINERS = frozenset("'\u2019-\u2010\u200c\u200d")
_WITHOUT_SPACES = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


class Tokens(NamedTuple):
    """A text as a model sees it last: its vector is the weighted sum of its tokens' states, made one long."""

    states: Vectors
    """What the model made of each token, (n, d)."""
    weights: Vectors
    """How much each counts in the sum, (n,); they add up to 1."""
    offsets: NDArray[np.intp]
    """Where each begins and ends in `encodable(text)`, (n, 2); equal for those that stand for no letters."""


def vector_of(tokens: Tokens) -> Vectors:
    """The unit vector (d,) of the text that these are the tokens of; 0 where nothing is known of them."""
    pooled: Vectors = tokens.weights @ tokens.states
    length = np.linalg.norm(pooled)
    return pooled / length if length > 0 else pooled


def contributions(tokens: Tokens, other: Vectors, *, mean: Vectors) -> Vectors:
    """What each token adds to the cosine of its text with another, (n,): together they are the cosine.

    Args:
        tokens: Those of the one text.
        other: The unit vector of the other text, (d,).
        mean: What is taken from both before they are compared, (d,).
    """
    length = np.linalg.norm(tokens.weights @ tokens.states)
    direction = other - mean
    scale = np.linalg.norm(direction) * np.linalg.norm(vector_of(tokens) - mean)
    if length == 0 or scale == 0:
        return np.zeros(len(tokens.weights), dtype=np.float32)
    parts: Vectors = tokens.weights * ((tokens.states / length - mean) @ direction) / scale
    return parts


def marked_words(text: str, tokens: Tokens, other: Vectors, *, mean: Vectors) -> list[Mark]:
    """The words of a text that carried its agreement with another: whole words, never mere grammar.

    Returns:
        Where each marked stretch begins and ends, counted in code points of the text as it was handed in, in order.
    """
    normalised = encodable(text)
    words = _words(normalised)
    if not words:
        return []
    added = _added(words, tokens, contributions(tokens, other, mean=mean))
    chosen = _telling(normalised, words, added)
    if sum(end - start for start, end in chosen) > len(normalised) * _PART_OF_TEXT:
        return []
    places = places_as_sent(text)
    return [(places[start], places[end]) for start, end in _joined(normalised, chosen)]


def _words(text: str) -> list[Mark]:
    return [found.span() for found in _WORD.finditer("".join(map(_kind, text)))]


def _kind(character: str) -> str:
    """What a character is to a word: a letter or digit, a mark on one, a joiner, a word by itself, or nothing."""
    if _WITHOUT_SPACES.match(character):
        return "i"
    if character.isalnum():
        return "a"
    if character in _JOINERS:
        return "j"
    return "m" if unicodedata.category(character).startswith("M") else " "


def _added(words: list[Mark], tokens: Tokens, parts: Vectors) -> Vectors:
    """What each word adds: the sum of its tokens' parts, (words,)."""
    ends = np.array([end for _, end in words])
    added = np.zeros(len(words), dtype=np.float32)
    for (start, end), part in zip(tokens.offsets, parts, strict=True):
        word = int(np.searchsorted(ends, start, side="right"))
        if start < end and word < len(words) and words[word][0] < end:
            added[word] += part
    return added


def _telling(text: str, words: list[Mark], added: Vectors) -> list[Mark]:
    """Those that add clearly more than the others and are not mere grammar, in the order of the text."""
    most = max(1, round(len(words) * _PART_OF_WORDS))
    least = max(0.0, float(added.mean()) * _CLEARLY_ABOVE)
    telling = [
        word
        for word, part in sorted(zip(words, added, strict=True), key=lambda pair: -pair[1])
        if part > least and _says_something(text[slice(*word)])
    ]
    return sorted(telling[:most])


def _says_something(word: str) -> bool:
    plain = word.casefold().replace("\u2019", "'")
    # "who'd" is grammar as "who" is; "mother's" is not.
    return not {plain, plain.partition("'")[0]} & _GRAMMAR and (
        len(plain) > 1 or _WITHOUT_SPACES.match(plain) is not None
    )


def _joined(text: str, words: list[Mark]) -> list[Mark]:
    """Neighbours with nothing but space between them as one stretch."""
    joined: list[Mark] = []
    for start, end in words:
        if joined and not text[joined[-1][1] : start].strip():
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _read_grammar() -> frozenset[str]:
    raw = tomllib.loads(files("embeddings").joinpath("function_words.toml").read_text("utf-8"))
    return frozenset(word for words in raw.values() for word in words.split())


_GRAMMAR = _read_grammar()
