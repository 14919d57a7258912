"""Whether a decision is whole, and may be taken in this case: pure functions."""

from collections.abc import Collection, Iterator

import msgspec

from api.errors import FieldError
from api.moderation.case_rows import CaseRow
from api.moderation.notice_words import quotes_of
from api.moderation.removal import can_be_removed
from api.moderation.rules import AT_ONCE, PAUSES
from api.moderation.schemas import Decision, DecisionCreate, EarlierDecision, Evidence, NoticeText, Part
from api.texts import problem_with, tidy

LONGEST_REASON = 2000
"""Of a moderator, in each field of a decision."""
LARGEST_NOTICE = 80_000
"""Bytes, as it is kept (`Report.notice`): a profile that is full in all purposes can have more."""


def problems_with_decision(
    draft: DecisionCreate,
    *,
    row: CaseRow,
    evidence: Evidence,
    step_before: EarlierDecision | None,
    names: Collection[str],
) -> list[FieldError]:
    """Everything that is missing or cannot be, in the order of the form; `names` are those that no notice quotes."""
    return list(_problems(draft, row, evidence, step_before, names))


def _problems(
    draft: DecisionCreate,
    row: CaseRow,
    evidence: Evidence,
    step_before: EarlierDecision | None,
    names: Collection[str],
) -> Iterator[FieldError]:
    acts = draft.decision is not Decision.NO_ACTION
    if acts and row.reported is None:
        yield FieldError("/decision", "gone", "Their account is gone. There is nobody left to act on.")
    if acts:
        yield from _problems_with_notice(draft, evidence, names)
    if draft.decision is Decision.REQUESTS_PAUSED and draft.days not in PAUSES:
        yield FieldError("/days", "missing", "Choose for how long.")
    if draft.decision is Decision.ACCOUNT_SUSPENDED and step_before is None:
        yield from _problems_with_haste(draft)
    yield from _unless_fine(draft.reason, "reason", "The reason", least=1)


def _problems_with_notice(draft: DecisionCreate, evidence: Evidence, names: Collection[str]) -> Iterator[FieldError]:
    if draft.rule is None:
        yield FieldError("/rule", "missing", "Choose the rule that was broken.")
    theirs = {place for place, part in enumerate(evidence.parts) if part.by == "reported"}
    chosen = [evidence.parts[place] for place in draft.parts & theirs]
    if draft.parts - theirs:
        yield FieldError("/parts", "not-theirs", "Choose only words of the member who was reported.")
    elif theirs and not chosen:
        yield FieldError("/parts", "missing", "Choose the words that it is about: the notice quotes them.")
    elif draft.decision is Decision.WORDS_REMOVED and not _any_removable(chosen):
        yield FieldError("/parts", "not-removable", "Choose words that can be taken out: a text of their own.")
    elif _size(draft, chosen, names) > LARGEST_NOTICE:
        yield FieldError("/parts", "too-long", "That is more than a notice has room for. Choose those that say most.")
    yield from _unless_fine(
        draft.words, "words", "What you tell them", least=1 if draft.decision is Decision.WORDS_TO_MEMBER else 0
    )


def _problems_with_haste(draft: DecisionCreate) -> Iterator[FieldError]:
    if draft.rule not in AT_ONCE:
        yield FieldError(
            "/decision",
            "too-soon",
            "An account is suspended after its requests were paused once, or at once for a scam or danger.",
        )
    else:
        yield from _unless_fine(draft.at_once, "at_once", "Why at once", least=1)


def _size(draft: DecisionCreate, chosen: list[Part], names: Collection[str]) -> int:
    quotes = quotes_of(chosen, names=names)
    return len(msgspec.json.encode(NoticeText(tidy(draft.words), quotes)))


def _any_removable(parts: list[Part]) -> bool:
    return any(can_be_removed(part) for part in parts)


def _unless_fine(text: str, field: str, name: str, *, least: int) -> Iterator[FieldError]:
    problem = problem_with(tidy(text), field=field, name=name, least=least, most=LONGEST_REASON)
    if problem is not None:
        yield problem
