"""What can be found in a reason: each finding with its words, why it matters, and one question that helps."""

from typing import Literal

import msgspec

Severity = Literal["refuse", "note"]


class Finding(msgspec.Struct, frozen=True):
    """One thing to change in a reason ("refuse") or to think about ("note").

    `start` and `end` are code points of the normalised reason: the words that are meant, or all of it.
    """

    code: str
    severity: Severity
    start: int
    end: int
    message: str
    suggestion: str


_TEXTS: dict[str, tuple[Severity, str, str]] = {
    "no-anchor": (
        "refuse",
        "A reason must be about something this person wrote or did, and none is chosen yet.",
        "Which of their words made you want to write?",
    ),
    "too-short": (
        "refuse",
        "This is too short to show why you are writing to this person.",
        "What in their words made you stop, and what does it have to do with you?",
    ),
    "too-long": (
        "refuse",
        "This is longer than a reason may be. You can tell the rest once you are connected.",
        "Which one thing matters most to the two of you?",
    ),
    "template": (
        "refuse",
        "These words could be sent to anyone. Nothing here is about this person yet.",
        "What did they write that you would like to talk about?",
    ),
    "copy": (
        "refuse",
        "You have sent nearly the same words to somebody else. A reason is for one person.",
        "What is different about this person?",
    ),
    "contact-details": (
        "refuse",
        "Links, addresses, phone numbers and account names have no place here. Share them once you are connected.",
        "What would you say here if you could not point somewhere else?",
    ),
    "errand": (
        "refuse",
        "This asks the other person to do something for you before they know you.",
        "What could you tell them here, so that they need not go and look?",
    ),
    "commanding": (
        "note",
        "This may sound like an order.",
        "How would you ask this of someone you like?",
    ),
    "only-about-you": (
        "note",
        "This tells about you, but not yet about them.",
        "Where do your story and theirs touch?",
    ),
    "nothing-for-them": (
        "note",
        "It is clear what you would like to have, but not what the other person would enjoy about it.",
        "What could be good about this for them?",
    ),
    "far-from-anchor": (
        "note",
        "We could not see how this goes with the words of theirs that you chose.",
        "Which part of what they wrote do you mean?",
    ),
    "pitch": (
        "note",
        "This sounds as if you want to sell or offer something.",
        "What would you like to talk about if nothing were for sale?",
    ),
}


CODES = frozenset(_TEXTS)
"""Everything that can be found."""


_VARIANTS: dict[str, tuple[str, str]] = {
    "template/filler": (
        "These are letters to fill the space. Nothing here is about this person yet.",
        "What did they write that you would like to talk about?",
    ),
    "template/quoted": (
        "These are their own words given back to them. Nothing of yours is here yet.",
        "What do these words make you think of?",
    ),
    "far-from-anchor/anyone": (
        "This could be for anyone. We did not find what makes it about this person.",
        "What in their words made you write?",
    ),
}


def finding(code: str, start: int, end: int, *, variant: str | None = None) -> Finding:
    """The finding of a code, about the words from `start` to `end`; a variant says more closely why."""
    severity, message, suggestion = _TEXTS[code]
    if variant is not None:
        message, suggestion = _VARIANTS[f"{code}/{variant}"]
    return Finding(code=code, severity=severity, start=start, end=end, message=message, suggestion=suggestion)
