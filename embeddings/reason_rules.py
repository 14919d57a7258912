"""What plain rules can tell about a reason from its words alone."""

import re
from collections.abc import Sequence

from embeddings.reason_favours import FAVOURS
from embeddings.texts import BEGINNING, any_case

Span = tuple[int, int]

# Where an order to the reader can begin: so that "they call me Jo" and "she would text me" are none.
_ORDER = (
    rf"(?:{BEGINNING}|\b(?:please|pls|just|then|and|or|so|but|do|kindly|simply)\s+"
    r"|\byou(?:['\u2019]ll)?(?:\s(?:can|could|should|must|may|might|will|to))?\s+|\b(?:can|could|would|will)\syou\s+(?:please\s+)?)"
)
_WHERE = r"(?:at|on|via|by|through|under|using|over)\b"
_PLACES = (
    r"(?:web\s?)?(?:site|page|shop|store|channel|blog|profile|portfolio|link|links|bio|account|feed|newsletter|podcast"
    r"|instagram|facebook|youtube|linkedin|tiktok|etsy|patreon|app|video|videos|cv|book|course)\b"
)
# Apps where two could go on talking, and details that two could exchange.
_ELSEWHERE = (
    r"(?:what['\u2019]?s\s?app|telegram|signal|viber|insta(?:gram)?|snap(?:chat)?|discord|skype|messenger|facebook|wechat|zoom"
    r"|e-?mail)\b"
)
_DETAILS = (
    r"(?:(?:phone\s|mobile\s)?number(?!\sone)|e-?mail|contact(?:s|\sdetails)?|address|insta(?:gram)?|snap(?:chat)?|telegram|handle"
    r"|whats\s?app|cv|phone)\b"
)


_ERRANDS = (
    any_case(
        rf"{_ORDER}(?:see|visit|view|check(?:\sout)?|look\sat|have\sa\slook\sat|take\sa\slook\sat|go\s(?:to|on)|open"
        rf"|browse|read|follow|subscribe\sto|like|download|buy|watch)\s(?:out\s)?my\s(?:[\w-]+\s)?{_PLACES}"
    ),
    any_case(rf"{_ORDER}(?:add|reach|contact|find|follow|message|write\sto|write|dm|ping)\sme\s{_WHERE}"),
    any_case(
        rf"{_ORDER}(?:call|text|ring|phone)\sme(?=\s*(?:$|[.!?,;])|\s(?:{_WHERE}|any\s?time|now|today|tonight|tomorrow|back"
        r"|when|if|asap|soon|later|this|after|before|for|to)\b)"
    ),
    any_case(rf"{_ORDER}(?:e-?mail|whats\s?app|dm|pm|google|follow)\sme\b"),
    any_case(rf"{_ORDER}look\sme\sup\b"),
    any_case(r"\b(?:follow|click|use|open|see|try)\s(?:on\s)?(?:the|this|my)\slink\b|\bclick\s(?:here|below|on)\b"),
    any_case(r"\blink\s(?:is\s)?(?:in|on)\s(?:my\s)?(?:bio|profile|page)\b"),
    any_case(
        rf"{_ORDER}(?:send|give|forward|mail)\sme\s(?:your|a|some)\s(?:[\w-]+\s)?(?:cv|r[ée]sum[ée]|number|phone|photos?"
        r"|pictures?|pics?|e-?mail|address|details|contacts?|references?|money|cash)\b"
    ),
    any_case(
        rf"{_ORDER}(?:join|sign\sup\s(?:for|to|on|at)|register\s(?:for|on|at)|vote\sfor|support|fill\s(?:in|out)|share)\s"
        r"(?:my|our|this|the)\s(?:[\w-]+\s)?(?:group|channel|newsletter|course|webinar|team|form|survey|page|site|list"
        r"|campaign|petition|fundraiser)\b"
    ),
)
_ERRANDS_AWAY = (
    any_case(rf"\b(?:you(?:['\u2019]ll|\scan|\swill)?\s)?find\sme\s{_WHERE}|\bhit\sme\sup\b"),
    any_case(
        r"\b(?:move|continue|switch|go\son|carry\son|talk|chat|speak|write)\s(?:to\seach\sother\s)?(?:on|to|over|via)\s"
        rf"(?:the\s)?{_ELSEWHERE}"
    ),
    any_case(rf"\b(?:what(?:['\u2019]s|\sis)|can\si\s(?:have|get)|may\si\shave)\syour\s(?:[\w-]+\s)?{_DETAILS}"),
    any_case(
        rf"\b(?:share|drop|send|give|tell|leave)\s(?:me\s)?your\s(?:[\w-]+\s)?{_DETAILS}"
        r"|\bdrop\sme\s(?:your|a)\s(?:contact|line|number)\b"
    ),
    any_case(rf"\b(?:do\syou\shave|are\syou\son)\s{_ELSEWHERE}(?=\s*[?,.!]|\s*$)"),
    any_case(rf"{_ORDER}(?:listen\sto|che?c?k\sout|vote\sfor|donate\sto|forward|share)\smy\s\w+"),
    any_case(r"\b(?:lend|send|give|loan|pay)\sme\s(?:some\s|a\slittle\s)?(?:money|cash)\b"),
)
_COMMANDS = (
    any_case(
        r"\byou\s(?:must|have\sto|need\sto|should|ought\sto|had\sbetter)\s(?:please\s)?(?:accept|reply|answer|respond"
        r"|connect|write|contact|agree|confirm|add|approve)\b"
    ),
    any_case(rf"{_ORDER}(?:accept|approve|confirm)\s(?:my|this|the|me)\b(?:\s(?:request|invitation|invite))?"),
    any_case(
        r"\b(?:reply|answer|respond|write\sback|accept)\s(?:me\s)?(?:now|today|asap|immediately|at\sonce|quickly)\b"
    ),
    any_case(r"\b(?:do\snot|don['\u2019]?t|never)\s(?:ignore|refuse|reject|decline|waste)\b[^.!?]{0,30}"),
    any_case(r"\bi\s(?:expect|demand|insist)\b(?:\s(?:on\s)?(?:an?\s)?(?:you|your|answer|reply|response)\b)?"),
    any_case(r"\b(?:time[\s-]?wasters?|hurry\sup|i(?:['\u2019]m|\sam)\swaiting\sfor\syour)\b"),
    re.compile(r"!{3,}"),
)
_SALES = (
    any_case(
        r"\b(?:our|my)\s(?:[\w-]+\s)?(?:clients|customers|agency|products?|services|platform|solutions?|software|offers?"
        r"|start-?up|pricing|rates|webinar)\b"
    ),
    any_case(
        r"\b(?:we|i)\s(?:help|work\swith|support)\s(?:\w+\s){0,2}(?:companies|businesses|brands|teams|agencies|firms|owners|founders)\b"
    ),
    any_case(
        r"\b(?:free|short|quick|15[\s-]?minute|discovery)\s(?:trial|demo|consultation|audit|webinar|strategy\scall)\b"
    ),
    any_case(
        r"\b(?:discount|%\soff|special\soffer|price\slist|return\son\sinvestment|passive\sincome|crypto\w*|sales\scall)\b"
    ),
    any_case(r"\b(?:book|schedule)\s(?:a|your|an)\s(?:[\w-]+\s)?(?:call|demo|slot|appointment|consultation)\b"),
    any_case(r"\b(?:more|new|qualified)\s(?:leads|clients|customers|sales)\b"),
)
_ME = any_case(r"\b(?:i|me|my|mine|myself)\b")
_YOU_OR_US = any_case(r"\b(?:you|your|yours|yourself|u|ur|ya|we|us|our|both|together|each\sother)\b")
_WISH = any_case(
    r"\b(?:i\s(?:really\s|just\s|badly\s)?(?:need|want|require)|(?:help|teach|give|get|find|lend|introduce|show|advise"
    r"|support|pay|hire|mentor)\sme|looking\sfor\s(?:someone|somebody|a\sperson)\s(?:who\scan|to))\b"
)
_GIFT = any_case(
    r"\b(?:shar(?:e|ed|ing)|offer|show\syou|lend\syou|swap|exchange|trade|together|we\s(?:could|can|might|both)|both|too|also"
    r"|as\swell|happy\sto|glad\sto|(?:help|teach|tell|bring|give|cook|send|introduce)\syou|in\sreturn|for\syou|your\sown"
    r"|you\s(?:might|may|could|would)|i\s(?:have|could|can|know|made|found)|same|each\sother|what|how|which|why|where)\b"
)
_WORDS = re.compile(r"\w+")
_FEW_WORDS, _FEW_MINES = 12, 3


