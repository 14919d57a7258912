"""Which languages a sentence model reads well, as far as the card that came with it says."""

import re
from pathlib import Path

CARD_FILE = "README.md"
_HEADER = re.compile(r"\A---\s*\n(.*?)\n---\s*$", re.DOTALL | re.MULTILINE)
_LANGUAGE = re.compile(r"^languages?:[ \t]*(.*(?:\n[ \t]*-.*)*)", re.MULTILINE)
_TAG = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
# Wikipedia's and the hub's word for what browsers and the detector know as Bokmål.
_SAME = {"no": "nb"}


def languages_on_card(folder: Path) -> frozenset[str] | None:
    """The BCP 47 tags that a model's card names; None when it names none, or only says "multilingual".

    Cards are the README of a model, with a header in YAML: `language: en`, or a list.
    """
    try:
        card = (folder / CARD_FILE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    header = _HEADER.match(card)
    said = _LANGUAGE.search(header.group(1)) if header else None
    return tags_in(said.group(1)) if said else None


def tags_in(words: str) -> frozenset[str] | None:
    """The BCP 47 tags among words that are separated by commas, spaces, hyphens or brackets; None for none."""
    parts = (part.strip("'\"-") for part in re.split(r"[\s,\[\]]+", words))
    tags = {part.split("-")[0] for part in parts if _TAG.fullmatch(part)}
    return frozenset(_SAME.get(tag, tag) for tag in tags) or None
