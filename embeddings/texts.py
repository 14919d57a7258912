"""The one place where a text takes the form in which it is counted, compared and encoded."""

import re
import unicodedata
from itertools import groupby

# Marks upon one letter; nobody's language has more than a few (UAX 15 allows 30 in a stream).
_LONG_RUN = re.compile(r"[^\x00-\u02ff]{31,}")

BEGINNING = r"^|(?<=[.!?,;:(])\s*+|(?<=\n)[^\S\n]*+"
"""In patterns: where a sentence or a part of one begins. It looks at no white space twice, however much there is."""


def composed(text: str) -> str:
    """NFC, in a time that grows with the length of the text and no faster.

    Python puts the marks upon a letter in order by going back and forth among them: forty thousand took two seconds.
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _LONG_RUN.sub(_in_order, text))


def normalise(text: str) -> str:
    """NFC, without white space at the ends; its length in code points is the length of the text."""
    return composed(text).strip()


def _in_order(found: re.Match[str]) -> str:
    """The same text with the marks upon each letter in the order that NFC gives them."""
    apart = "".join(unicodedata.normalize("NFD", one) for one in found[0])
    return "".join(
        "".join(sorted(marks, key=unicodedata.combining)) if upon_a_letter else "".join(marks)
        for upon_a_letter, marks in groupby(apart, key=lambda one: unicodedata.combining(one) > 0)
    )


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