def errands(text: str) -> list[Span]:
    """Where the reader is asked to do something for the writer: see a site, call, send details, mend a thing."""
    return _found((*_ERRANDS, *_ERRANDS_AWAY, *FAVOURS), text)


def commands(text: str) -> list[Span]:
    """Where the tone is one of command."""
    return _found(_COMMANDS, text)


def sales(text: str) -> list[Span]:
    """Where the words are those of somebody who sells."""
    return _found(_SALES, text)


def only_about_the_writer(text: str, own_texts: Sequence[str]) -> bool:
    """Whether the writer alone appears in it, or it mostly repeats what they say about themselves anyway."""
    words = _WORDS.findall(text)
    if len(words) >= _FEW_WORDS and not _YOU_OR_US.search(text):
        return len(_ME.findall(text)) >= _FEW_MINES
    runs = _runs_of_four(text)
    return bool(runs) and any(len(runs & _runs_of_four(own)) * 2 > len(runs) for own in own_texts)


def only_a_wish(text: str) -> Span | None:
    """Where the writer says what they want, if nothing in the text is for the reader."""
    wish = _WISH.search(text)
    return wish.span() if wish and not _GIFT.search(text) else None


def _runs_of_four(text: str) -> set[tuple[str, ...]]:
    words = [word.casefold() for word in _WORDS.findall(text)]
    return set(zip(words, words[1:], words[2:], words[3:], strict=False))


def _found(patterns: Sequence[re.Pattern[str]], text: str) -> list[Span]:
    """All matches without the white space around them; later ones inside earlier ones are left out."""
    found = (_trimmed(match) for pattern in patterns for match in pattern.finditer(text))
    spans = sorted(found, key=lambda span: (span[0], -span[1]))
    kept: list[Span] = []
    for start, end in spans:
        if end > start and (not kept or start >= kept[-1][1]):
            kept.append((start, end))
    return kept


def _trimmed(match: re.Match[str]) -> Span:
    words = match.group()
    return match.start() + len(words) - len(words.lstrip()), match.end() - len(words) + len(words.rstrip())
