"""How much a reason in a language that the model hardly knows is like templates: by its letters. Pure."""

from collections.abc import Sequence
from functools import cache

import msgspec

from embeddings.language import language_of
from embeddings.reason_remainder import quotations, without
from embeddings.reason_words import BANK, WORD, stem, stems, telling_words, words_of

Span = tuple[int, int]

# Scripts without blanks between words say as much with two letters as others with four.
_LETTERS, _LETTERS_WITHOUT_BLANKS = 4, 2
_WITHOUT_BLANKS = ("ja", "zh", "th", "km", "lo", "my")
_LEAST_PIECES = 12


class Likeness(msgspec.Struct, frozen=True):
    """How much of a reason stands in templates of its language, in parts of all its letters."""

    part: float
    """What part of what is left without the recipient's words stands in templates, 0 to 1."""
    own: int
    """How many longer words of it stand in no template and are none of theirs."""


def like_templates_elsewhere(text: str, theirs: Sequence[str], names: Sequence[str]) -> Likeness:
    """Count how much of a reason, without words of theirs, is made of the same pieces as templates of its language."""
    language = language_of(text)
    bank = _pieces_of_templates().get(language or "")
    if bank is None:
        return Likeness(0.0, 0)
    same = words_of(names) | words_of(theirs)
    stems_of_theirs = set().union(*(stems(one, ()) for one in theirs))
    taken = [*quotations(text, theirs)]
    for start, end in telling_words(text):
        word = text[start:end]
        if word.casefold() in same or stem(word) in stems_of_theirs:
            taken.append((start, end))
    left, size = without(text, taken), _size(language)
    pieces = _pieces(left, size)
    if len(pieces) < _LEAST_PIECES:
        return Likeness(0.0, 0)
    words = {word.casefold() for word in WORD.findall(left) if len(word) > _LETTERS}
    own = sum(1 for word in words if not any(piece in bank for piece in _pieces(word, size)))
    return Likeness(len(pieces & bank) / len(pieces), own)


def _pieces(text: str, size: int) -> frozenset[str]:
    """All runs of letters of a size within words, blanks as their borders."""
    plain = " ".join(["", *WORD.findall(text.casefold()), ""])
    if size == _LETTERS_WITHOUT_BLANKS:
        plain = "".join(WORD.findall(text.casefold()))
    return frozenset(plain[step : step + size] for step in range(len(plain) - size + 1))


@cache
def _pieces_of_templates() -> dict[str, frozenset[str]]:
    """The pieces of all templates by their language."""
    found: dict[str, frozenset[str]] = {}
    for one in BANK.templates_elsewhere:
        language = language_of(one)
        found[language or ""] = found.get(language or "", frozenset()) | _pieces(one, _size(language))
    return found


def _size(language: str | None) -> int:
    return _LETTERS_WITHOUT_BLANKS if language in _WITHOUT_BLANKS else _LETTERS
