"""Finds contact details in a text, also where they are disguised: links, addresses, numbers and account names."""

import re
import tomllib
from importlib.resources import files

import phonenumbers

from embeddings.reason_disguises import Folded, fold, plain, skeleton, undisguised
from embeddings.reason_pointers import is_ordinary, names_an_app, pointed_at, written_otherwise

_WORDS = tomllib.loads(files("embeddings").joinpath("reason_contacts.toml").read_text("utf-8"))
_NAMES = (
    "com|org|net|info|biz|dev|app|shop|site|online|club|xyz|link|blog|page|store|website|social"
    "|eu|uk|de|fr|nl|ru|tv|gg|ly"
)
_ENDINGS = f"(?:{_NAMES}|io|co|es|it|pl|se|hu|at|ch|be|br|pt|ca|mx|py)"
_AT_WORDS = "|".join(map(plain, _WORDS["at"].split()))
_AT_WORD = rf"\s{{1,3}}(?:at|{_AT_WORDS})(?:\s{{1,3}}sign)?\s{{1,3}}"
_DOT_WORDS = "|".join(map(plain, _WORDS["dot"].split()))
_DOT_WORD = rf"\s{{1,3}}(?:{_DOT_WORDS})\s{{1,3}}"
_APPS = _WORDS["apps"].split()
_APP = rf"(?:{'|'.join(_APPS)}|what['\u2019]?s\s?app|tik\s?tok)"
# Names of apps that are ordinary words.
_ALSO_WORDS = r"(?:signal|line|matrix|snap|steam|messenger|twitch|discord|twitter|tele|sc)\b"
_MAIL = "(?:gmail|googlemail|hotmail|yahoo|gmx|proton(?:mail)?|icloud)"
_CALLED = r"(?:id|name|handle|account|user|username|user\sname|nick)"
_IS = r"(?:is|es|e|ist|c['\u2019]est|est|sono)"
# An account's name that cannot be a word, and one that can.
_ODD = r"(?=[\w.#-]*[\d_#])(?=[\w.#-]*[a-z]{3})[a-z\d][\w.#-]{3,}"
_ANY = r"[\w][\w.-]{2,}"
_NO_NAME = (
    r"(?!(?:weak|strong|full|empty|private|public|gone|dead|bad|good|slow|broken|down|new|old|closed|deleted|mostly|only|just"
    r"|not|for|where|what|how|always|never|often|rarely|seldom|still|also|the|all|too|very|set|off|boring|quiet|locked|here"
    r"|there|better|worse|useless|silent|active|hardly|sometimes|much|more|less|happy|lost|nobody|nothing|everything|people"
    r"|friends|out|them|me|you|him|her|about|something|someone|anything|peace|one|who|that|this|clear|back|busy|on)\b)"
)
_STOPS = r"(?=\s*(?:$|[.,;:!?)]|(?:and|if|so|there|for|in\scase)\b))"
# Those that name an app or who keeps mail are tried only where one is named.
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:https?|hxxps?|ftp)\s?:\s?/\s?/\s?\S+",
        r"\bwww\s?\.\s?[\w-]{2,}\S*",
        rf"(?<![\w.+-])[\w.+-]{{1,64}}\s?@\s?[\w-]{{1,63}}(?:(?:\s?\.\s?|{_DOT_WORD})[\w-]{{1,63}}){{0,5}}(?:\s?\.\s?|{_DOT_WORD}){_ENDINGS}\b",
        rf"(?<![\w.+-])[\w.+-]{{1,64}}{_AT_WORD}[\w-]{{1,63}}(?:(?:\s?\.|{_DOT_WORD})[\w-]{{1,63}}){{0,5}}(?:\s?\.|\s\.\s|{_DOT_WORD}){_ENDINGS}\b",
        r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{2,63}(?:\.[\w-]{1,63}){0,5}",
        rf"(?<![\w-])(?!asp\b)[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{0,5}}\.(?:{_NAMES}|io|co)\b(?:/\S*)?",
        r"(?<![\w-])[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}\.[a-z]{2,6}/\S+",
        r"(?<![\w-])[\w-]{3,63}\s?\.\s?c\s?o\s?m\b(?<!\.\scom)",
        rf"(?<![\w-])[\w-]{{3,63}}\s{{1,3}}\.\s*(?:{_NAMES})\b",
        rf"\b(?!(?:the|a|this|that|first|early|old|every|of)\b)[\w-]{{2,63}}\s{{1,3}}dot\s{{1,3}}(?:{_NAMES}|io|co)\b",
        r"(?<![\w-])(?!the\b)[\w-]{3,63}?\s?-?dot-?(?:com|org|net)\b",
        rf"(?<![\w-])[\w-]{{4,63}}\s{{1,3}}(?:{_DOT_WORDS})\s+(?:com|fr|de|es|it|pl|ru|py|nl|hu|pt|br|org|net)\b(?=\s*(?:$|[.,;!?)]))",
        r"(?<![\w@.])@[\w.]{2,}\w",
        r"(?<![\w@.])@\s(?=\w*[_\d.])[\w.]{4,}",
        r"\b\w{3,63}#\d{4}\b",
        rf"\bmy\s(?:handle|user\s?name|screen\sname|gamertag)\s?(?:is|:|=)\s?(?=\S*[\d_@]|\S+\.\w){_ANY}",
        rf"\bhandle(?:\s\w+)?\s?[:=]\s?(?P<name>{_ANY})",
        r"(?<![\w/])u/\w{3,}",
        r"\bmy\s(?:e-?mail|mail)(?:\saddress)?\sis\s(?=\S*[\d_@])\S{4,}",
    )
)
_APP_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?!{_ALSO_WORDS}){_APP}(?:\s(?:me|{_CALLED}))?\s?(?::|=|@|->|\u2192|\()\s?@?{_ANY}",
        rf"\b{_ALSO_WORDS}(?:\s(?:me|{_CALLED}))?\s?(?::|=|@|->|\u2192|\()\s?@?(?P<name>{_ANY})",
        rf"\b{_APP}\s[-\u2013]\s{_ANY}(?=[\s.,!?]|$)(?=\S*[\d_]|\s*(?:$|[.,!?]))",
        rf"\b{_APP}(?:\s(?:me|{_CALLED}))?\s{_ODD}",
        rf"\b{_APP}\s{_CALLED}\s(?:{_IS}\s)?{_NO_NAME}\w[\w.-]+(?:\s\w*\d\w*)?",
        rf"\b{_APP}\s(?:{_IS}|name|as|c['\u2019]est)\s(?=\S*[\d_@])\S{{3,}}",
        rf"\b(?:my|mi|mon|mein|meu)\s{_APP}\s{_IS}\s{_NO_NAME}{_ANY}{_STOPS}",
        rf"\badd\smy\s{_APP}\s{_ANY}",
        rf"\b(?:i['\u2019]m|i\sam|find|look\sfor|search(?:\sfor)?)\s(?P<name>{_ANY})\s(?:on|at|in)\s{_APP}\b",
        rf"\b(?:on|at|in|auf|sur)\s{_APP}\s(?:i\sam|i['\u2019]m|as|my\sname\sis|ich\sbin)\s(?P<name>{_ANY})",
    )
)
_MAIL_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<![\w.])[\w.]{{2,64}}\s(?:at|@)\s(?:the\s)?{_MAIL}\b",
        rf"\b{_MAIL}\s?[:=]\s?{_ANY}",
        rf"(?<![\w.])(?=\w{{0,63}}[\d_.])[\w.]{{3,64}}\s{_MAIL}\b",
        rf"\b\w{{3,63}}\s?\(\s?{_MAIL}\s?\)",
    )
)
_AN_APP, _A_MAIL = re.compile(rf"\b{_APP}\b"), re.compile(_MAIL)
_DIGIT_WORDS = "|".join(sorted({plain(word) for word in _WORDS["digits"].split()}, key=len, reverse=True))
_SPOKEN = re.compile(
    rf"(?:(?:double|triple)[\W_]*)?(?:{_DIGIT_WORDS}|\d)(?:(?:[\W_]|then|double|triple|\band\b){{0,9}}(?:{_DIGIT_WORDS}|\d)){{6,}}"
)
_LETTER = re.compile(r"[^\W\d_]+")
_FEWEST_SPOKEN = 3
_DIGITS = re.compile(r"\+?\(?\d(?:[\s().\-/_*]{0,3}\d){6,16}")
_ALMOST_DIGITS = re.compile(r"(?<!\w)[\doil](?:[\s().\-/]?[\doilez]){8,16}(?!\w)")
_IN_PARTS = re.compile(r"\bnumber\b\W{0,3}(?:is\s)?\d{2,5}(?:\W{0,3}(?:then|and|,)\W{0,3}\d{2,5}){2,}")
_AS_DIGITS = str.maketrans("oilez", "01132")
_FEWEST_REAL_DIGITS = 6
_YEARS = re.compile(r"(?:19|20)\d\d(?:\s?[-/,. ]\s?(?:19|20)?\d\d)+")
_FRACTION = re.compile(r"\d\.\d+")
_REGIONS = (None, "GB", "US", "DE", "FR", "IN", "AU")
# More digits than this are no year, date or score, whether or not a country knows them as a number.
_MANY_DIGITS = 9
# Names of software that look like addresses.
_NO_ADDRESSES = frozenset({"asp.net", "socket.io", "vb.net", "ado.net", "ml.net"})
# What stands around a spelled-out dot or at, as blanks; it keeps every character's place.
_BRACKETS = str.maketrans("_*<>[](){}|-", " " * 12)
_AROUND = re.compile(rf"[-_*<>\[\](){{}}]\s?(?:dot|at|\.|@|{_DOT_WORDS}|{_AT_WORDS})\s?[-_*<>\[\](){{}}]")
_KNOWN_APPS = {skeleton(app): app for app in _APPS if len(app) > 3}  # noqa: PLR2004  (shorter ones are words with a digit)


