"""What a token may do, in words: the choices of its form, and what a list of tokens says."""

from collections.abc import Collection
from typing import Final

import msgspec

from api.accounts.schemas import Scope
from api.accounts.scopes import PARTS, opened_by

Option = tuple[str, str, str | None]


class Choice(msgspec.Struct, frozen=True):
    """One part of what a token may use, as the form asks for it."""

    part: Scope
    legend: str
    options: tuple[Option, ...]


def _choice(part: Scope, legend: str, read: str, change: str) -> Choice:
    options: tuple[Option, ...] = (("", "No", None), (f"{part}:read", "Read", read))
    return Choice(part, legend, (*options, (part, "Read and change", change)) if change else options)


CHOICES: Final = (
    _choice(Scope.PROFILE, "My profile", "What I say of myself, and what I wrote.", "Also write and change it."),
    _choice(Scope.MATCHES, "My matches", "Whom I could meet, and why.", "Also put people aside."),
    _choice(
        Scope.REQUESTS,
        "My requests and connections",
        "Who asks me and whom I ask, and my connections.",
        "Also ask people and answer them, and end connections.",
    ),
    _choice(Scope.MESSAGES, "My messages", "What we write to each other.", "Also write messages."),
    _choice(Scope.SAFETY, "Blocks and reports", "Whom I block, and what I reported.", "Also block and report people."),
    Choice(Scope.EXPORT, "My export", (("", "No", None), ("export", "Take it out", "All that is kept about me."))),
)
FOR_MODERATORS: Final = _choice(Scope.MODERATION, "What moderators see", "What members called wrong.", "")

_NAMES: Final = {
    Scope.PROFILE: "profile",
    Scope.MATCHES: "matches",
    Scope.REQUESTS: "requests and connections",
    Scope.MESSAGES: "messages",
    Scope.SAFETY: "blocks and reports",
    Scope.EXPORT: "export",
    Scope.MODERATION: "what moderators see",
}


def choices_for(*, moderator: bool) -> tuple[Choice, ...]:
    """What the form asks a member."""
    return (*CHOICES, FOR_MODERATORS) if moderator else CHOICES


def token_words(scopes: Collection[Scope]) -> list[str]:
    """What a token may do, in a sentence for each kind of doing."""
    opened = opened_by(scopes, is_moderator=True)
    kinds: dict[str, list[str]] = {"Can read": [], "Can read and change": [], "Can only change": []}
    for part in PARTS:
        reads, changes = f"{part}:read" in opened, f"{part}:write" in opened
        if reads or changes:
            kind = "Can only change" if not reads else "Can read and change" if changes else "Can read"
            kinds[kind].append(_NAMES[part])
    return [f"{kind}: {', '.join(names)}." for kind, names in kinds.items() if names]
