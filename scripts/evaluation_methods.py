"""The engine as it serves members, and the methods that it is measured against."""

import math
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from api.matching.scoring import Statements, compared, fitting_scores
from embeddings.models import Model, find_model
from embeddings.roles import reads_as_seeking
from embeddings.similarity import Vectors, corpus_mean
from embeddings.words import word_keys

Scores = NDArray[np.float32]
# Scores of all candidates for a query, and for which of them (None for all) it is asked.
Method = Callable[[list[str], "int | None"], Scores]
VectorOf = Mapping[str, Vectors]

_WORD = re.compile(r"\w+")
_SUFFIX = re.compile(r"(?<=\w{3})(?:ing|ies|ed|es|s|ly)$")
_K1, _B = 1.2, 0.75
# Words that say nothing of a subject; without them the keyword peer is stronger.
_FUNCTION_WORDS = frozenset(
    _WORD.findall("""
    a about after all also am an and any are as at be because been but by can could did do does for from had has have
    he her him his how i if in into is it its just me my no not of on or our out over she so some than that the their
    them then there these they this to too up us was we were what when where which who why will with would you your
    """)
)


def model_in_force() -> Model:
    """The model that members would be served with; no other setting is read, as that makes files where none are."""
    return _found(os.environ.get("WHEREFORE_MODEL") or None)


@cache
def _found(name: str | None) -> Model:
    return find_model(name)


def wherefore(candidates: Sequence[Sequence[str]], vector_of: VectorOf, *, seeking: bool = False) -> Method:
    """The engine: every candidate a member, every text a statement; queries seek where it is said."""
    texts = [text for one in candidates for text in one]
    owner = np.repeat(np.arange(len(candidates)), [len(one) for one in candidates])
    theirs = _statements(texts, vector_of, seeking=False)
    mean = corpus_mean(theirs.vectors)

    def scores(query: list[str], left_out: int | None) -> Scores:
        mine = _statements(query, vector_of, seeking=seeking)
        if left_out is None:
            return fitting_scores(compared(mine, theirs, mean=mean), owner, len(candidates))
        # A member is never among their own candidates: neither in the mean nor as a neighbour.
        others = owner != left_out
        without = theirs.only(others)
        return fitting_scores(
            compared(mine, without, mean=corpus_mean(without.vectors)), owner[others], len(candidates)
        )

    return scores


def one_vector_per_text(candidates: Sequence[Sequence[str]], vector_of: VectorOf) -> Method:
    """Plain cosines; of several texts the best for each of the query's, on the average."""
    texts = np.stack([vector_of[text] for one in candidates for text in one])
    starts = np.cumsum([0, *(len(one) for one in candidates[:-1])])

    def scores(query: list[str], _left_out: int | None) -> Scores:
        cosines = np.stack([vector_of[text] for text in query]) @ texts.T
        result: Scores = np.maximum.reduceat(cosines, starts, axis=1).mean(axis=0)
        return result

    return scores


def one_vector_per_profile(candidates: Sequence[Sequence[str]], vector_of: VectorOf) -> Method:
    """Plain cosines of all that a profile says, encoded as one text."""
    whole = np.stack([vector_of[joined(one)] for one in candidates])
    return lambda query, _left_out: whole @ vector_of[joined(query)]


def _statements(texts: Sequence[str], vector_of: VectorOf, *, seeking: bool) -> Statements:
    vectors = np.stack([vector_of[text] for text in texts])
    return Statements(
        vectors,
        np.full(len(texts), fill_value=seeking, dtype=np.bool_),
        word_keys(texts),
        reads_as_seeking(vectors, revision=model_in_force().revision),
    )


def joined(profile: Sequence[str]) -> str:
    """A profile as one text."""
    return " ".join(profile)


def bm25(candidates: Sequence[Sequence[str]]) -> Method:
    """Okapi BM25 with its usual parameters (Robertson and Zaragoza, 2009) over all that a candidate says."""
    documents = [Counter(_words(joined(one))) for one in candidates]
    lengths = np.array([sum(words.values()) for words in documents], dtype=np.float32)
    norms = _K1 * (1 - _B + _B * lengths / max(float(lengths.mean()), 1.0))
    postings: defaultdict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for place, words in enumerate(documents):
        for word, times in words.items():
            postings[word][0].append(place)
            postings[word][1].append(times)

    def scores(query: list[str], _left_out: int | None) -> Scores:
        result = np.zeros(len(documents), dtype=np.float32)
        for word in _words(joined(query)):
            if word in postings:
                places, times = postings[word][0], np.asarray(postings[word][1], dtype=np.float32)
                rarity = math.log(1 + (len(documents) - len(places) + 0.5) / (len(places) + 0.5))
                result[places] += rarity * times * (_K1 + 1) / (times + norms[places])
        return result

    return scores


def _words(text: str) -> list[str]:
    return [_SUFFIX.sub("", word) for word in _WORD.findall(text.lower()) if word not in _FUNCTION_WORDS]
