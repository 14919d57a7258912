"""Words that several pages share: the choices of forms."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from api.accounts.schemas import Meets, Scope
from api.matching.schemas import Strength
from api.profiles.purposes import purposes
from api.profiles.schemas import Audience, Purpose, PurposeRead, Role

LONGEST_STATEMENT: Final = 280

PURPOSES: Final[dict[Purpose, PurposeRead]] = {read.purpose: read for read in purposes()}

MEETS: Final = (
    (Meets.ONLINE, "Online", "By writing or talking over the net. I would rather not meet in person."),
    (Meets.ONLINE_FIRST, "Online first", "Perhaps in person one day, when we know each other."),
    (Meets.IN_PERSON_TOO, "In person too", "I am glad to meet people who live not too far away."),
)

ROLES: Final = (
    (Role.ABOUT, "About me", "What I am into, what I bring."),
    (Role.SEEKING, "Whom I hope to find", "What they like, know, or live with."),
)

AUDIENCES: Final = (
    (Audience.PURPOSE, "Members with the same purpose", "They can find you by it. This is the usual choice."),
    (Audience.CONNECTIONS, "Only people I am connected with", "It is not used to find you."),
    (Audience.NOBODY, "Nobody yet", "A draft, for you alone."),
)

AUDIENCE_WORDS: Final = {
    Audience.PURPOSE: "Members with this purpose can read it",
    Audience.CONNECTIONS: "Only your connections can read it",
    Audience.NOBODY: "A draft: nobody else can read it",
}

SCOPES: Final = (
    (Scope.PROFILE, "My profile", "Read and change what I say of myself."),
    (Scope.MATCHES, "Matches", "See whom I could meet."),
    (Scope.REQUESTS, "Requests and connections", "Ask, answer, and see my connections."),
    (Scope.MESSAGES, "Messages", "Read and write in my conversations."),
    (Scope.SAFETY, "Safety", "Block and unblock members."),
    (Scope.EXPORT, "Export", "Take out everything about me."),
)

PAUSES: Final = (
    ("0", "No pause", None, timedelta(0)),
    ("7", "For a week", None, timedelta(days=7)),
    ("30", "For a month", None, timedelta(days=30)),
    ("90", "For three months", None, timedelta(days=90)),
)

MEANINGS: Final = {
    Strength.STRONG: "9 in 10 of the pairs of people who got this word had an interest in common",
    Strength.GOOD: "3 in 4 of the pairs of people who got this word had an interest in common",
    Strength.SOME: (
        "half of the pairs of people who got this word had an interest in common, and half had none. While there are "
        "few people here, we also show those who have less in common, and we do not know how often that goes well"
    ),
}
"""What the words for a match meant on test data: the table in docs/matching.md, rounded."""

LANGUAGES: Final = {
    "ar": "العربية",
    "bn": "বাংলা",
    "bg": "Български",
    "ca": "Català",
    "zh": "中文",
    "hr": "Hrvatski",
    "cs": "Čeština",
    "da": "Dansk",
    "nl": "Nederlands",
    "en": "English",
    "et": "Eesti",
    "fa": "فارسی",
    "fi": "Suomi",
    "fr": "Français",
    "de": "Deutsch",
    "el": "Ελληνικά",
    "gu": "ગુજરાતી",
    "he": "עברית",
    "hi": "हिन्दी",
    "hu": "Magyar",
    "is": "Íslenska",
    "id": "Bahasa Indonesia",
    "ga": "Gaeilge",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "lv": "Latviešu",
    "lt": "Lietuvių",
    "ms": "Bahasa Melayu",
    "nb": "Norsk",
    "pa": "ਪੰਜਾਬੀ",
    "pl": "Polski",
    "pt": "Português",
    "ro": "Română",
    "ru": "Русский",
    "sr": "Српски",
    "sk": "Slovenčina",
    "sl": "Slovenščina",
    "so": "Soomaali",
    "es": "Español",
    "sw": "Kiswahili",
    "sv": "Svenska",
    "ta": "தமிழ்",
    "te": "తెలుగు",
    "th": "ไทย",
    "tr": "Türkçe",
    "uk": "Українська",
    "ur": "اردو",
    "vi": "Tiếng Việt",
    "cy": "Cymraeg",
    "yo": "Yorùbá",
    "zu": "isiZulu",
}


def language_options(spoken: Iterable[str]) -> list[tuple[str, str]]:
    """Languages by their own names, none first, and at the end those that have no name here but were chosen before."""
    return [("", "None"), *LANGUAGES.items(), *((code, code) for code in spoken if code not in LANGUAGES)]
