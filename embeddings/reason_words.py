"""The words of a reason: which of them say what it is about, and plain counts of how it is put."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from importlib.resources import files

import msgspec
import numpy as np
from numpy.typing import NDArray

from embeddings.texts import any_case

Vectors = NDArray[np.float32]
Span = tuple[int, int]

WORD = re.compile(r"\w+(?:['\u2019-]\w+)*")
_ENDING = re.compile(r"['\u2019]\w+$")
_GRAMMATICAL = re.compile(r"(?:ings?|ers?|ed|es|s)$")
_LEAST_LETTERS, _LEAST_STEM = 3, 4
RUN = 3
"""So many words in a row are a quotation."""


class Bank(msgspec.Struct, frozen=True):
    """The sentences that reasons are compared with, and the words that say nothing about anybody."""

    templates: tuple[str, ...]
    templates_elsewhere: tuple[str, ...]
    """Templates in other languages than English."""
    ordinary: tuple[str, ...]
    frame: frozenset[str]


def _read_bank() -> Bank:
    raw = tomllib.loads(files("embeddings").joinpath("reason_bank.toml").read_text("utf-8"))
    return Bank(
        templates=tuple(raw["templates"]),
        templates_elsewhere=tuple(raw["templates_elsewhere"]),
        ordinary=tuple(raw["ordinary"]),
        frame=frozenset(raw["frame"].split()),
    )


BANK = _read_bank()


# To whom it speaks: a kind of people rather than one of them.
_MANY = any_case(
    r"\b(?:others|folks|everyone|everybody|anyone|anybody|people|persons?|leaders|professionals|experts|colleagues"
    r"|practitioners|enthusiasts|those\swho|like-minded|fellow|all\swho|community|network\w*|circle|contacts|connections)\b"
)
_JOINING = any_case(
    r"\b(?:connect\w*|network\w*|in\s(?:touch|contact)|add\s(?:me|you)|accept\w*|request|reach(?:ing)?\sout|profile"
    r"|suggested|stay|followers?)\b"
)
# What the reader wrote, does or has.
_YOURS = any_case(
    r"\byou\s(?:wrote|write|said|say|mention\w*|described?|keep|make|made|like|love|have|had|are|were|do|did|also|still"
    r"|gave|host|coach|teach|play|grow|read|sing)\b"
    r"|\byou(?:['\u2019]re|r\s(?:\w+\s)?(?:post|article|talk|lecture|bio|words|sentence|lines?|photos?|pictures?|question"
    r"|story|statement|trip))\b|\b(?:saw|noticed|see|read|heard)\sthat\syou\b|\bwe(?:['\u2019]re|\sare)?\sboth\b|\balso\sinto\b"
)
_TRADE = any_case(
    r"\b(?:offer\w*|free|price\w*|cost\w*|fee|discount|rates?|sell\w*|buy\w*|order|shop|product\w*|service\w*|clients?"
    r"|customers?|compan\w+|business\w*|team\w*|agency|platform|tool|software|app|course\w*|training|program\w*|webinar"
    r"|seminar|workshop|demo|trial|call|minutes|earn\w*|income|invest\w*|profit\w*|money|hiring|vacanc\w+|position"
    r"|opening\w*|register|sign\sup|join|subscribe|leads|sales|revenue|roi|productivity|growth|solutions?|package\w*"
    r"|guarantee\w*|limited|exclusive|deal|save[sd]?|quote|audit|sponsor\w*|donat\w+|loan|crypto|trading)\b"
)
_WE_DO = any_case(
    r"\b(?:we|our\steam|my\steam|my\scompany|our\s(?:\w+\s)?(?:company|firm|agency|academy|platform|tool|app))\s+(?:\w+ly\s+)?"
    r"(?:help|offer|provide|build|built|train|deliver|make|sell|develop|are|have|can|cut|bring|support|work|install|design"
    r"|speciali[sz]e)\w*|\bwe['\u2019](?:ve|re)\b"
    r"|\bi\s(?:run|help|offer|sell|work\swith|teach|provide|represent)\b|\bour\b"
)
_WE = any_case(r"\b(?:we|our)\b")
_AMOUNT = any_case(r"[%$€£]|\d+x\b|\b(?:euros?|dollars?|rupees|pounds?|per\scent|percent)\b")
_DIGIT = re.compile(r"\d")
_YOU = any_case(r"\byou\w*")
_ME = any_case(r"\b(?:i|my|me|i['\u2019]m)\b")
COUNTS = 16
"""How many numbers `counts` gives."""


def telling_words(text: str, names: Iterable[str] = ()) -> list[Span]:
    """Where the words stand that are neither grammar, nor the frame of a reason, nor a name."""
    own = words_of(names)
    return [match.span() for match in WORD.finditer(text) if _tells(match.group(), own)]


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """All words of some texts, case folded."""
    return frozenset(word.casefold() for text in texts for word in WORD.findall(text))


def share_a_telling_word(reason: str, theirs: Sequence[str], names: Sequence[str]) -> bool:
    """Whether a reason and any of their texts have a word (or its beginning) in common that is about something."""
    mine = stems(reason, names)
    return any(mine & stems(text, names) for text in theirs)


def counts(text: str, names: Sequence[str], sales: int) -> Vectors:
    """How a text is put, in `COUNTS` numbers of about the same size, (COUNTS,).

    Args:
        text: The text.
        names: Names that are no words of it.
        sales: How many expressions of selling were found in it.
    """
    own = words_of(names)
    words = [word for word in WORD.findall(text) if word.casefold() not in own]
    many = max(1, len(words))
    telling = sum(_tells(word, own) for word in words)
    found = [
        telling / 10,
        telling / many,
        np.log1p(len(words)) / 3,
        "?" in text,
        min(3, sales) / 2,
        _WE.search(text) is not None,
        _DIGIT.search(text) is not None,
        _AMOUNT.search(text) is not None,
        len(_YOU.findall(text)) / many * 5,
        len(_ME.findall(text)) / many * 5,
        *(np.log1p(len(one.findall(text))) for one in (_MANY, _JOINING, _YOURS, _TRADE, _WE_DO)),
        min(1.0, len(words) / 60),
    ]
    return np.array(found, dtype=np.float32)


def _tells(word: str, names: frozenset[str]) -> bool:
    plain = _ENDING.sub("", word.casefold())
    return len(plain) > 1 and plain not in BANK.frame and plain not in names and word.casefold() not in names


def words_in_order(text: str) -> list[str]:
    """The words of a text one after the other, case folded."""
    return [word.casefold() for word in WORD.findall(text)]


def runs_of_three(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Every three words that follow each other, by where they begin."""
    return [tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1)]


def stems(text: str, names: Iterable[str]) -> set[str]:
    """The beginnings of the words of a text that say what it is about."""
    found = {stem(text[start:end]) for start, end in telling_words(text, names)}
    return {stem for stem in found if len(stem) >= _LEAST_LETTERS}


def stem(word: str) -> str:
    """A word without its commonest English endings: enough to see that walks, walked and walking are one word."""
    plain = _ENDING.sub("", word.casefold())
    shorter = _GRAMMATICAL.sub("", plain)
    return shorter if len(shorter) >= _LEAST_STEM else plain
