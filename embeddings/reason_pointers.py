"""Finds contact details put in plain words: a name on some app, a spoken link, a street, a place on the map."""

import base64
import binascii
import re
import tomllib
from functools import cache
from importlib.resources import files

from embeddings.models import find_model
from embeddings.reason_disguises import plain

Span = tuple[int, int]

_WORDS = tomllib.loads(files("embeddings").joinpath("reason_pointers.toml").read_text("utf-8"))


def _any_of(name: str) -> str:
    """Alternatives as written in the file, over several lines."""
    return (
        "(?:" + "|".join(one.strip() for one in plain(_WORDS[name].replace("\n", "|")).split("|") if one.strip()) + ")"
    )


_STRONG = rf"(?:{'|'.join(_WORDS['strong'].split())}|what['\u2019]?s\s?app|tik\s?tok|face\s?book)"
_LOOSE = rf"(?:{'|'.join(_WORDS['loose'].split())})"
_HINTED = rf"(?:{'|'.join(_WORDS['hinted'])})"
_APP = rf"(?:(?:the\s)?{_STRONG}|{_LOOSE}|the\s(?:same\s)?{_HINTED})"
_ON, _UNDER, _MY, _NAMING = (_any_of(name) for name in ("on", "under", "my", "naming"))
_SLASH = rf"(?:/|(?:forward\s)?{_any_of('slash')})"
_UNDER = rf"{_UNDER}(?:\s(?:the|dem)\s(?:name|nick)(?:\s(?:of|von))?)?"
_NAME = r"['\"\u201c\u201d\u201e\u00ab@(]{0,2}(?P<name>[^\W\d][\w.-]{2,40})"
_ODD_NAME = r"(?P<name>(?=[a-z_.-]*[a-z_]{3}[a-z_.-]*(?:\d|[_.][a-z\d]))[a-z_][\w.-]{4,})"
_PART = r"(?:name|account|handle|id|page|tag|shop|channel|profile|nick|konto|nome|nombre|nom)"
_GMAIL = r"(?:(?:g|gee|jee|hot|google|proton|yahoo)[\s-]?mail|outlook|yahoo|icloud|gmx|posteo)"


def _patterns(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in patterns)


