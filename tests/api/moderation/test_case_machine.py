"""The life of a case: random walks by moderators and a member, against a plain model of what should come of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from api.moderation import case_machine
from api.moderation.case_machine import CLAIM_LASTS, CaseFacts
from api.moderation.errors import CaseClosedError, ClaimedError, NoAppealError, NotTakenError, SameModeratorError
from api.moderation.schemas import AppealOutcome, Decision

MODERATORS = [UUID(int=number) for number in range(1, 4)]
WHO = st.sampled_from(MODERATORS)


class Life(RuleBasedStateMachine):
    """Moderators who all want the same case, and a member who objects."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.facts = CaseFacts()
        self.had_until: dict[UUID, datetime] = {}
        """The model: who took the case last, and until when it is theirs."""
        self.deciders: list[UUID] = []
        self.appeals = 0

    @rule(minutes=st.sampled_from([1, 10, 59, 60, 61]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(who=WHO)
    def claim(self, who: UUID) -> None:
        before = self.facts
        free_for = self._holder() in {None, who}
        own_appeal = len(self.deciders) == 1 and self.appeals == 1 and who == self.deciders[0]
        if not self._waits() or own_appeal or not free_for:
            refusal = CaseClosedError if not self._waits() else SameModeratorError if own_appeal else ClaimedError
            with pytest.raises(refusal):
                case_machine.claim(before, who, self.now)
            return
        self.facts = case_machine.claim(before, who, self.now)
        self.had_until = {who: self.now + CLAIM_LASTS}

    @rule(who=WHO)
    def release(self, who: UUID) -> None:
        self._step(who, lambda facts: case_machine.release(facts, who, self.now), possible=self._waits())

    @rule(who=WHO, decision=st.sampled_from(list(Decision)))
    def decide(self, who: UUID, decision: Decision) -> None:
        possible = not self.deciders
        if self._step(who, lambda facts: case_machine.decide(facts, who, self.now, decision), possible=possible):
            self.deciders.append(who)
            assert self.facts.decision is decision

    @rule()
    def appeal(self) -> None:
        before = self.facts
        possible = len(self.deciders) == 1 and before.decision is not Decision.NO_ACTION and self.appeals == 0
        if not possible:
            with pytest.raises(NoAppealError):
                case_machine.appeal(before, self.now)
            return
        self.facts = case_machine.appeal(before, self.now)
        self.appeals += 1

    @rule(who=WHO, outcome=st.sampled_from(list(AppealOutcome)))
    def decide_appeal(self, who: UUID, outcome: AppealOutcome) -> None:
        possible = self.appeals == 1 and len(self.deciders) == 1
        if self._step(who, lambda facts: case_machine.decide_appeal(facts, who, self.now, outcome), possible=possible):
            self.deciders.append(who)
            assert self.facts.appeal_outcome is outcome

    @invariant()
    def nobody_decides_twice_and_only_one_has_it(self) -> None:
        assert len(self.deciders) == len(set(self.deciders)) <= 2
        assert (self.facts.decided_by, self.facts.appeal_decided_by) == (*self.deciders, None, None)[:2]
        assert case_machine.holder(self.facts, self.now) == self._holder()
        assert case_machine.waits(self.facts) == self._waits()
        assert case_machine.stands(self.facts) == (
            self.facts.decision not in {None, Decision.NO_ACTION}
            and self.facts.appeal_outcome is not AppealOutcome.OVERTURNED
        )

    def _holder(self) -> UUID | None:
        return next((who for who, until in self.had_until.items() if self.now < until), None)

    def _waits(self) -> bool:
        return len(self.deciders) == 0 or (len(self.deciders) == 1 and self.appeals == 1)

    def _step(self, who: UUID, step: Callable[[CaseFacts], CaseFacts], *, possible: bool) -> bool:
        """Take a step that only the one who has the case can take, and that ends their claim."""
        if not possible or self._holder() != who:
            with pytest.raises(NotTakenError if possible else CaseClosedError):
                step(self.facts)
            return False
        self.facts = step(self.facts)
        self.had_until = {}
        return True


@pytest.mark.parametrize("steps", [40])
def test_a_case_lives_as_it_should_whoever_does_what_when(steps: int, soaking: bool) -> None:  # noqa: FBT001
    run_state_machine_as_test(
        Life, settings=settings(max_examples=2000 if soaking else 60, stateful_step_count=steps, deadline=None)
    )
