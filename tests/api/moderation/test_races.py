"""Whatever moderators and members do at the same moment, exactly one thing comes of it."""

from collections import Counter
from uuid import uuid4

import pytest

from api.accounts.schemas import Member
from api.connections.services import send_request
from api.database import fetch
from api.moderation.cases import claim
from api.moderation.deciding import decide, decide_appeal
from api.moderation.notices import appeal, notices
from api.moderation.reporting import my_reports, report
from api.moderation.schemas import AppealDecision, AppealOutcome, Category, Decision, DecisionCreate, TargetKind
from api.moderation.services import block_member
from embeddings.reasons import Finding
from tests.api.connections.making import make_draft, quick_member, together
from tests.api.moderation.judging import about

pytestmark = pytest.mark.usefixtures("database")

ROUNDS, ROUNDS_OF_A_SOAK = 15, 300
WORD = DecisionCreate(
    decision=Decision.WORDS_TO_MEMBER, reason="So.", rule=Category.SCAM, words="Please stop.", parts=frozenset({0})
)
SUSPEND = DecisionCreate(
    decision=Decision.ACCOUNT_SUSPENDED, reason="So.", rule=Category.SCAM, at_once="Gifts.", parts=frozenset({0})
)

PAUSE = DecisionCreate(
    decision=Decision.REQUESTS_PAUSED, reason="So.", rule=Category.SCAM, days=7, parts=frozenset({0})
)


@pytest.fixture
def rounds(soaking: bool) -> range:  # noqa: FBT001
    return range(ROUNDS_OF_A_SOAK if soaking else ROUNDS)


async def quick_moderator() -> Member:
    """A moderator who knows nobody and never signs in."""
    member = Member(uuid4(), "Mo", is_moderator=True)
    await fetch(
        "INSERT INTO account (id, email, display_name, created_at, confirmed_adult_at, is_moderator) "
        "VALUES ({}, {}, {}, now(), now(), TRUE)",
        member.id,
        f"{member.id}@example.org",
        member.display_name,
    )
    return member


async def test_of_moderators_who_take_a_case_at_once_one_has_it(rounds: range) -> None:
    moderators = [await quick_moderator() for _ in range(4)]
    ada, grace = await quick_member(0), await quick_member(1)
    for _ in rounds:
        await fetch("DELETE FROM report")
        made = await report(grace, draft=about(TargetKind.MEMBER, ada.id))

        outcomes = await together(*(claim(moderator, made.id) for moderator in moderators))

        assert Counter(outcomes) == {"done": 1, "case-taken": 3}


async def test_a_case_that_one_decides_in_two_tabs_is_decided_once(rounds: range) -> None:
    mo = await quick_moderator()
    ada, grace = await quick_member(0), await quick_member(1)
    for _ in rounds:
        await fetch("DELETE FROM report")
        made = await report(grace, draft=about(TargetKind.MEMBER, ada.id))
        await claim(mo, made.id)

        outcomes = await together(*(decide(mo, made.id, draft=WORD) for _ in range(3)))

        assert Counter(outcomes) == {"done": 1, "case-closed": 2}
        assert len(await notices(ada)) == 1
        lines = await fetch("SELECT 1 FROM audit_entry WHERE report = {} AND act = 'decided'", made.id)
        assert len(lines) == 1


async def test_an_appeal_made_twice_at_once_is_one_and_is_decided_once(rounds: range) -> None:
    mo, max_ = await quick_moderator(), await quick_moderator()
    ada, grace = await quick_member(0), await quick_member(1)
    upheld = AppealDecision(outcome=AppealOutcome.UPHELD, reason="It stays.")
    for _ in rounds:
        await fetch("DELETE FROM report")
        made = await report(grace, draft=about(TargetKind.MEMBER, ada.id))
        await claim(mo, made.id)
        await decide(mo, made.id, draft=WORD)

        appeals = await together(*(appeal(ada, made.id, words=f"No, {number}.") for number in range(3)))
        await claim(max_, made.id)
        decisions = await together(*(decide_appeal(max_, made.id, draft=upheld) for _ in range(3)))

        assert Counter(appeals) == {"done": 1, "no-appeal": 2}
        assert Counter(decisions) == {"done": 1, "case-closed": 2}


async def test_the_same_reported_at_once_is_one_report(rounds: range) -> None:
    for _ in rounds:
        ada, grace = await quick_member(0), await quick_member(1)

        outcomes = await together(
            *(report(grace, draft=about(TargetKind.MEMBER, ada.id, words=f"Word {number}.")) for number in range(3))
        )

        assert Counter(outcomes) == {"done": 3}
        assert len(await my_reports(grace)) == 1


async def test_two_who_report_and_block_each_other_at_once_both_can(rounds: range) -> None:
    for _ in rounds:
        ada, grace = await quick_member(0), await quick_member(1)

        outcomes = await together(
            report(grace, draft=about(TargetKind.MEMBER, ada.id, block=True)),
            report(ada, draft=about(TargetKind.MEMBER, grace.id, block=True)),
            block_member(ada, grace.id),
        )

        # Whoever is blocked first finds nobody there any more.
        assert set(outcomes) <= {"done", "not-found"}
        assert outcomes.count("done") >= 1


@pytest.mark.parametrize(("draft", "code"), [(SUSPEND, "suspended"), (PAUSE, "requests-paused-by-moderators")])
async def test_no_request_goes_out_when_its_sender_is_stopped_while_it_is_judged(
    monkeypatch: pytest.MonkeyPatch, draft: DecisionCreate, code: str
) -> None:
    mo = await quick_moderator()
    ada, grace, emmy = await quick_member(0), await quick_member(1), await quick_member(2)
    made = await report(grace, draft=about(TargetKind.MEMBER, ada.id))
    await claim(mo, made.id)

    async def judge(*_: object, **__: object) -> list[Finding]:
        await decide(mo, made.id, draft=draft)
        return []

    monkeypatch.setattr("api.connections.reason_checks.judge", judge)
    outcomes = await together(send_request(ada, draft=await make_draft(emmy)))

    assert outcomes == [code]
    assert await fetch("SELECT 1 FROM connection_request") == []