# Those with a name count only where it is no ordinary word.
_NAMED = _patterns(
    rf"\b{_LOOSE}\s?(?:[\u2190-\u21ff\u2794-\u27bf\u25b6\U0001f446-\U0001f449\U0001f47b]|->|=>|>>){{1,3}}\s?{_NAME}",
    rf"\b{_STRONG}\s?(?:[^\w\s.,;:!?'\u2019\"/&()\-\u2013\u2014]|->|=>|>>){{1,4}}\s?{_NAME}",
    rf"\b{_MY}\s(?:\w+\s)?{_APP}(?:(?:\s{_PART})?\s{_NAMING}\s|\s{_PART}\s?[:=]\s?){_NAME}",
    rf"\b{_ON}\s{_APP}(?:\s[\w'\u2019]+){{0,5}}?,?\s{_UNDER}\s{_NAME}",
    rf"\b(?:i['\u2019]?m|i\sam|find|search(?:\sfor)?|look\sfor|it['\u2019]s|look\sup|cherche|procura|busca|cerca|szukaj|such|suche|zoek|sok|type|enter|ich\sbin|je\ssuis|soy|sono|jag\sar)\s{_NAME}\s(?:in)?{_ON}\s(?:the\ssearch\s\w+\s(?:of|on)\s)?{_APP}\b",
    rf"(?<![\w.@-])(?P<name>[^\W\d][\w.-]{{2,40}}),?\s(?:is|that['\u2019]s)\s(?:me|us|my\s\w+)\s{_ON}\s{_APP}\b",
    rf"\b(?:i\sgo\sby|i['\u2019]?m\scalled|known\sas)\s{_NAME}\s(?:on|in|there|online|everywhere|elsewhere)\b",
    rf"\b{_ON}\s{_APP},?\s(?:just\s)?(?:look|search|type|enter|ask|see)\s(?:for|under|in)?\s?{_NAME}",
    rf"\baccount\s(?:is\s)?(?:called|named)\s{_NAME}",
    rf"\bmy\s(?:id|nick|handle|tag|pin|name\sthere)\s(?:is|:|=)\s{_ODD_NAME}",
    rf"[\U0001f4f7\U0001f4f8\U0001f426\U0001f47b\U0001f4f1\U0001f4e7\u2709\u260e\U0001f4de\U0001f4ac\U0001f3b5]\s?[:=\u2192]?\s?{_NAME}",
    rf"\b(?:look(?:ing)?\s(?:out\s)?for|find|search(?:\sfor)?|google|ask\sfor|reach|follow|ping|finden|findest|trouve\w*|encuentra\w*)\s(?:me|us|mich|moi)"
    rf"(?:\s(?:there|online|everywhere|best|also|too|easily|anywhere))?(?:\s(?:on|at|auf|sur|en|su)\s(?:the\s)?[\w\s]{{0,24}}?)?,?\s{_UNDER}\s{_NAME}",
    rf"(?:^|[.!?:,;]\s){_NAME}\s{_ON}\sthe\s{_HINTED}\b",
    rf"\b(?:i['\u2019]?m|i\sam)\s{_NAME}\s(?:everywhere|online|on\s(?:everything|(?:all|most|any|every)\b))",
    rf"(?:^|[.!?(]\s?){_STRONG}\s{_NAME}\s*(?:$|[.!?)])",
    rf"\b{_STRONG}\s(?:is\s)?(?:best|easiest|works|goes|suits)\b[^.!?\n]{{0,20}}?[:\-\u2013]\s?{_NAME}",
    rf"\b(?:{_STRONG}|{_LOOSE})\b[^.!?\n]{{0,30}}?[:\u2192]\s?{_ODD_NAME}",
    rf"\b(?:{_STRONG}|{_LOOSE})\s(?:is|works|goes|suits)\s[^.!?\n]{{0,24}}?[,;]\s(?:it['\u2019]?s\s|i['\u2019]?m\s|as\s)?{_ODD_NAME}",
    rf"\b(?:{_STRONG}|(?:my|on|use|add)\s{_LOOSE})\b,?\s(?:name\s|handle\s|is\s|under\s|as\s|there\s){{0,2}}{_ODD_NAME}",
    rf"\b(?:same|usual)\s(?:nick(?:name)?|name|handle|user\s?name)\b[^.!?\n]{{0,30}}?[,:(\-\u2013]\s?{_NAME}",
    rf"\b(?:nick(?:name)?|user\s?name|screen\sname|handle|gamer\s?tag)\s(?:there\s|online\s|everywhere\s)?(?:is|:)\s{_NAME}(?=\s*(?:$|[.,;!?)]))",
)
_PLAIN = _patterns(
    r"\bsame\s(?:nick(?:name)?|name|handle|user\s?name|account)\s(?:is\s)?(?:everywhere(?=\s?(?:$|[.,:;!?(\-]))|online|across\s(?:all|every)|on\s(?:all|every|any|each|the\sother)\b(?!\sof\s(?:my|your|our)\b))",
    r"\b(?:uberall\s(?:derselbe|der\sgleiche)\sname|(?:gleicher|selber)\sname\suberall|meme\s(?:nom|pseudo)\spartout|mismo\snombre\sen\stod\w+|stesso\snome\sovunque)",
    r"\byou(?:['\u2019]ll|\swill|\scan)\s(?:easily\s|soon\s)?find\s(?:me|us)\s(?:there|easily|online|everywhere|without|if\syou\s(?:search|google|look)|by\s(?:my|that|this)\s)",
    rf"\bmy\s(?:\w+\s)?(?:shop|store|channel|blog|site|page|account|podcast)\s(?:there\s)?(?:is\s)?(?:called|named)\b[^.!?\n]{{2,60}}\b(?:site|app|platform|online|ebay|{_STRONG})\b",
    r"\b(?:my|the)\s(?:\w+\s)?(?:sur)?name\s(?:dot|underscore|dash|hyphen|plus(?=[^.!?\n]{0,60}\b(?:at|on)\b)|(?:plus|followed\sby|and\sthen)\s(?:the\s|my\s)?(?:numbers?|years?|digits?|\d+|underscore|age))\b",
    r"\b(?:handle|user\s?name|account|nick(?:name)?|e-?mail|mail)\b[^.!?\n]{0,70}\bunderscore\b",
    rf"\b(?:bit\s?ly|tiny\s?url|linktr\s?ee|youtu\s?be|discord\s?gg|ko\s?fi|you\s?tube|t\sme|wa\sme|fb\sme|{_STRONG})\s(?:dot\s\w{{2,4}}\s)?{_SLASH}\s?\w+",
    rf"\b(?:com|org|net|de|fr|ly|me|ee|gg|be|io)\s{_SLASH}\s\w+",
    rf"(?<![\w.])[\w.]{{2,64}}\s?[(\[]\s?a\s?[)\]]\s?(?:{_GMAIL}|[\w-]{{3,}}\s?(?:\.|punkt|dot|punto|point)\s?[a-z]{{2,4}}\b)",
    rf"(?<![\w.])[\w.]{{2,64}}\s(?:at|bei|chez)\s(?:the\s)?{_GMAIL}\b",
    rf"\bat(?:\ssign)?,\s?(?:and\s)?then\s{_GMAIL}\b",
    r"(?<![\w-])[\w-]{3,63},\s?dot\s(?:com|net|org|de|io|fr)\b",
    r"\b(?:at|on)\s(?:the\s)?(?:e-?)?mail\s(?:from|of|by)\s(?:google|yahoo|microsoft|apple|proton)",
    r"\b(?:scan|point\syour\s(?:phone|camera)\sat)\s(?:the|my|this)\s(?:little\s|black\s)?(?:qr|(?:square|bar\s?code|code|pattern)\s(?:in|on|of|under)\s(?:my|the)\s(?:\w+\s)?(?:picture|photo|profile|image|photograph))\b",
    r"(?:^|[.!?;:,]\s?|\b(?:just|please|or|and|then|can|could|simply)\s)(?:google|search\s(?:the\sweb\s|online\s)?for)\s"
    r"['\"\u201c\u201e\u00ab\u2018][^\"\u201d\u00bb\n]{3,60}[\"'\u201d\u201c\u00bb\u2019][^.!?\n]{0,60}\b(?:hit|results?|link|form|site|page|shop|my|me)\b",
    r"/{2,3}\s?[a-z]{3,}\.[a-z]{3,}\.[a-z]{3,}",
    r"\b(?:what\s?(?:3|three)\s?words|w3w)\b\W{1,4}(?:is\s|are\s)?[a-z]{3,}(?:\s?[./,]\s?|\sdot\s)[a-z]{3,}(?:\s?[./,]\s?|\sdot\s)[a-z]{3,}",
    r"(?<![\w./])[a-z]{4,}\.[a-z]{4,}\.[a-z]{4,}(?=\s(?:takes|leads|finds|(?:is|are)\s(?:where|(?:my|our|the)\s(?:place|spot|gate|door|shed|house|home|bench|garden|workshop)))\b)",
    r"(?<![\w.])[-+]?\d{1,2}\.\d{4,}\s?°?\s?[ns]?\s?[,;/]\s?[-+]?\d{1,3}\.\d{3,}",
    r"(?<![\w.])\d{1,2}(?:\.\d+)?\s?°[^a-z\n]{0,16}[ns]\b\W{0,3}\d{1,3}(?:\.\d+)?\s?°[^a-z\n]{0,16}[ewo]\b",
    r"\b(?:lat(?:itude)?|breite)\W{1,3}\d{1,2}\.\d{3,}",
    r"(?<!\w)(?=[a-z]{0,7}\d)[2-9cfghjmpqrvwx]{4,8}\+[2-9cfghjmpqrvwx]{2,3}\b",
    r"\b(?:grid\sref(?:erence)?)\W{1,3}(?:is\s)?[a-z]{2}\s?\d{2,5}",
    r"\b(?:call|ring|text|phone|number|dial|tel)\b\W{0,3}(?:is\s|me\son\s|on\s)?\d[\d\s-]{1,7}(?:\W{0,3}(?:then|and|,)\W{0,3}\d{2,5}){2,}",
    r"\b(?:oh?|zero|nought)(?:[\W_]+(?:double|triple|oh?|zero|nought|one|two|three|four|five|six|seven|eight|nine|hundred|and)\b){7,}",
)
_STREET = (
    r"(?:\d{1,4}[a-d]?,?\s(?:[\w'\u2019-]+\s){1,3}?(?:street|st|road|rd|lane|avenue|ave|close|drive|court|crescent|terrace|square|row|hill|boulevard|blvd|way|gardens|place|mews|grove|parade|wharf|quay)\b"
    r"|(?<![^\W\d])[^\W\d]{3,60}\s?(?:stra(?:ss|\u00df)e|str\.|weg|gasse|platz|allee|straat|laan|plein|gatan|vagen|vej|gade|veien|gata|utca|katu)\s\d{1,4}"
    r"|\b(?:calle|via|rua|ulica|ulicy|ul\.|avenida|viale|piazza|plaza|corso|travessa)\s(?:[\w.'\u2019]+\s?){1,4},?\s?(?:n\W{1,3})?\d{1,4}"
    r"|\b\d{1,4}(?:\s(?:bis|ter))?,?\s(?:rue|avenue|boulevard|allee|chemin|impasse|quai|place)\s\w+)"
)
_POST_CODE = (
    r"(?:[a-z]{1,2}\d[a-z\d]?\s\d[a-z]{2}\b|\d{5}\b|\b\d{4}\s?[a-z]{2}\b|\d{2}-\d{3}\b|(?<=,\s)\d{4}\s[^\W\d]{3,}"
    r"|(?:flat|apartment|apt|suite|unit)\s\d)"
)
_AT_A_STREET = _patterns(
    rf"\b{_any_of('cues')}\b[^!?\n]{{0,40}}?{_STREET}",
    rf"{_STREET}[^!?\n]{{0,30}}?\b{_POST_CODE}",
    r"\b(?:post\s?code|zip\s?code|zip|plz|code\spostal|codigo\spostal)\b\W{0,3}(?:is\s|est\s|es\s|ist\s)?(?:[a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2}|\d{5})\b",
)
_STRONG_APP, _ALSO_NAMES = re.compile(rf"\b{_STRONG}\b", re.IGNORECASE), {"Ig", "Tg", "Fb", "Zalo", "Discord"}
_DIGIT = re.compile(r"\d")
_OTHER_SCRIPT = re.compile(
    rf"(?:{'|'.join(map(re.escape, sorted(_WORDS['elsewhere'].split(), key=len, reverse=True)))}"
    r"|(?i:line|ins|ig|insta|instagram|qq|wechat|telegram|whatsapp|discord|kakao|vx|snap|twitter|id)(?=\s?[^\x00-\u02ff]))"
    r"[^A-Za-z.!?。！？\n]{0,8}?(?i:id)?[^A-Za-z.!?。！？\n]{0,16}?@?(?P<name>[a-z][a-z\d_.-]{2,}[a-z\d]|[A-Za-z][\w.-]*[\d_][A-Za-z\d_.-]*)"  # noqa: RUF001
)
_BEYOND_LATIN = re.compile(r"[\u0370-\uffdf]")
_ENCODED = re.compile(r"(?<![\w+/=])[A-Za-z0-9+/]{12,}={0,2}(?![\w+/=])")
_LETTERS_ONLY = re.compile(r"[^\W\d_]+")
_BEGINNINGS = re.compile(r"^(?:un|re|non|over|out|self|mis)(?=\w{4})")
_ENDINGS = re.compile(r"(?:'?s|es|ed|d|ing|er|ers|ly|y|ness|able|less|ish|ful|en)$")
_IN_CLEAR = re.compile(r"[@./:+\d]")
_LEAST_STEM = 3


