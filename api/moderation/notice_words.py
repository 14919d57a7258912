"""What a notice may quote: the member's own words, and nothing by which they could tell who reported them.

A notice never says that anybody reported anything, nor when, nor what was said around the words. It quotes only what
the member wrote themself, with the name of the one who reported taken out: of a text that went to many under many
names, the name would tell which of them it was. What went to one person alone still tells by itself whom it went to;
that cannot be helped without hiding from a member what they are blamed for.
"""

import re
from collections.abc import Iterable

from api.moderation.schemas import Part

NAME_LEFT_OUT = "[name]"


def quotes_of(parts: Iterable[Part], *, reporter_name: str) -> list[str]:
    """The words concerned, without the name of the one who reported."""
    return [without_name(part.text, reporter_name) for part in parts]


def without_name(text: str, name: str) -> str:
    """A text without somebody's name: as a whole, or each word of it, in upper or lower case."""
    pieces = sorted({name, *name.split()}, key=len, reverse=True)
    pattern = "|".join(re.escape(piece) for piece in pieces if piece)
    return re.sub(rf"(?<!\w)(?:{pattern})(?!\w)", NAME_LEFT_OUT, text, flags=re.IGNORECASE) if pattern else text
