"""Words that name an area: only those that several people in it wrote, and that are more its own than others'."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Collection, Sequence
from importlib.resources import files

import numpy as np

from embeddings.areas import LEAST_TO_STAY, Owners
from embeddings.words import says_nothing, stem

MOST_WORDS = 12
SHORTEST, LONGEST = 3, 18

# A word must be so many times as usual in an area as outside of it. What everybody writes names nothing.
_MORE_THAN_USUAL = 2.0
# What a word counts more for that the area was named by before, so that names do not change with every person.
_KNOWN = 1.5
_WORD = re.compile(rf"(?<![\w'\u2019])[^\W\d_]{{{SHORTEST},{LONGEST}}}(?![\w'\u2019])")

People = dict[str, dict[str, set[int]]]
"""By stem, and by how it was written: who wrote it."""


def words_of_areas(
    texts: Sequence[str], owner: Owners, place: Owners, *, known: Sequence[Collection[str]]
) -> list[list[str]]:
    """For each area up to `MOST_WORDS` words in lower case, those that say most of it first; there may be none.

    Each was written, in that very form, by at least `LEAST_TO_STAY` different people in statements of that area.

    Args:
        texts: What was written, n texts.
        owner: Who wrote each, (n,).
        place: In which area each lies, -1 for none, (n,).
        known: For each area the words by which it was named until now.
    """
    said: list[People] = [defaultdict(lambda: defaultdict(set)) for _ in (*known, "nowhere")]
    for text, person, area in zip(texts, owner.tolist(), place.tolist(), strict=True):
        for word in set(_WORD.findall(text.lower())):
            said[area][stem(word)][word].add(person)
    return [
        _best(
            said[area],
            [other for other in said if other is not said[area]],
            inside=len(np.unique(owner[place == area])),
            outside=len(np.unique(owner[place != area])),
            known=frozenset(names),
        )
        for area, names in enumerate(known)
    ]


def _best(here: People, elsewhere: list[People], *, inside: int, outside: int, known: frozenset[str]) -> list[str]:
    scored: list[tuple[float, str]] = []
    for root, forms in here.items():
        word, by = max(forms.items(), key=lambda form: (len(form[1]), form[0]))
        if len(by) < LEAST_TO_STAY or word in _GRAMMAR or says_nothing(word):
            continue
        others: set[int] = set().union(*(people for there in elsewhere for people in there.get(root, {}).values()))
        share, usual = len(set().union(*forms.values())) / inside, (len(others) + 1) / (outside + 1)
        if share < _MORE_THAN_USUAL * usual:
            continue
        # The word's part of the divergence (Kullback and Leibler, 1951) of the area from all others.
        score = share * float(np.log(share / usual)) * (_KNOWN if word in known else 1)
        scored.append((-score, word))
    return [word for _, word in sorted(scored)[:MOST_WORDS]]


def _read_grammar() -> frozenset[str]:
    raw = tomllib.loads(files("embeddings").joinpath("function_words.toml").read_text("utf-8"))
    return frozenset(word for words in raw.values() for word in words.split())


_GRAMMAR = _read_grammar()
