"""How reports, decisions and notices are called on pages."""

from typing import Final

import msgspec

from api.moderation.rules import AT_ONCE, PAUSES, RULES
from api.moderation.schemas import AppealOutcome, Category, Decision, TargetKind

TARGETS: Final = {
    TargetKind.REQUEST: "a request",
    TargetKind.MESSAGE: "a message",
    TargetKind.MEMBER: "the page of a member",
    TargetKind.STATEMENT: "words on the page of a member",
}

CATEGORY_CHOICES: Final = [(category.value, rule.reported_as, rule.hint) for category, rule in RULES.items()]

RULE_CHOICES: Final = [("", "Choose a rule"), *((category.value, rule.name) for category, rule in RULES.items())]

OUTCOMES: Final = {
    "no_rule_broken": "We looked at it and found that no rule was broken. You can still block them.",
    "acted": "We looked at it, found that a rule was broken, and did something about it. Thank you.",
    "overturned": "We first found a rule broken. Another moderator looked again and found that it was not.",
}


class DecisionWords(msgspec.Struct, frozen=True):
    """A decision, for moderators to choose and for the member to read."""

    choice: str
    hint: str
    heading: str = ""
    told: str = ""


DECISIONS: Final = {
    Decision.NO_ACTION: DecisionWords("No rule was broken", "Nothing happens, and only who reported it is told."),
    Decision.WORDS_TO_MEMBER: DecisionWords(
        "Say something to them",
        "They read the rule, their words and yours.",
        "A word from the moderators",
        "Nothing changes for you. Keep to the rule from now on.",
    ),
    Decision.WORDS_REMOVED: DecisionWords(
        "Take the words out",
        "The words you choose below are taken out where they stand.",
        "We took out words of yours",
        "The words below are not there any more. Do not write them again.",
    ),
    Decision.REQUESTS_PAUSED: DecisionWords(
        "Pause their requests",
        "They can send no new requests for some days. All else goes on.",
        "You cannot send requests for a while",
        "Your matches, your conversations and the requests that you receive stay as they are.",
    ),
    Decision.ACCOUNT_SUSPENDED: DecisionWords(
        "Suspend the account",
        "Nobody sees them any more. Only after a pause of requests, or at once for a scam or danger.",
        "Your account is suspended",
        "Others do not see you now, and most of the site is closed to you. You can still take out what is yours, and "
        "delete your account.",
    ),
}

DECISION_CHOICES: Final = [(decision.value, words.choice, words.hint) for decision, words in DECISIONS.items()]

PAUSE_CHOICES: Final = [("", "Choose how long"), *((str(days), f"{days} days") for days in PAUSES)]

APPEAL_CHOICES: Final = [
    (AppealOutcome.UPHELD.value, "It stays", "The first decision was right."),
    (AppealOutcome.OVERTURNED.value, "It is taken back", "What was done is undone."),
]

APPEALS: Final = {
    AppealOutcome.UPHELD: "Another moderator looked at it again. The decision stays.",
    AppealOutcome.OVERTURNED: "Another moderator looked at it again and took the decision back. We are sorry.",
}

PARTS: Final = {
    "name": "Name",
    "pronouns": "Pronouns",
    "statement": "On their page",
    "anchor": "What the reason is about",
    "met": "Where they say they have met",
    "reason": "The reason of the request",
    "crossed_reason": "The reason in return",
    "question": "Question",
    "answer": "Answer",
    "refusal": "Sentence with which they said no",
    "message": "Message",
}

ACTS: Final = {
    "claimed": "took a case",
    "released": "gave a case back",
    "read_evidence": "read the evidence of a case",
    "decided": "decided a case",
    "decided_appeal": "decided an appeal",
    "made_moderator": "became a moderator",
    "unmade_moderator": "is no moderator any more",
}

_KEPT: Final = {
    **{decision.value: said.choice for decision, said in DECISIONS.items()},
    **{category.value: f"“{rule.name}”" for category, rule in RULES.items()},
    **{value: choice for value, choice, _ in APPEAL_CHOICES},
    "appeal": "An appeal",
}
"""What the audit trail keeps beside a step, and the words by which moderators choose it."""

AT_ONCE_NAMES: Final = " or ".join(f"“{RULES[category].name}”" for category in RULES if category in AT_ONCE)


def kept_in_words(detail: str) -> str:
    """What the audit trail keeps beside a step, as moderators know it; what is words already stays."""
    words = detail.split(" ")
    other = " ".join(word for word in words if word not in _KEPT)
    return ", ".join(filter(None, [*(_KEPT[word] for word in words if word in _KEPT), other]))


def rule_of(category: Category | None) -> str:
    """The name of a rule."""
    return RULES[category].name if category is not None else ""
