"""The words to mark in pairs of texts, for whoever shows why two texts belong together."""

import asyncio
from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder
from embeddings.evidence import Mark, Tokens, marked_words, vector_of
from embeddings.reason_words import BANK

Vectors = NDArray[np.float32]
Marks = list[Mark]

# What all sentences share, by encoder; there is one encoder a process.
_shared: WeakKeyDictionary[Encoder, Vectors] = WeakKeyDictionary()


async def marks_of_pairs(encoder: Encoder, pairs: Sequence[tuple[str, str]]) -> list[tuple[Marks, Marks]]:
    """For each pair of texts the places in both that carried their agreement, see `embeddings.evidence`.

    They depend on the two texts alone: what all sentences share is taken from ordinary sentences that come with the
    program, not from other members' words.
    """
    texts = list(dict.fromkeys(text for pair in pairs for text in pair))
    mean = await what_all_share(encoder)
    tokens = dict(zip(texts, await encoder.tokens(texts), strict=True))
    return await asyncio.to_thread(_marks, pairs, tokens, mean)


async def what_all_share(encoder: Encoder) -> Vectors:
    """The mean vector (d,) of seventy ordinary sentences about many things."""
    if encoder not in _shared:
        vectors = await encoder.encode(BANK.ordinary)
        _shared[encoder] = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    return _shared[encoder]


def _marks(pairs: Sequence[tuple[str, str]], tokens: dict[str, Tokens], mean: Vectors) -> list[tuple[Marks, Marks]]:
    return [
        (
            marked_words(one, tokens[one], vector_of(tokens[other]), mean=mean),
            marked_words(other, tokens[other], vector_of(tokens[one]), mean=mean),
        )
        for one, other in pairs
    ]
