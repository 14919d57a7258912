"""What decisions do, what members are told of them, and how appeals undo them."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from api import clock
from api.accounts.schemas import Member
from api.connections.errors import RequestsPausedError
from api.connections.queries import connections, request
from api.connections.reported import TAKEN_OUT
from api.connections.schemas import Refusal, Words
from api.connections.services import accept_request, answer, ask, refuse_request
from api.conversations.queries import messages
from api.database import fetch, fetch_one
from api.errors import InvalidError, NotFoundError, SuspendedError
from api.matching.queries import matches
from api.moderation.cases import appeals_for_others, claim, open_case, queue
from api.moderation.deciding import decide, decide_appeal
from api.moderation.errors import CaseClosedError, EvidenceBrokenError, NoAppealError, SameModeratorError
from api.moderation.notices import LONGEST_APPEAL, appeal, mark_seen, notice, notices, unseen_notices
from api.moderation.reporting import my_reports, report
from api.moderation.retention import forget_old_cases
from api.moderation.rules import KEPT
from api.moderation.schemas import (
    AppealDecision,
    AppealOutcome,
    Category,
    Decision,
    DecisionCreate,
    TargetKind,
)
from api.moderation.suspended_addresses import suspend_or_lift
from api.profiles.queries import member, my_statements
from api.profiles.schemas import Purpose, StatementUpdate
from api.profiles.services import change_statement, delete_statement, switch_off_purpose
from tests.api.connections.making import make_recipient, make_request
from tests.api.moderation.judging import (
    INSULT,
    about,
    account,
    decided,
    insulted,
    make_message,
    make_moderator,
    make_talk,
)
from tests.factories import make_member, make_statement
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")

OVERTURNED = AppealDecision(outcome=AppealOutcome.OVERTURNED, reason="It was a joke between friends.")
UPHELD = AppealDecision(outcome=AppealOutcome.UPHELD, reason="It was meant to hurt.")


async def overturn(case_id: object, of: Member, *, by: Member | None = None) -> None:
    """Appeal, and let another moderator take the decision back."""
    await appeal(of, case_id, words="It was a joke.")  # type: ignore[arg-type]
    moderator = by or await make_moderator("Max")
    await claim(moderator, case_id)  # type: ignore[arg-type]
    await decide_appeal(moderator, case_id, draft=OVERTURNED)  # type: ignore[arg-type]


async def reported_again(ada: Member, grace: Member) -> object:
    """One more report of something of Ada's."""
    statement = await make_statement(ada, f"You are geese, all of you, {uuid4()}.")
    return (await report(grace, draft=about(TargetKind.STATEMENT, statement.id))).id


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


async def test_paused_requests_cannot_be_sent_until_the_time_is_over_and_matches_go_on(
    moved_clock: MovedClock,
) -> None:
    ada, _, made = await insulted()
    emmy = await make_recipient("Emmy")
    before = [match.member.id for match in (await matches(ada, purpose=Purpose.HOBBY)).items]
    await decided(made.id, Decision.REQUESTS_PAUSED)

    with pytest.raises(RequestsPausedError, match="paused your requests until"):
        await make_request(ada, emmy)
    assert [match.member.id for match in (await matches(ada, purpose=Purpose.HOBBY)).items] == before

    moved_clock.move(days=7)
    assert (await make_request(ada, emmy)).recipient.id == emmy.id


async def test_pauses_add_up_to_the_longest_and_an_overturned_one_leaves_the_other() -> None:
    ada, grace, made = await insulted()
    await decided(made.id, Decision.REQUESTS_PAUSED, days=30)
    longest = (await account(ada))["requests_paused_until"]
    second = await reported_again(ada, grace)

    await decided(second, Decision.REQUESTS_PAUSED, days=7)  # type: ignore[arg-type]
    assert (await account(ada))["requests_paused_until"] == longest

    await overturn(made.id, ada)
    left = (await account(ada))["requests_paused_until"]
    assert left is not None
    assert left < longest  # type: ignore[operator]
    await overturn(second, ada)
    assert (await account(ada))["requests_paused_until"] is None


async def test_a_suspended_account_is_invisible_at_once_and_back_when_the_appeal_is_granted() -> None:
    ada, grace, made = await insulted()
    await make_statement(ada, "I repair clocks and count swifts above our street.")
    assert (await member(grace, ada.id)).display_name == "Ada"
    await decided(made.id, Decision.ACCOUNT_SUSPENDED, rule=Category.DANGER, at_once="Threats.")

    with pytest.raises(NotFoundError):
        await member(grace, ada.id)
    assert (await connections(grace)).items == []
    assert ada.id not in [match.member.id for match in (await matches(grace, purpose=Purpose.HOBBY)).items]
    with pytest.raises(SuspendedError):
        await make_request(ada, await make_recipient("Emmy"))

    await overturn(made.id, ada)
    assert (await member(grace, ada.id)).display_name == "Ada"
    assert len((await connections(grace)).items) == 1
    assert await account(ada) == {"suspended_at": None, "requests_paused_until": None}


