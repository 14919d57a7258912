"""Finds contact details in a text, also where they are disguised: links, addresses, numbers and account names."""

import re
import unicodedata

import phonenumbers

# Letters of other scripts that look like Latin ones; only for looking, the text itself stays as it is.
_LOOKALIKES = str.maketrans("авеѕіјкмнорстухԁһԛԝαεικνορτυχ。｡·•", "abesijkmhopctyxdhqwaeiknoptux....")
_NAMES = (
    r"com|org|net|info|biz|dev|app|shop|site|online|club|xyz|link|blog|page|store|website|eu|uk|de|fr|nl|ru|tv|gg|ly"
)
_DOT = r"(?:\s?[(\[{]\s?(?:dot|\.)\s?[)\]}]\s?|\s+dot\s+|\.)"
_AT = r"(?:\s?[(\[{]\s?(?:at|@)\s?[)\]}]\s?|\s+at\s+|\s?@\s?)"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:https?|ftp)\s?:\s?/\s?/\s?\S+",
        r"\bwww\s?\.\s?[\w-]{2,}\S*",
        rf"\b[\w.+-]+{_AT}[\w-]+(?:{_DOT}[\w-]+)*{_DOT}(?:{_NAMES}|[a-z]{{2}})\b",
        r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
        rf"\b(?!asp\b)[\w-]+(?:\.[\w-]+)*\.(?:{_NAMES}|io|co)\b(?:/\S*)?",
        r"\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}/\S+",
        rf"\b(?!(?:the|a|this|that|first|early|old|every|of)\b)[\w-]{{2,}}\s?[(\[]?\s?\bdot\b\s?[)\]]?\s?(?:{_NAMES}|io|co)\b",
        r"(?<![\w@.])@[\w.]{2,}\w",
        (
            r"\b(?:instagram|insta|telegram|whats\s?app|snap(?:chat)?|skype|discord|wechat|tik\s?tok|facebook|twitter)"
            r"(?:\s(?:id|name|handle|account))?\s?(?:(?::|=|@)\s?[\w.]{3,}|(?:is|as|name)\s(?=\S*[\d_@])\S{3,})"
        ),
        r"(?:\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)\b[\s,.-]*){7,}",
    )
)
_DIGITS = re.compile(r"\+?\(?\d(?:[\s().\-/]{0,3}\d){6,16}")
_YEARS = re.compile(r"(?:19|20)\d\d(?:\s?[-/,. ]\s?(?:19|20)?\d\d)+")
_REGIONS = (None, "GB", "US", "DE", "FR", "IN", "AU")
# More digits than this are no year, date or score, whether or not a country knows them as a number.
_MANY_DIGITS = 9
# Names of software that look like addresses.
_NO_ADDRESSES = frozenset({"asp.net", "socket.io", "vb.net", "ado.net", "ml.net"})


def contact_details(text: str) -> list[tuple[int, int]]:
    """Where contact details stand in a text, as (start, end) in code points, without overlaps, in order."""
    folded, origin = _fold(text)
    spans = [match.span() for pattern in _PATTERNS for match in pattern.finditer(folded) if _counts(match)]
    spans += [match.span() for match in _DIGITS.finditer(folded) if _is_number(match.group())]
    return _merge([(origin[start], origin[end - 1] + 1) for start, end in spans])


def _counts(match: re.Match[str]) -> bool:
    return match.group().lower() not in _NO_ADDRESSES


def _is_number(digits: str) -> bool:
    if _YEARS.fullmatch(digits.strip("( ")):
        return False
    if sum(character.isdigit() for character in digits) >= _MANY_DIGITS:
        return True
    return any(phonenumbers.PhoneNumberMatcher(digits, region).has_next() for region in _REGIONS)


def _fold(text: str) -> tuple[str, list[int]]:
    """The text as the eye sees it, in lower case, and for each of its characters where it came from."""
    characters: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(text):
        # Cf is invisible; Mn stands on the letter before it, after NFC only where it disguises one.
        if unicodedata.category(character) in {"Cf", "Mn", "Me"}:
            continue
        for plain in unicodedata.normalize("NFKC", character).lower().translate(_LOOKALIKES):
            characters.append(plain)
            origin.append(index)
    return "".join(characters), origin


def _merge(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
