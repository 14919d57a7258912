"""The one place where a text takes the form in which it is counted, compared and encoded."""

import unicodedata


def normalise(text: str) -> str:
    """NFC, without white space at the ends; its length in code points is the length of the text."""
    return unicodedata.normalize("NFC", text).strip()


def encodable(text: str) -> str:
    """A normalised text that every tokenizer accepts: lone surrogates become question marks."""
    return normalise(text).encode("utf-8", "replace").decode("utf-8")