async def test_an_account_suspended_twice_stays_so_until_both_are_overturned() -> None:
    ada, grace, made = await insulted()
    second = await reported_again(ada, grace)
    for case_id in (made.id, second):
        await decided(case_id, Decision.ACCOUNT_SUSPENDED, rule=Category.SCAM, at_once="Gifts.")  # type: ignore[arg-type]

    await overturn(made.id, ada)
    assert (await account(ada))["suspended_at"] is not None
    await overturn(second, ada)
    assert (await account(ada))["suspended_at"] is None


async def test_lists_are_computed_anew_after_a_suspension_and_after_its_end() -> None:
    ada, _, made = await insulted()
    await make_statement(ada, "I keep bees on the roof of a library.")
    cyd = await make_member("Cyd", statements=["Bees, and how they keep warm on a roof in winter."])

    async def listed() -> list[str]:
        return [match.member.display_name for match in (await matches(cyd, purpose=Purpose.HOBBY)).items]

    before = await listed()
    await decided(made.id, Decision.ACCOUNT_SUSPENDED, rule=Category.SCAM, at_once="Gifts.")
    between = await listed()
    await overturn(made.id, ada)

    assert (before, between, await listed()) == (["Ada"], [], ["Ada"])


async def test_the_account_comes_second_after_a_pause_that_stands() -> None:
    ada, grace, made = await insulted()
    with pytest.raises(InvalidError) as refused:
        await decided(made.id, Decision.ACCOUNT_SUSPENDED)
    assert [error.code for error in refused.value.errors] == ["too-soon"]
    assert await account(ada) == {"suspended_at": None, "requests_paused_until": None}
    mo = await fetch_one("SELECT claimed_by FROM report WHERE id = {}", made.id)
    assert mo is not None

    first = await reported_again(ada, grace)
    await decided(first, Decision.REQUESTS_PAUSED)  # type: ignore[arg-type]
    await overturn(first, ada)
    second = await reported_again(ada, grace)
    with pytest.raises(InvalidError):
        await decided(second, Decision.ACCOUNT_SUSPENDED)  # type: ignore[arg-type]

    third = await reported_again(ada, grace)
    await decided(third, Decision.REQUESTS_PAUSED)  # type: ignore[arg-type]
    fourth = await reported_again(ada, grace)
    await decided(fourth, Decision.ACCOUNT_SUSPENDED)  # type: ignore[arg-type]
    assert (await account(ada))["suspended_at"] is not None


