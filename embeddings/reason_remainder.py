"""What is left of a reason when the words that it took from its reader are taken out: what its writer has to say."""

import re
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from embeddings.reason_reading import Reading, sentences, unit, within
from embeddings.reason_weights import put_plainly
from embeddings.reason_words import BANK, RUN, WORD, runs_of_three, stem, stems, telling_words, words_in_order, words_of

Vectors = NDArray[np.float32]
Span = tuple[int, int]

_QUOTATION = re.compile('["\u201c\u201e\u00ab\u201d]([^"\u201c\u201d\u201e\u00ab\u00bb]{3,})["\u201c\u201d\u00bb]')
# So much of a quotation must be theirs to be one of theirs.
_MOSTLY = 0.5
_LIKE_TEMPLATE = 0.6
_OF_TEMPLATES = frozenset().union(*(stems(one, ()) for one in BANK.templates))


class Remainder(msgspec.Struct, frozen=True):
    """What a reason says beside the words of its reader."""

    row: Vectors
    """As the regression takes it: what the model makes of it, plain counts, and how it is like templates."""
    own: int
    """How many different words of it say what it is about, and are in no template."""
    quoted: bool
    """Whether words of theirs were given back in a row."""
    taken: bool
    """Whether anything of theirs was taken up at all."""
    like_template: float
    """The cosine of its nearest sentence with the nearest template; 0 without a sentence."""


def remainder(reading: Reading, theirs: Sequence[str], names: Sequence[str], templates: Vectors) -> Remainder:
    """Take the words of its reader out of a reason, in the same pass of the model.

    Args:
        reading: The reason.
        theirs: The recipient's words that the sender may read.
        names: Display names of both.
        templates: The vectors of the bank's templates, (n, d).
    """
    text = reading.text
    quoted, words = quotations(text, theirs), _words_of_theirs(text, theirs, names)
    taken = [*quoted, *words]
    left = ~within(reading.offsets, taken)
    bare = without(text, taken)
    own = {stem(bare[start:end]) for start, end in telling_words(bare, names)} - _OF_TEMPLATES
    likeness = _like_templates(reading, left, bare, templates)
    many = max(1, len(WORD.findall(text)))
    found = [
        min(len(own), 12) / 6,
        not own,
        sum(len(WORD.findall(text[slice(*span)])) for span in quoted) / many,
        bool(quoted),
        min(len(words), 4) / 4,
        *likeness,
    ]
    row: Vectors = np.concatenate(
        [unit(reading.states[left]), put_plainly(bare, names), np.array(found, dtype=np.float32)]
    )
    return Remainder(row=row, own=len(own), quoted=bool(quoted), taken=bool(taken), like_template=likeness[1])


def quotations(text: str, theirs: Sequence[str]) -> list[Span]:
    """Where words of theirs stand in a row, and quotations that are mostly theirs."""
    places = [match.span() for match in WORD.finditer(text)]
    mine = [text[slice(*place)].casefold() for place in places]
    known = words_of(theirs)
    known_runs = {run for their in theirs for run in runs_of_three(words_in_order(their))}
    found = [
        (places[step][0], places[step + RUN - 1][1])
        for step, run in enumerate(runs_of_three(mine))
        if run in known_runs
    ]
    for match in _QUOTATION.finditer(text):
        inside = words_in_order(match.group(1))
        if inside and sum(word in known for word in inside) / len(inside) >= _MOSTLY:
            found.append(match.span())
    return found


def without(text: str, spans: Sequence[Span]) -> str:
    """A text with blanks where the spans are; places stay the same."""
    letters = list(text)
    for start, end in spans:
        letters[start:end] = " " * (end - start)
    return "".join(letters)


def _words_of_theirs(text: str, theirs: Sequence[str], names: Sequence[str]) -> list[Span]:
    known = set().union(*(stems(their, names) for their in theirs))
    return [span for span in telling_words(text, names) if stem(text[slice(*span)]) in known]


def _like_templates(reading: Reading, left: NDArray[np.bool_], bare: str, templates: Vectors) -> list[float]:
    """How near what is left is to the nearest template: all of it, its nearest sentence, its farthest; how much is."""
    near, words = [], []
    for span in sentences(bare):
        inside = left & within(reading.offsets, [span])
        if inside.any():
            near.append(float((templates @ unit(reading.states[inside])).max()))
            words.append(len(WORD.findall(bare[slice(*span)])))
    if not near:
        return [0.0, 0.0, 0.0, 0.0]
    share = sum(many for many, one in zip(words, near, strict=True) if one >= _LIKE_TEMPLATE) / max(1, sum(words))
    return [float((templates @ unit(reading.states[left])).max()), max(near), min(near), share]
