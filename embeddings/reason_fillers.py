"""Finds reasons that only look like words: letters to fill the space, and the anchor given back to its author."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from embeddings.reason_words import RUN, WORD, runs_of_three, telling_words, words_in_order

Span = tuple[int, int]

_LOREM = frozenset(
    [
        "lorem", "ipsum", "dolor", "amet", "consectetur", "adipiscing", "elit", "sed", "eiusmod", "tempor",
        "incididunt", "labore", "dolore", "magna", "aliqua", "veniam", "nostrud", "exercitation", "ullamco",
    ]
)  # fmt: skip
_FEWEST_LATIN_WORDS = 4
# Latin letters without a vowel; what has an accent is no keyboard mash.
_UNSAID = re.compile(r"[b-df-hj-np-tv-xz]{5,}")
_SAME_LETTER = re.compile(r"(\w)\1{4,}")
_ROWS = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "1234567890",
    "abcdefghij",
)
# How much of a text a filling must be; so few different words a text has that says nothing.
_MOSTLY, _FEW_DIFFERENT, _REPEATED_WORDS = 0.5, 0.3, 8
_LEAST_KEYS = 4
# So much of the text is a quotation, and so few other words say anything.
_QUOTED, _OWN_WORDS = 0.5, 2


def is_filler(text: str) -> bool:
    """Whether a text is mostly repeated letters or words, keys that lie side by side, or the printers' dummy text."""
    letters = sum(character.isalnum() for character in text)
    if not letters:
        return bool(text)
    words = words_in_order(text)
    filling = sum(len(word) for word in words if _SAME_LETTER.search(word) or _is_mashed(word))
    if filling / letters >= _MOSTLY or sum(word in _LOREM for word in words) >= _FEWEST_LATIN_WORDS:
        return True
    if len(words) < _REPEATED_WORDS:
        return False
    pairs = Counter(pairwise(words))
    repeated = sum(times for times in pairs.values() if times > 1)
    return len(set(words)) / len(words) <= _FEW_DIFFERENT or repeated / (len(words) - 1) > _MOSTLY


def quoted_back(text: str, theirs: Sequence[str]) -> Span | None:
    """The words that a reason only repeats of theirs, from the first to the last; None when it adds some of its own."""
    places = list(WORD.finditer(text))
    mine = [place.group().casefold() for place in places]
    known = {run for their in theirs for run in runs_of_three(words_in_order(their))}
    quoted = {index + step for index, run in enumerate(runs_of_three(mine)) if run in known for step in range(RUN)}
    if not quoted or len(quoted) / len(mine) < _QUOTED:
        return None
    start, end = places[min(quoted)].start(), places[max(quoted)].end()
    own = [span for span in telling_words(text) if span[1] <= start or span[0] >= end]
    return (start, end) if len(own) < _OWN_WORDS else None


def _is_mashed(word: str) -> bool:
    """Whether a word is keys side by side, as in asdf, or Latin letters that nobody can say."""
    beside = len(word) >= _LEAST_KEYS and any(word[:_LEAST_KEYS] in row for row in _ROWS)
    return beside or _UNSAID.fullmatch(word) is not None