def contact_details(text: str) -> list[tuple[int, int]]:
    """Where contact details stand in a text, as (start, end) in code points, without overlaps, in order."""
    folded = undisguised(fold(text), _KNOWN_APPS)
    open_words = Folded(_AROUND.sub(_blank, folded.text), folded.origin)
    spans = [one.span(*match.span()) for one in _versions(folded, open_words) for match in _names_and_links(one.text)]
    spans += [folded.span(*match.span()) for match in (*_numbers(folded.text), *pointed_at(folded.text))]
    spans += written_otherwise(text)
    return _merge(spans)


def has_contact_details(name: str) -> bool:
    """Whether a short text that names somebody, or a place, holds contact details; an app's name is enough."""
    return bool(contact_details(name)) or names_an_app(name)


def _versions(*some: Folded) -> list[Folded]:
    """Each text once."""
    return list({one.text: one for one in some}.values())


def _names_and_links(text: str) -> list[re.Match[str]]:
    patterns = [
        *_PATTERNS,
        *(_APP_PATTERNS if _AN_APP.search(text) else ()),
        *(_MAIL_PATTERNS if _A_MAIL.search(text) else ()),
    ]
    found = (match for pattern in patterns for match in pattern.finditer(text))
    return [
        match
        for match in found
        if match.group() not in _NO_ADDRESSES and not is_ordinary(match.groupdict().get("name") or "_")
    ]


def _numbers(text: str) -> list[re.Match[str]]:
    found = [match for match in _DIGITS.finditer(text) if _is_number(match.group())]
    found += [match for match in _SPOKEN.finditer(text) if len(_LETTER.findall(match.group())) >= _FEWEST_SPOKEN]
    found += [
        match
        for match in _ALMOST_DIGITS.finditer(text)
        if sum(map(str.isdigit, match.group())) >= _FEWEST_REAL_DIGITS
        and _is_number(match.group().translate(_AS_DIGITS))
    ]
    return [*found, *_IN_PARTS.finditer(text)]


def _is_number(digits: str) -> bool:
    if _YEARS.fullmatch(digits.strip("( ")) or _FRACTION.fullmatch(digits):
        return False
    if sum(character.isdigit() for character in digits) >= _MANY_DIGITS:
        return True
    return any(phonenumbers.PhoneNumberMatcher(digits, region).has_next() for region in _REGIONS)


def _blank(match: re.Match[str]) -> str:
    """The same, of the same length, with blanks for what stands around."""
    return match.group().translate(_BRACKETS)


def _merge(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
