"""The life of a case as pure functions of what is known about it and of the time; nothing here reads or writes.

A case waits for a decision; after one that has an effect, the member concerned may appeal once, and it waits again, for
another moderator. Whoever looks at a case has taken it for an hour: nobody else decides it meanwhile.
"""

from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from api.moderation.errors import CaseClosedError, ClaimedError, NoAppealError, NotTakenError, SameModeratorError
from api.moderation.schemas import AppealOutcome, Decision

CLAIM_LASTS = timedelta(hours=1)


class CaseFacts(Struct, frozen=True, kw_only=True):
    """All that decides what may become of a case. Times are in UTC."""

    claimed_by: UUID | None = None
    claimed_until: datetime | None = None
    decision: Decision | None = None
    decided_by: UUID | None = None
    appealed_at: datetime | None = None
    appeal_outcome: AppealOutcome | None = None
    appeal_decided_by: UUID | None = None


def waits(facts: CaseFacts) -> bool:
    """Whether a moderator has something to decide."""
    return facts.decision is None or waits_for_another(facts)


def waits_for_another(facts: CaseFacts) -> bool:
    """Whether an appeal waits."""
    return facts.appealed_at is not None and facts.appeal_outcome is None


def stands(facts: CaseFacts) -> bool:
    """Whether there is a decision with an effect that was not overturned."""
    return facts.decision not in {None, Decision.NO_ACTION} and facts.appeal_outcome is not AppealOutcome.OVERTURNED


def holder(facts: CaseFacts, now: datetime) -> UUID | None:
    """Who has the case at this moment."""
    return facts.claimed_by if facts.claimed_until is not None and now < facts.claimed_until else None


def claim(facts: CaseFacts, moderator: UUID, now: datetime, *, name_of_holder: str = "Somebody") -> CaseFacts:
    """A moderator takes the case for an hour; taken again by the same one, the hour begins anew.

    Raises:
        CaseClosedError: There is nothing to decide.
        SameModeratorError: It is an appeal against their own decision.
        ClaimedError: Another has it.
    """
    if not waits(facts):
        raise CaseClosedError
    if waits_for_another(facts) and moderator == facts.decided_by:
        raise SameModeratorError
    if holder(facts, now) not in {None, moderator} and facts.claimed_until is not None:
        raise ClaimedError(name_of_holder, facts.claimed_until)
    return replace(facts, claimed_by=moderator, claimed_until=now + CLAIM_LASTS)


def release(facts: CaseFacts, moderator: UUID, now: datetime) -> CaseFacts:
    """A moderator gives the case back.

    Raises:
        NotTakenError: They do not have it.
    """
    check_holder(facts, moderator, now)
    return replace(facts, claimed_by=None, claimed_until=None)


def check_holder(facts: CaseFacts, moderator: UUID, now: datetime) -> None:
    """Hold that a moderator has the case.

    Raises:
        CaseClosedError: There is nothing to decide.
        NotTakenError: They do not have it.
    """
    if not waits(facts):
        raise CaseClosedError
    if holder(facts, now) != moderator:
        raise NotTakenError


def decide(facts: CaseFacts, moderator: UUID, now: datetime, decision: Decision) -> CaseFacts:
    """The moderator who has it decides the case.

    Raises:
        CaseClosedError: It is decided.
        NotTakenError: They do not have it.
    """
    if facts.decision is not None:
        raise CaseClosedError
    check_holder(facts, moderator, now)
    return replace(facts, decision=decision, decided_by=moderator, claimed_by=None, claimed_until=None)


def appeal(facts: CaseFacts, now: datetime) -> CaseFacts:
    """The member concerned asks for another look.

    Raises:
        NoAppealError: Nothing with an effect was decided, or they have appealed before.
    """
    if facts.decision in {None, Decision.NO_ACTION} or facts.appealed_at is not None:
        raise NoAppealError
    return replace(facts, appealed_at=now)


def decide_appeal(facts: CaseFacts, moderator: UUID, now: datetime, outcome: AppealOutcome) -> CaseFacts:
    """Another moderator, who has it, decides the appeal.

    Raises:
        CaseClosedError: No appeal waits.
        NotTakenError: They do not have it.
    """
    if not waits_for_another(facts):
        raise CaseClosedError
    check_holder(facts, moderator, now)
    return replace(facts, appeal_outcome=outcome, appeal_decided_by=moderator, claimed_by=None, claimed_until=None)
