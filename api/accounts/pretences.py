"""What stands where a name does and passes for another: by signs that nobody can tell apart, or by speaking for us."""

import re
import unicodedata
from itertools import combinations

import regex

from api.errors import FieldError
from api.texts import BLANK
from embeddings.reason_disguises import fold, is_disguised, skeleton

# Of two scripts in one word only those that people write together (UTS 39, "highly restrictive").
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_LATIN = regex.compile(r"\p{Latin}")
_NEVER_BESIDE_LATIN = regex.compile(
    r"[^\p{Latin}\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Bopomofo}\p{Common}\p{Inherited}]"
)

_SIGNS = (("\\/", "v"), ("\u00a1", "i"), ("\u212e", "e"), ("\u20ac", "e"))
_PAIRS = (("vv", "w"), ("rn", "m"), ("cl", "d"))
"""What is read as one letter."""
_PARTS = re.compile(r"[^\W_]+|[|!$]+")
_IN_WORDS = re.compile(r"[\w|!$]+")


def _seen(text: str) -> str:
    for two, one in _PAIRS:
        text = text.replace(two, one)
    return skeleton(text)


_US = _seen("wherefore")
_AT_LENGTH = tuple(_seen(office) for office in ("moderator", "administrator", "helpdesk"))
"""No word has these anywhere, whatever signs stand between their letters."""
_OFFICES = {
    _seen(office + ending)
    for office in ("moderator", "moderation", "admin", "administrator", "administration", "support", "helpdesk")
    for ending in ("", "s")
}
_OF_ADMINS = tuple(_seen(before + "admin") for before in ("sys", "super", "co", "site"))
_SPOKEN = re.compile(
    r"(?<!\w)(?:(?:site|our|your|the|official) (?:mods?|staff|owners?|operators?)|(?:customer|member) (?:service|care)|"
    r"(?:mods?|safety|security|abuse|trust|site|service|official) (?:teams?|staff|desk)|"
    r"trust (?:and |n )?safety|official account|system messages?)(?!\w)|^(?:staff|mods)$"
)


def problem_with_pretence(text: str, *, field: str, called: str) -> FieldError | None:
    """What is wrong with a name, or what stands beside one, that passes for another; or None."""
    if _is_disguised(text):
        said = f"{called} has hidden signs, or letters that only look like others. Type it again by hand."
        return FieldError(f"/{field}", "disguised", said)
    if _speaks_for_us(text):
        said = f"{called} reads as if you spoke for Wherefore. Choose something else, so that nobody is misled."
        return FieldError(f"/{field}", "speaks-for-us", said)
    return None


def _is_disguised(text: str) -> bool:
    if is_disguised(text) or BLANK & set(text) or any("SMALL CAPITAL" in unicodedata.name(one, "") for one in text):
        return True
    words = [word for word in _WORD.findall(text) if _LATIN.search(word)]
    return any(_NEVER_BESIDE_LATIN.search(word) for word in words)


def _speaks_for_us(text: str) -> bool:
    """Whether it is taken for the name of somebody who keeps the site going, however its letters are written."""
    for sign, letter in _SIGNS:
        text = text.replace(sign, letter)
    folded = fold(text).text
    runs = [_seen("".join(_IN_WORDS.findall(run)).replace("_", "")) for run in folded.split()]
    if _US in "".join(runs) or any(office in run for office in _AT_LENGTH for run in runs):
        return True
    apart = ("".join(runs[first:last]) for first, last in combinations(range(len(runs) + 1), 2))
    if any(together in _OFFICES for together in apart):
        return True
    words = [form for word in _PARTS.findall(folded) for form in (_seen(word), _seen(word.strip("0123456789")))]
    if any(word in _OFFICES or word.startswith(_OF_ADMINS) for word in words):
        return True
    return _SPOKEN.search(" ".join(_PARTS.findall(folded))) is not None
