"""What the readable form of an export calls its parts and what stands in them."""

from datetime import date, datetime
from typing import Any, Final, TypeAlias

Said: TypeAlias = "str | list[list[tuple[str, Said]]]"
"""A text, or what is below it: pairs again, one list for each thing."""

PART_NAMES: Final = {
    "account": "My account",
    "sessions": "Where I am signed in",
    "tokens": "Tokens for programs",
    "webhooks": "Webhooks",
    "webhook_deliveries": "What webhooks were told",
    "passkeys": "Passkeys",
    "second_factor": "Codes from an app",
    "purposes": "Why I am here",
    "consents": "What I agreed to",
    "consent_texts": "The texts that I agreed to",
    "statements": "My words",
    "people_seen": "When I was shown people",
    "numbers": "Numbers made of my words",
    "match_lists": "When my lists were made",
    "read_marks": "How far I have read",
    "findings_today": "Checks that stopped me today",
    "disagreements": "Checks that I called wrong",
    "given_texts": "Words that I let you keep",
    "requests": "Requests",
    "connections": "Connections",
    "messages": "Conversations",
    "drafts": "What I have begun to write",
    "matches": "My matches",
    "choices": "Later, and not for me",
    "blocked_members": "People I have blocked",
    "reports": "What I reported",
    "notices": "Decisions about me",
}

_LABELS: Final = {
    "url": "Address",
    "kinds": "Is told of",
    "why_off": "Why it is off",
    "queued_at": "Last put in line",
    "dead_at": "Given up",
    "tried_at": "Tried",
    "by_me": "By me",
    "author_id": "Written by",
    "reminds_of": "Answers the message",
    "known_as": "Name then",
    "place_id": "Number of the place",
    "confirmed_adult_at": "Said to be 18 or older",
    "proved_at": "Last asked who it is",
    "cell": "Number of the place",
}


def in_words(row: dict[str, Any]) -> list[tuple[str, Said]]:
    """The labels and the words of a row; what is empty is left out."""
    return [(_label(name), said) for name, value in row.items() if (said := _said(value))]


def _label(name: str) -> str:
    if name in _LABELS:
        return _LABELS[name]
    words = name.removesuffix("_at").replace("_", " ") if name != "at" else "when"
    return words[:1].upper() + words[1:]


def _said(value: object) -> Said:
    if isinstance(value, dict):
        return [in_words(value)]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [in_words(one) for one in value]
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%-d %B %Y, %H:%M} UTC"
    if isinstance(value, date):
        return f"{value:%-d %B %Y}"
    return "" if value is None else str(value)
