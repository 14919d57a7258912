"""What a notice may quote: the member's own words, and nothing by which they could tell who reported them.

A notice never says that anybody reported anything, nor when, nor what was said around the words. It quotes only what
the member wrote themself. Of what went to one person alone, the names of all with whom the member has to do are taken
out: of a text that went to many under many names, the name would tell which of them it was, and were the name of the
one who reported taken out alone, a text with the names of all would tell by the gap. What everybody reads in the same
words, such as a statement, is quoted as it stands. What went to one person alone still tells by itself whom it went
to; that cannot be helped without hiding from a member what they are blamed for.
"""

import re
from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from api.database import fetch
from api.moderation.schemas import Part, PartKind

NAME_LEFT_OUT = "[name]"
_THE_SAME_FOR_ALL: Final[frozenset[PartKind]] = frozenset({"name", "pronouns", "statement", "anchor"})


def quotes_of(parts: Iterable[Part], *, names: Collection[str]) -> list[str]:
    """The words concerned, without these names where they went to one person."""
    return [part.text if part.kind in _THE_SAME_FOR_ALL else _without(part.text, names) for part in parts]


async def names_left_out(reported: UUID | None, *, reporter_name: str) -> list[str]:
    """The name of the one who reported, and of everybody whom the reported asked, was asked by or is connected with."""
    rows = await fetch(
        "SELECT DISTINCT a.display_name FROM account AS a WHERE a.id IN ("
        "SELECT recipient FROM connection_request WHERE sender = {} UNION "
        "SELECT sender FROM connection_request WHERE recipient = {} UNION "
        "SELECT accepter FROM connection WHERE asker = {} UNION SELECT asker FROM connection WHERE accepter = {})",
        *[reported] * 4,
    )
    return sorted({reporter_name, *(row["display_name"] for row in rows)})


def _without(text: str, names: Iterable[str]) -> str:
    """A text without somebody's name: as a whole, or each word of it, in upper or lower case."""
    pieces = sorted({piece for name in names for piece in (name, *name.split())}, key=len, reverse=True)
    pattern = "|".join(re.escape(piece) for piece in pieces if piece)
    return re.sub(rf"(?<!\w)(?:{pattern})(?!\w)", NAME_LEFT_OUT, text, flags=re.IGNORECASE) if pattern else text
