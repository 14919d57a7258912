"""The one place where a text takes the form in which it is counted, compared and encoded."""

import re
import unicodedata


def normalise(text: str) -> str:
    """NFC, without white space at the ends; its length in code points is the length of the text."""
    return unicodedata.normalize("NFC", text).strip()


def encodable(text: str) -> str:
    """A normalised text that every tokenizer accepts: lone surrogates become question marks."""
    return normalise(text).encode("utf-8", "replace").decode("utf-8")


def places_as_sent(text: str) -> list[int]:
    """For each place between code points of `encodable(text)` the place in the text as it was sent.

    A place inside of what normalising took apart is where the next whole character begins.
    """
    composed, normalised = unicodedata.normalize("NFC", text), normalise(text)
    if normalised == text:
        return list(range(len(text) + 1))
    lead = len(composed) - len(composed.lstrip())
    reached = {len(unicodedata.normalize("NFC", text[:place])) - lead: place for place in range(len(text) + 1)}
    places = [reached[len(normalised)]] * (len(normalised) + 1)
    for place in reversed(range(len(normalised))):
        places[place] = reached.get(place, places[place + 1])
    return places


def any_case(pattern: str) -> re.Pattern[str]:
    """A pattern that finds capitals and small letters alike."""
    return re.compile(pattern, re.IGNORECASE)