async def test_the_database_itself_refuses_an_account_that_comes_first() -> None:
    _, _, made = await insulted()

    with pytest.raises(Exception, match="report_account_comes_second"):
        await fetch(
            "UPDATE report SET decision = 'account_suspended', rule = 'harassment', at_once = 'x', decided_by = {}, "
            "decided_at = now(), reason = 'x', notice = 'x' WHERE id = {}",
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


async def test_a_message_is_taken_out_for_both_and_put_back_by_an_appeal() -> None:
    ada, grace, made = await insulted()
    [connection] = (await connections(grace)).items

    async def said() -> list[str]:
        return [message.text for message in (await messages(grace, connection.id)).items]

    await decided(made.id, Decision.WORDS_REMOVED)
    assert await said() == [TAKEN_OUT]

    await overturn(made.id, ada)
    assert await said() == [INSULT]


async def test_a_statement_is_taken_out_and_put_back_by_an_appeal() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    statement = await make_statement(ada, "You are geese, all of you.")
    made = await report(grace, draft=about(TargetKind.STATEMENT, statement.id))

    await decided(made.id, Decision.WORDS_REMOVED)
    assert (await my_statements(ada)).items == []
    assert (await member(grace, ada.id)).purposes == []

    await overturn(made.id, ada)
    assert [(one.text, one.purpose) for one in (await my_statements(ada)).items] == [
        ("You are geese, all of you.", Purpose.HOBBY)
    ]


async def test_a_statement_that_cannot_be_put_back_is_still_in_the_notice() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    statement = await make_statement(ada, "You are geese, all of you.")
    made = await report(grace, draft=about(TargetKind.STATEMENT, statement.id))
    await decided(made.id, Decision.WORDS_REMOVED)
    await switch_off_purpose(ada, purpose=Purpose.HOBBY)

    await overturn(made.id, ada)

    assert (await my_statements(ada)).items == []
    assert (await notice(ada, made.id)).text.quotes == ["You are geese, all of you."]


async def test_words_that_were_changed_or_deleted_meanwhile_are_left_alone() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    changed, deleted = await make_statement(ada, "You are geese."), await make_statement(ada, "You are ducks.")
    made = [await report(grace, draft=about(TargetKind.STATEMENT, one.id)) for one in (changed, deleted)]
    await change_statement(ada, changed.id, change=StatementUpdate(text="I like geese."))
    await delete_statement(ada, deleted.id)

    for one in made:
        await decided(one.id, Decision.WORDS_REMOVED)
        await overturn(one.id, ada)

    assert [one.text for one in (await my_statements(ada)).items] == ["I like geese."]


async def test_a_message_that_has_gone_cannot_be_taken_out() -> None:
    ada, _, made = await insulted()
    await fetch("DELETE FROM message")

    await decided(made.id, Decision.WORDS_REMOVED)

    assert len(await notices(ada)) == 1


async def test_a_reason_is_taken_out_of_the_request_and_the_connection_and_put_back() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    sent = await make_request(ada, grace)
    made = await report(grace, draft=about(TargetKind.REQUEST, sent.id))
    await accept_request(grace, sent.id)

    async def reasons() -> set[str]:
        return {(await request(grace, sent.id)).reason, (await connections(grace)).items[0].reason}

    await decided(made.id, Decision.WORDS_REMOVED)
    assert await reasons() == {TAKEN_OUT}
    await overturn(made.id, ada)
    assert await reasons() == {sent.reason}


async def test_a_sentence_of_refusal_is_taken_out_and_put_back() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    sent = await make_request(ada, grace)
    await ask(grace, sent.id, words=Words("Which clock?"))
    await answer(ada, sent.id, words=Words("The old one."))
    await refuse_request(grace, sent.id, refusal=Refusal(INSULT))
    made = await report(ada, draft=about(TargetKind.REQUEST, sent.id))
    mo = await make_moderator()
    await claim(mo, made.id)
    place = [part.text for part in (await open_case(mo, made.id)).evidence.parts].index(INSULT)
    await decide(
        mo,
        made.id,
        draft=DecisionCreate(
            decision=Decision.WORDS_REMOVED, reason="Rude.", rule=Category.HARASSMENT, parts=frozenset({place})
        ),
    )

    async def texts() -> list[str | None]:
        return [event.text for event in (await request(ada, sent.id)).history if event.text]

    assert await texts() == ["Which clock?", "The old one.", TAKEN_OUT]
    await overturn(made.id, grace)
    assert await texts() == ["Which clock?", "The old one.", INSULT]


async def test_what_cannot_be_taken_out_by_itself_is_refused() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    made = await report(grace, draft=about(TargetKind.MEMBER, ada.id))
    mo = await make_moderator()
    await claim(mo, made.id)

    with pytest.raises(InvalidError) as refused:
        await decide(
            mo,
            made.id,
            draft=DecisionCreate(
                decision=Decision.WORDS_REMOVED, reason="x", rule=Category.HARASSMENT, parts=frozenset({0})
            ),
        )

    assert [error.code for error in refused.value.errors] == ["not-removable"]


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


async def test_notices_are_new_until_they_were_seen_and_again_after_an_answer() -> None:
    ada, _, made = await insulted()
    assert await unseen_notices(ada) == 0
    await decided(made.id, Decision.WORDS_TO_MEMBER)
    assert await unseen_notices(ada) == 1
    await mark_seen(ada)
    assert await unseen_notices(ada) == 0

    await overturn(made.id, ada)

    assert await unseen_notices(ada) == 1


async def test_an_overturned_decision_is_told_to_the_reporter_too_and_counts_no_more() -> None:
    ada, grace, made = await insulted()
    await decided(made.id, Decision.REQUESTS_PAUSED)
    await overturn(made.id, ada)
    assert [read.outcome for read in await my_reports(grace)] == ["overturned"]

    second = await reported_again(ada, grace)
    mo = await make_moderator()
    await claim(mo, second)  # type: ignore[arg-type]
    case = await open_case(mo, second)  # type: ignore[arg-type]
    assert [(one.decision, one.overturned) for one in case.earlier] == [(Decision.REQUESTS_PAUSED, True)]
    assert not case.may_suspend


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

    monkeypatch.setattr("api.moderation.deciding.suspend_or_lift", broken)
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
    await decided(appealed, Decision.WORDS_TO_MEMBER)  # type: ignore[arg-type]
    await appeal(ada, appealed, words="No.")  # type: ignore[arg-type]
    await decided(suspended, Decision.ACCOUNT_SUSPENDED)  # type: ignore[arg-type]
    assert await forget_old_cases() == 0
    await fetch("UPDATE report SET decided_at = {} WHERE decided_at IS NOT NULL", clock.now() - KEPT)

    assert await forget_old_cases() == 1

    left = {row["id"] for row in await fetch("SELECT id FROM report")}
    assert left == {waiting, appealed, suspended}
    assert {row["report"] for row in await fetch("SELECT report FROM report_evidence")} == left
    assert len(await fetch("SELECT 1 FROM audit_entry WHERE report = {}", made.id)) > 0
    assert timedelta(days=90) < KEPT
