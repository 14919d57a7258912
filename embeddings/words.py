"""The words two statements share, and how much that says: rare ones much, common ones nothing. Pure.

Vectors of meaning blur names and rare words ("bobbin lace", "Go", "Svelte"), which say most about an interest. How rare
a word is, is told by the statements that are compared, so it needs no list of any language.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from embeddings.similarity import Vectors

Keys = NDArray[np.int32]
WORDS = 24
"""So many words of a text are kept: nearly all that say something in 280 characters."""

_WORD = re.compile(r"\w+")
# Light English endings; words of other languages are compared as they stand, or lose an "s".
_ENDING = re.compile(r"(?<=\w{3})(?:ing|ies|ed|es|s|ly)$")
# English words that say nothing of a subject. Rarity finds most of them too, but not all among a few hundred texts.
_SAY_NOTHING = frozenset(
    _WORD.findall("""
    a able about above across after again against ago all almost alone along already also although always am among an
    and another any anybody anyone anything anyway anywhere are aren around as at away back be became because become
    been before behind being below beside besides between beyond both but by came can cannot come could couldn d did
    didn do does doesn doing don done down during each either else enough etc even ever every everybody everyone
    everything everywhere except few for from further gave get gets getting give go goes going gone got had hadn has
    hasn have haven having he hello her here hers herself hi him himself his how however i if im in indeed instead into
    is isn it its itself ive just keep kept kind last least less let like likely ll lot m made make makes making many
    may maybe me might mine more most mostly much must my myself namely near nearly neither never next no nobody none
    nor not nothing now nowhere of off often ok on once one ones only onto or other others otherwise our ours ourselves
    out over own per perhaps please put quite rather re really s same say see seem seemed seems several shall she
    should shouldn since so some somebody somehow someone something sometimes somewhere sort still such sure t take
    than thank thanks that the their theirs them themselves then there therefore these they thing things this those
    though through throughout thus to together too toward towards u under unless until up upon us use used using
    usually ve very via was wasn way ways we well went were weren what whatever when whenever where whether which while
    who whoever whole whom whose why will with within without won would wouldn yes yet you your yours yourself
    """)
)


def word_keys(texts: Sequence[str]) -> Keys:
    """The words of each text that say something, as numbers to be kept beside its vector: (n, `WORDS`), 0 for none.

    A number is the first four bytes of the BLAKE2 hash of a word without its ending, so that it is the same on every
    machine; each text's are sorted, without repetition. Of a text with more words the first count.
    """
    keys = np.zeros((len(texts), WORDS), dtype=np.int32)
    for row, text in enumerate(texts):
        found = sorted(list(dict.fromkeys(key for word in _WORD.findall(text.lower()) if (key := _key(word))))[:WORDS])
        keys[row, : len(found)] = found
    return keys


def _says_nothing(word: str) -> bool:
    """Whether a word, in lower case, says nothing of a subject."""
    return word in _SAY_NOTHING


def _stem(word: str) -> str:
    """A word in lower case without its ending."""
    return _ENDING.sub("", word)


def shared_words(mine: Keys, theirs: Keys) -> Vectors:
    """How much the words say that texts of mine (m, `WORDS`) share with theirs (n, `WORDS`): 0 or more, (m, n).

    The rarities of the shared words are added up, on a logarithmic scale. A word's rarity is its inverse document
    frequency among theirs (Robertson and Sparck Jones, 1976) as a share of the highest there is.
    """
    known = np.unique(mine[mine != 0])
    if 0 in (len(known), len(theirs)):
        return np.zeros((len(mine), len(theirs)), dtype=np.float32)
    own, others = _having(mine, known), _having(theirs, known)
    shared: Vectors = np.log1p((own * _rarity(others.sum(axis=0), len(theirs))) @ others.T)
    return shared


def shared_words_among(keys: Keys) -> Vectors:
    """`shared_words` of texts (n, `WORDS`) with one another, (n, n), without what over a twentieth of them have."""
    count = len(keys)
    shared = np.zeros((count, count), dtype=np.float32)
    row, column = np.nonzero(keys)
    words = keys[row, column]
    row = row[np.argsort(words, kind="stable")]
    _, having = np.unique(words, return_counts=True)
    first = np.cumsum(having) - having
    for times in range(2, count // 20 + 2):
        # All words that so many texts have: the texts that have each, (words, times).
        texts = row[first[having == times][:, None] + np.arange(times)]
        pairs = texts[:, :, None] * count + texts[:, None, :]
        np.add.at(shared.ravel(), pairs.ravel(), _rarity(np.float32(times), count))
    return np.log1p(shared, out=shared)


def _rarity(having: NDArray[np.float32] | np.float32, count: int) -> Vectors:
    """What a word says that so many of a number of texts have: 1 for one that nobody has."""
    rarity: Vectors = np.log(1 + (count - having + 0.5) / (having + 0.5)) / np.log(2 * count + 2)
    return rarity.astype(np.float32)


def _having(keys: Keys, known: NDArray[np.int32]) -> Vectors:
    """Which of the known words each text has, 0 or 1: (n, words)."""
    place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    row, column = np.nonzero(known[place] == keys)
    table = np.zeros((len(keys), len(known)), dtype=np.float32)
    table[row, place[row, column]] = 1
    return table


@lru_cache(maxsize=100_000)
def _key(word: str) -> int:
    """The number of a word without its ending; 0 for one that says nothing."""
    if _says_nothing(word):
        return 0
    return int.from_bytes(blake2b(_stem(word).encode(), digest_size=4).digest(), "big", signed=True)
