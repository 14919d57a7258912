"""The one place where a text takes the form in which it is counted, compared and encoded."""

import re
import unicodedata
from functools import cache

_MOST_MARKS = 30
"""Upon one letter; nobody's language has more than a few (UAX 15 allows so many in a stream)."""
_BASIC, _BEYOND_MARKS = 0x10000, 0x20000
"""Code points up to which patterns are quick, and from which on no mark has a place among others."""
_BEYOND_BASIC = re.compile(r"[\U00010000-\U0001ffff]")

BEGINNING = r"^|(?<=[.!?,;:(])\s*+|(?<=\n)[^\S\n]*+"
"""In patterns: where a sentence or a part of one begins. It looks at no white space twice, however much there is."""


def composed(text: str) -> str:
    """NFC, in a time that grows with the length of the text and no faster.

    Python puts the marks upon a letter in order by going back and forth among them: forty thousand took two seconds.
    """
    if text.isascii():
        return text
    looked_through = _BEYOND_MARKS if _BEYOND_BASIC.search(text) else _BASIC
    return unicodedata.normalize("NFC", _long_runs(looked_through).sub(_in_order, text))


def normalise(text: str) -> str:
    """NFC, without white space at the ends; its length in code points is the length of the text."""
    return composed(text).strip()


@cache
def _long_runs(beyond: int) -> re.Pattern[str]:
    """Finds more marks upon one letter than there can be, and nothing else: other letters would be slow to look at."""
    marks = [point for point in range(beyond) if _is_mark(chr(point))]
    begin = [point for point in marks if not _is_mark(chr(point - 1))]
    end = [point for point in marks if not _is_mark(chr(point + 1))]
    ranges = "".join(f"{chr(first)}-{chr(last)}" for first, last in zip(begin, end, strict=True))
    return re.compile(f"[{ranges}]{{{_MOST_MARKS + 1},}}")


def _is_mark(character: str) -> bool:
    """Whether it is put in order among the marks upon a letter, as it is or taken apart."""
    if unicodedata.combining(character):
        return True
    return bool(unicodedata.decomposition(character)) and all(
        unicodedata.combining(one) for one in unicodedata.normalize("NFD", character)
    )


def _in_order(found: re.Match[str]) -> str:
    """The same marks in the order that NFC gives them."""
    apart = "".join(unicodedata.normalize("NFD", one) for one in found[0])
    return "".join(sorted(apart, key=unicodedata.combining))


def encodable(text: str) -> str:
    """A normalised text that every tokenizer accepts: lone surrogates become question marks."""
    return normalise(text).encode("utf-8", "replace").decode("utf-8")


def places_as_sent(text: str) -> list[int]:
    """For each place between code points of `encodable(text)` the place in the text as it was sent.

    A place inside of what normalising took apart is where the next whole character begins.
    """
    whole, normalised = composed(text), normalise(text)
    if normalised == text:
        return list(range(len(text) + 1))
    lead = len(whole) - len(whole.lstrip())
    reached = {len(unicodedata.normalize("NFC", text[:place])) - lead: place for place in range(len(text) + 1)}
    places = [reached[len(normalised)]] * (len(normalised) + 1)
    for place in reversed(range(len(normalised))):
        places[place] = reached.get(place, places[place + 1])
    return places


def any_case(pattern: str) -> re.Pattern[str]:
    """A pattern that finds capitals and small letters alike."""
    return re.compile(pattern, re.IGNORECASE)
