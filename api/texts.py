"""How text that people type is made ready to keep: one form, one way to count, nothing a database chokes on."""

import unicodedata
from typing import Final

import msgspec

from api.errors import FieldError
from embeddings.texts import normalise

_INVISIBLE = {"Cf", "Mn", "Me", "Zs", "Zl", "Zp", "Cn", "Co"}
# Letters and a sign by their category that show as nothing: the Hangul fillers and the empty Braille pattern.
BLANK: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_LINE_BREAKS = {"\n", "\r", "\t"}

LONGEST_TIDIED: Final = 32_000
"""Code points as they were typed: four times what the longest field may have, as NFC makes one of four at most."""


def length(most: int, *, least: int = 1) -> msgspec.Meta:
    """Say in the description of a field how long its text may be; `problem_with` holds it once the text is tidied."""
    return msgspec.Meta(extra_json_schema={"maxLength": most} | ({"minLength": least} if least else {}))


def tidy(text: str) -> str:
    """NFC, line breaks as one character, no white space around it. Length is counted in code points of this.

    What is too long for every field, in whatever form, stays in the form that it has, to be refused for its length:
    a megabyte of marks took half a second, each time that somebody looked at the field.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return normalise(plain) if len(plain) <= LONGEST_TIDIED else plain


def shows(text: str) -> bool:
    """Whether there is anything in a text that the eye can see."""
    hidden = BLANK | _LINE_BREAKS
    return any(unicodedata.category(one) not in _INVISIBLE for one in text if one not in hidden)


def problem_with(
    text: str, *, field: str, name: str, most: int, least: int = 1, lines: bool = True, several: bool = False
) -> FieldError | None:
    """What is wrong with a tidied text, or None.

    Args:
        text: What `tidy` returned.
        field: The field's name in the body.
        name: What the member calls it, for example "Your name".
        most: The most code points it may have.
        least: The fewest code points it must have.
        lines: Whether it may have several lines.
        several: Whether the name is that of several things, such as "Your words".
    """
    has, it, missing = ("have", "They have", "are missing") if several else ("has", "It has", "is missing")
    again = "them" if several else "it"
    looked_at = text[: most + 1]  # however much was sent, nobody waits for it to be looked through
    unseen = bool(text and least) and not shows(looked_at)
    if unseen or any(_is_unusable(character, lines=lines) for character in looked_at):
        return FieldError(
            f"/{field}", "bad-characters", f"{name} {has} characters that cannot be kept. Type {again} again."
        )
    if not text and least:
        return FieldError(f"/{field}", "missing", f"{name} {missing}.")
    if len(text) < least:
        return FieldError(f"/{field}", "too-short", f"{name} must have at least {least} characters.")
    if len(text) > most:
        over = len(text) - most
        return FieldError(f"/{field}", "too-long", f"{name} can have at most {most} characters. {it} {over} too many.")
    return None


def _is_unusable(character: str, *, lines: bool) -> bool:
    if character in _LINE_BREAKS:
        return not lines
    return unicodedata.category(character) in {"Cc", "Cs"}
