"""One or two letters that stand for a member where others would put a photo, whatever script the name is in."""

import unicodedata

import regex

_LETTER_WITH_MARKS = regex.compile(r"\p{L}(?:\p{M}|\u200d\p{L})*")
_TWO_FIT = regex.compile(r"[\p{Latin}\p{Cyrillic}\p{Greek}\p{Armenian}\p{Georgian}\p{Hebrew}]")
"""Scripts whose letters stand apart. In others letters join, or one letter is a word already, so that one is enough."""


def initials(name: str) -> str:
    """The first letters of the first and the last word of a name; empty when there is no letter in it.

    Marks stay with their letter, emoji and signs are passed over, and the result never has more than two letters.
    """
    words = unicodedata.normalize("NFC", name).split()
    firsts = [str(found.group()) for word in words if (found := _LETTER_WITH_MARKS.search(word))]
    if not firsts:
        return ""
    first, last = firsts[0], firsts[-1]
    letters = first + last if len(firsts) > 1 and _TWO_FIT.match(first) and _TWO_FIT.match(last) else first
    capital = letters.upper()
    return capital if len(capital) == len(letters) else letters
