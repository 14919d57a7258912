"""Appeals: who makes them, which moderator judges them, and who is told."""

import pytest

from api.database import fetch
from api.errors import InvalidError, NotFoundError
from api.moderation.cases import appeals_for_others, claim, open_case, queue
from api.moderation.deciding import decide_appeal
from api.moderation.errors import CaseClosedError, NoAppealError, SameModeratorError
from api.moderation.notices import LONGEST_APPEAL, appeal, notice
from api.moderation.reporting import my_reports
from api.moderation.schemas import AppealDecision, AppealOutcome, Decision
from tests.api.moderation.judging import decided, insulted, make_moderator, overturn, reported_again

pytestmark = pytest.mark.usefixtures("database")

UPHELD = AppealDecision(outcome=AppealOutcome.UPHELD, reason="It was meant to hurt.")


async def test_an_appeal_waits_for_another_moderator_who_sees_both_sides() -> None:
    ada, _, made = await insulted()
    mo = await decided(made.id, Decision.WORDS_TO_MEMBER)
    await appeal(ada, made.id, words="It was a joke.")
    max_ = await make_moderator("Max")

    assert await queue(mo) == []
    assert await appeals_for_others(mo) == 1
    with pytest.raises(SameModeratorError):
        await claim(mo, made.id)
    assert [case.is_appeal for case in await queue(max_)] == [True]
    await claim(max_, made.id)
    case = await open_case(max_, made.id)
    assert case.decided is not None
    assert (case.decided.reason, case.decided.appeal) == ("It is plain to see.", "It was a joke.")

    await decide_appeal(max_, made.id, draft=UPHELD)
    told = await notice(ada, made.id)
    assert (told.appeal_outcome, told.appeal_reason) == (AppealOutcome.UPHELD, "It was meant to hurt.")
    assert await appeals_for_others(mo) == 0
    with pytest.raises(CaseClosedError):
        await decide_appeal(max_, made.id, draft=UPHELD)


async def test_the_database_itself_refuses_an_appeal_decided_by_the_same_moderator() -> None:
    ada, _, made = await insulted()
    await decided(made.id, Decision.WORDS_TO_MEMBER)
    await appeal(ada, made.id, words="It was a joke.")

    with pytest.raises(Exception, match="report_appeal_by_another"):
        await fetch(
            "UPDATE report SET appeal_outcome = 'upheld', appeal_decided_by = decided_by, appeal_decided_at = now(), "
            "appeal_reason = 'x' WHERE id = {}",
            made.id,
        )


async def test_an_appeal_needs_a_reason_to_be_decided_and_words_to_be_made() -> None:
    ada, _, made = await insulted()
    await decided(made.id, Decision.WORDS_TO_MEMBER)
    for words in ("", "x" * (LONGEST_APPEAL + 1)):
        with pytest.raises(InvalidError):
            await appeal(ada, made.id, words=words)
    await appeal(ada, made.id, words="No.")

    with pytest.raises(InvalidError):
        await decide_appeal(
            await make_moderator(), made.id, draft=AppealDecision(outcome=AppealOutcome.UPHELD, reason=" ")
        )


async def test_one_appeals_once_and_only_against_what_concerns_oneself() -> None:
    ada, grace, made = await insulted()
    with pytest.raises(NotFoundError):
        await appeal(ada, made.id, words="Not decided yet.")
    await decided(made.id, Decision.WORDS_TO_MEMBER)
    await appeal(ada, made.id, words="It was a joke.")

    with pytest.raises(NoAppealError):
        await appeal(ada, made.id, words="Once more.")
    with pytest.raises(NotFoundError):
        await appeal(grace, made.id, words="Not mine.")
    with pytest.raises(NotFoundError):
        await notice(grace, made.id)


async def test_an_overturned_decision_is_told_to_the_reporter_too_and_counts_no_more() -> None:
    ada, grace, made = await insulted()
    await decided(made.id, Decision.REQUESTS_PAUSED)
    await overturn(made.id, ada)
    assert [read.outcome for read in await my_reports(grace)] == ["overturned"]

    second = await reported_again(ada, grace)
    mo = await make_moderator()
    await claim(mo, second)
    case = await open_case(mo, second)
    assert [(one.decision, one.overturned) for one in case.earlier] == [(Decision.REQUESTS_PAUSED, True)]
    assert not case.may_suspend
