"""What a decision needs, and what each side is told of it."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from api import clock
from api.accounts.schemas import Member
from api.database import fetch, fetch_one
from api.errors import InvalidError
from api.moderation.cases import claim, open_case, queue
from api.moderation.deciding import decide
from api.moderation.errors import EvidenceBrokenError
from api.moderation.notices import appeal, mark_seen, notices, unseen_notices
from api.moderation.reporting import my_reports, report
from api.moderation.retention import forget_old_cases
from api.moderation.rules import KEPT
from api.moderation.schemas import Category, Decision, DecisionCreate, TargetKind
from api.moderation.suspended_addresses import suspend_or_lift
from tests.api.connections.making import make_recipient, make_request
from tests.api.moderation.judging import (
    about,
    account,
    decided,
    insulted,
    make_message,
    make_moderator,
    make_talk,
    overturn,
    reported_again,
)
from tests.factories import make_member

pytestmark = pytest.mark.usefixtures("database")


async def test_no_action_has_no_effect_and_no_notice_and_the_reporter_is_told() -> None:
    ada, grace, made = await insulted()
    await decided(made.id, Decision.NO_ACTION)

    assert await notices(ada) == []
    assert await account(ada) == {"suspended_at": None, "requests_paused_until": None}
    [read] = await my_reports(grace)
    assert (read.state, read.outcome) == ("decided", "no_rule_broken")


@pytest.mark.parametrize("decision", [one for one in Decision if one is not Decision.NO_ACTION])
async def test_every_effect_has_a_notice_with_the_rule_and_the_words_but_not_who_reported(decision: Decision) -> None:
    ada, grace, made = await insulted()
    await decided(made.id, decision, rule=Category.SCAM, at_once="Money was asked for.", words="Stop it, please.")

    [told] = await notices(ada)

    assert (told.decision, told.rule) == (decision, Category.SCAM)
    assert told.text.words == "Stop it, please."
    assert told.text.quotes == ["You are a silly old goose, [name], and everybody knows it."]
    assert "Grace" not in str(told)
    assert str(grace.id) not in str(told)
    assert await notices(grace) == []
    assert [read.outcome for read in await my_reports(grace)] == ["acted"]


async def test_the_database_itself_refuses_an_effect_without_a_notice() -> None:
    _, _, made = await insulted()

    with pytest.raises(Exception, match="report_no_effect_without_notice"):
        await fetch(
            "UPDATE report SET decision = 'words_to_member', rule = 'scam', decided_by = {}, decided_at = now(), "
            "reason = 'x' WHERE id = {}",
            uuid4(),
            made.id,
        )


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"rule": None}, {"/rule missing"}),
        ({"words": ""}, {"/words missing"}),
        ({"parts": frozenset()}, {"/parts missing"}),
        ({"parts": frozenset({0, 1, 2})}, {"/parts not-theirs"}),
        ({"parts": frozenset({99})}, {"/parts not-theirs"}),
        ({"reason": "  "}, {"/reason missing"}),
        ({"words": "x" * 2001}, {"/words too-long"}),
        ({"decision": Decision.REQUESTS_PAUSED, "days": 8}, {"/days missing"}),
        ({"decision": Decision.ACCOUNT_SUSPENDED, "rule": Category.SCAM}, {"/at_once missing"}),
        ({"decision": Decision.ACCOUNT_SUSPENDED, "at_once": "Because."}, {"/decision too-soon"}),
    ],
)
async def test_what_is_missing_in_a_decision_is_named_and_nothing_is_done(
    values: dict[str, object], codes: set[str]
) -> None:
    ada, grace, connection_id = await make_talk()
    await make_message(grace, connection_id, "Good morning.")
    made = await report(grace, draft=about(TargetKind.MESSAGE, await make_message(ada, connection_id)))
    mo = await make_moderator()
    await claim(mo, made.id)
    whole = {
        "decision": Decision.WORDS_TO_MEMBER,
        "reason": "Plain to see.",
        "rule": Category.HARASSMENT,
        "words": "Please stop.",
        "parts": frozenset({2}),
    }

    with pytest.raises(InvalidError) as refused:
        await decide(mo, made.id, draft=DecisionCreate(**whole | values))  # type: ignore[arg-type]

    assert {f"{error.pointer} {error.code}" for error in refused.value.errors} == codes
    assert await notices(ada) == []
    assert len(await queue(mo)) == 1


async def test_nobody_is_left_to_act_on_when_the_account_is_gone() -> None:
    ada, _, made = await insulted()
    await fetch("DELETE FROM account WHERE id = {}", ada.id)

    with pytest.raises(InvalidError, match="needs to be put right") as refused:
        await decided(made.id, Decision.WORDS_REMOVED)
    assert refused.value.errors[0].code == "gone"

    mo = await fetch_one("SELECT claimed_by FROM report WHERE id = {}", made.id)
    assert mo is not None
    moderator = Member(mo["claimed_by"], "Mo", is_moderator=True)
    assert not (await open_case(moderator, made.id)).reported_is_here
    await decide(moderator, made.id, draft=DecisionCreate(decision=Decision.NO_ACTION, reason="They have left."))


async def test_a_report_without_words_of_the_other_can_be_decided_without_any() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    sent = await make_request(ada, grace)
    await fetch("UPDATE connection_request SET anchor_text = NULL WHERE id = {}", sent.id)
    made = await report(ada, draft=about(TargetKind.REQUEST, sent.id))
    mo = await make_moderator()
    await claim(mo, made.id)

    await decide(
        mo,
        made.id,
        draft=DecisionCreate(decision=Decision.WORDS_TO_MEMBER, reason="x", rule=Category.HARASSMENT, words="Be kind."),
    )

    assert (await notices(grace))[0].text.quotes == []


async def test_evidence_that_is_gone_is_told_and_nothing_is_decided() -> None:
    _, _, made = await insulted()
    mo = await make_moderator()
    await claim(mo, made.id)
    await fetch("DELETE FROM report_evidence")

    with pytest.raises(EvidenceBrokenError):
        await open_case(mo, made.id)


async def test_notices_are_new_until_they_were_seen_and_again_after_an_answer() -> None:
    ada, _, made = await insulted()
    assert await unseen_notices(ada) == 0
    await decided(made.id, Decision.WORDS_TO_MEMBER)
    assert await unseen_notices(ada) == 1
    await mark_seen(ada)
    assert await unseen_notices(ada) == 0

    await overturn(made.id, ada)

    assert await unseen_notices(ada) == 1


async def test_a_mail_tells_both_sides_that_something_waits_and_nothing_else() -> None:
    _, _, made = await insulted()
    await decided(made.id, Decision.WORDS_TO_MEMBER)

    rows = await fetch("SELECT kind, subject FROM outgoing_mail")

    assert [row["kind"] for row in rows] == ["notice_waits", "notice_waits"]
    assert len({row["subject"] for row in rows}) == 1


async def test_a_decision_that_fails_half_way_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    ada, _, made = await insulted()

    async def broken(case_id: UUID, reported: UUID | None) -> None:
        await suspend_or_lift(case_id, reported)
        raise RuntimeError("the light went out")

    monkeypatch.setattr("api.moderation.holding_decisions.suspend_or_lift", broken)
    with pytest.raises(RuntimeError):
        await decided(made.id, Decision.ACCOUNT_SUSPENDED, rule=Category.SCAM, at_once="Gifts.")

    assert await notices(ada) == []
    assert (await account(ada))["suspended_at"] is None
    assert await fetch("SELECT 1 FROM audit_entry WHERE act = 'decided'") == []
    assert await fetch("SELECT 1 FROM outgoing_mail") == []


async def test_old_cases_are_forgotten_with_their_evidence_but_not_what_still_has_an_effect() -> None:
    ada, grace, made = await insulted()
    waiting = await reported_again(ada, grace)
    appealed, suspended = await reported_again(ada, grace), await reported_again(ada, grace)
    await decided(made.id, Decision.REQUESTS_PAUSED)
    await decided(appealed, Decision.WORDS_TO_MEMBER)
    await appeal(ada, appealed, words="No.")
    await decided(suspended, Decision.ACCOUNT_SUSPENDED)
    assert await forget_old_cases() == 0
    await fetch("UPDATE report SET decided_at = {} WHERE decided_at IS NOT NULL", clock.now() - KEPT)

    assert await forget_old_cases() == 1

    left = {row["id"] for row in await fetch("SELECT id FROM report")}
    assert left == {waiting, appealed, suspended}
    assert {row["report"] for row in await fetch("SELECT report FROM report_evidence")} == left
    assert len(await fetch("SELECT 1 FROM audit_entry WHERE report = {}", made.id)) > 0
    assert timedelta(days=90) < KEPT
