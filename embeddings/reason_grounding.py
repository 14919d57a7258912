"""Measures whether a reason is about this recipient, about anybody, or about something else. Pure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embeddings.reason_reading import Encodes, Reading
from embeddings.reason_weights import Weights
from embeddings.reason_words import BANK, share_a_telling_word

Vectors = NDArray[np.float32]

# Statements this near to the recipient's own are no contrast: they are about the same thing.
_SAME_SUBJECT = 0.5
_NEAREST_OTHERS = 5

# The bank's vectors by encoder; there is one encoder a process.
_encoded: dict[int, tuple[Encodes, "BankVectors"]] = {}
BankVectors = tuple[Vectors, Vectors, Vectors]
"""Vectors of the templates, of those in other languages, and of ordinary statements."""


def agreement(
    reading: Reading,
    *,
    weights: Weights,
    theirs: Vectors,
    texts: Sequence[str],
    contrast: Vectors | None,
    bank: BankVectors,
    names: Sequence[str],
) -> Vectors:
    """How a reason agrees with its recipient's words, in nine numbers.

    For the reason as a whole, then for its core: the best agreement with any of theirs, and the mean of the five best
    with others' statements; then both agreements minus both of others'; whether they share a telling word; whether
    there is a core; the share of others' statements that it fits at least as well; and the nearest template.

    Args:
        reading: The reason.
        weights: The means that agreement is counted from.
        theirs: Vectors (n, d) of the recipient's words.
        texts: The recipient's words themselves.
        contrast: Vectors (m, d) of other members' statements; those about the same subject are left out here.
        bank: The vectors of the bank.
        names: Display names of both, which say nothing about what a reason is about.
    """
    templates, _, ordinary = bank
    others = ordinary if contrast is None else np.concatenate([ordinary, contrast])
    others = others[(others @ theirs.T).max(axis=1) < _SAME_SUBJECT]
    own, other = _from(theirs, weights.statement_mean), _from(others, weights.statement_mean)
    whole, core = _from(reading.whole, weights.reason_mean), _from(reading.core, weights.core_mean)
    near_whole, others_whole = float((own @ whole).max()), _nearest(other @ whole)
    near_core, others_core = float((own @ core).max()), _nearest(other @ core)
    both, both_others = float((own @ (whole + core)).max()), other @ (whole + core)
    found = [
        near_whole,
        others_whole,
        near_core,
        others_core,
        near_whole + near_core - others_whole - others_core,
        share_a_telling_word(reading.text, texts, names),
        bool(reading.core.any()),
        float((both_others >= both).mean()) if len(others) else 0.0,
        float((templates @ reading.whole).max()),
    ]
    return np.array(found, dtype=np.float32)


GROUNDED = 4
"""Which of the numbers of `agreement` says how much a reason is about its recipient rather than about others."""
FITS_OTHERS = 7
"""Which of them says what share of others' statements it fits at least as well."""


async def bank_vectors(encoder: Encodes) -> BankVectors:
    """The vectors of the bank, encoded once a process."""
    known = _encoded.get(id(encoder))
    # The encoder is kept beside its vectors, so that its id cannot pass to another one.
    if known is None or known[0] is not encoder:
        sizes = np.cumsum([len(BANK.templates), len(BANK.templates_elsewhere)])
        vectors = await encoder.encode([*BANK.templates, *BANK.templates_elsewhere, *BANK.ordinary])
        first, second, third = np.split(vectors, sizes)
        known = (encoder, (first, second, third))
        _encoded[id(encoder)] = known
    return known[1]


def _from(vectors: Vectors, mean: Vectors) -> Vectors:
    """Vectors (…, d) without their mean, made one long; 0 stays 0."""
    moved = vectors - mean
    lengths = np.linalg.norm(moved, axis=-1, keepdims=True)
    result: Vectors = np.where(vectors.any(axis=-1, keepdims=True), moved / np.maximum(lengths, 1e-6), 0)
    return result


def _nearest(scores: Vectors) -> float:
    return float(np.sort(scores)[::-1][:_NEAREST_OTHERS].mean()) if len(scores) else 0.0