def pointed_at(folded: str) -> list[re.Match[str]]:
    """Where a folded text says, in words, where else its writer is found."""
    found = [
        match for pattern in _NAMED for match in pattern.finditer(folded) if not is_ordinary(match["name"].rstrip(".-"))
    ]
    found += [match for pattern in _PLAIN for match in pattern.finditer(folded)]
    if _DIGIT.search(folded):
        found += [match for pattern in _AT_A_STREET for match in pattern.finditer(folded)]
    return found


def names_an_app(name: str) -> bool:
    """Whether a name says on which app somebody is: "insta beejo" rather than a name that sounds a little like it."""
    return any(match.group() not in _ALSO_NAMES for match in _STRONG_APP.finditer(name))


def written_otherwise(text: str) -> list[Span]:
    """Where a text as it stands names an app in another script with a name beside it, or hides a detail in Base64."""
    found = [match.span() for match in _ENCODED.finditer(text) if _hides_something(match.group())]
    if _BEYOND_LATIN.search(text):
        found += [match.span() for match in _OTHER_SCRIPT.finditer(text) if not is_ordinary(match["name"].lower())]
    return found


def is_ordinary(word: str) -> bool:
    """Whether a folded word may be a plain word rather than the name of an account: as the packaged model knows it."""
    parts = _LETTERS_ONLY.findall(word)
    if "".join(parts) != word.replace("-", "").replace("'", ""):
        return False
    return all(_is_known(part) for part in parts)


def _is_known(word: str) -> bool:
    known = _known_words()
    if word in known or _BEGINNINGS.sub("", word) in known:
        return True
    stem = _ENDINGS.sub("", word)
    while stem != word and len(stem) >= _LEAST_STEM:
        if stem in known or stem + "e" in known or (stem[-1] == stem[-2] and stem[:-1] in known):
            return True
        word, stem = stem, _ENDINGS.sub("", stem)
    return False


@cache
def _known_words() -> frozenset[str]:
    """Thirty thousand common words, mostly English, and those of grammar in other languages."""
    common = (find_model().folder / "vocab.txt").read_text("utf-8").split("\n")
    grammar = tomllib.loads(files("embeddings").joinpath("function_words.toml").read_text("utf-8"))
    return frozenset(common) | {plain(word) for words in grammar.values() for word in words.split()}


def _hides_something(encoded: str) -> bool:
    try:
        said = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return said.isprintable() and _IN_CLEAR.search(said) is not None
