"""Moderators take cases, read them, and give them back; nobody looks at what they have a part in."""

from datetime import timedelta
from uuid import uuid4

import pytest

from api.accounts.schemas import Member
from api.connections.schemas import Refusal
from api.connections.services import end_connection, refuse_request
from api.database import fetch
from api.errors import NotFoundError
from api.moderation.audit import LINES_A_PAGE, audit_trail, note
from api.moderation.case_machine import CLAIM_LASTS
from api.moderation.cases import appeals_for_others, claim, look_at, open_case, queue, release, waiting_cases
from api.moderation.deciding import decide, decide_appeal
from api.moderation.errors import CaseClosedError, ClaimedError, NotTakenError
from api.moderation.notices import appeal
from api.moderation.reporting import report
from api.moderation.schemas import (
    AppealDecision,
    AppealOutcome,
    Category,
    Decision,
    DecisionCreate,
    TargetKind,
)
from api.moderation.services import block_member, unblock_member
from api.moderation.stuck import tell_of_stuck_cases
from api.privacy.erasure import erase
from tests.api.connections.making import PAIRS, make_connection, make_recipient, make_request
from tests.api.moderation.judging import about, as_moderator, decided, insulted, join_in, make_moderator
from tests.factories import make_member, make_statement
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")

NOTHING = DecisionCreate(decision=Decision.NO_ACTION, reason="Nothing is wrong with it.")


async def test_danger_waits_first_then_the_oldest_and_no_words_are_in_the_queue(moved_clock: MovedClock) -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    made = []
    for category in (Category.GENERIC, Category.SCAM, Category.DANGER):
        statement = await make_statement(ada, f"{category} words")
        moved_clock.move(hours=1)
        made.append(await report(grace, draft=about(TargetKind.STATEMENT, statement.id, category)))

    found = await queue(await make_moderator())

    assert [case.id for case in found] == [made[2].id, made[0].id, made[1].id]
    assert "words" not in str(found)
    assert "Ada" not in str(found)


async def test_a_taken_case_is_told_to_the_others_and_comes_back_after_an_hour(moved_clock: MovedClock) -> None:
    _, _, made = await insulted()
    mo, max_ = await make_moderator("Mo"), await make_moderator("Max")
    await claim(mo, made.id)

    with pytest.raises(ClaimedError, match="Mo has this case until"):
        await claim(max_, made.id)
    assert [(case.claimed_by, case.mine) for case in await queue(max_)] == [("Mo", False)]
    assert [(case.claimed_by, case.mine) for case in await queue(mo)] == [("Mo", True)]
    assert (await look_at(max_, made.id)).claimed_by == "Mo"
    assert await waiting_cases(max_) == 0
    with pytest.raises(NotTakenError):
        await open_case(max_, made.id)

    moved_clock.move(seconds=CLAIM_LASTS.total_seconds())
    assert await waiting_cases(max_) == 1
    assert (await look_at(max_, made.id)).claimed_by is None
    with pytest.raises(NotTakenError):
        await decide(mo, made.id, draft=NOTHING)
    await claim(max_, made.id)
    assert (await open_case(max_, made.id)).claimed_until == moved_clock.now() + timedelta(hours=1)


async def test_a_case_that_is_given_back_can_be_taken_by_another() -> None:
    _, _, made = await insulted()
    mo, max_ = await make_moderator("Mo"), await make_moderator("Max")
    await claim(mo, made.id)

    with pytest.raises(NotTakenError):
        await release(max_, made.id)
    await release(mo, made.id)

    await claim(max_, made.id)
    assert (await open_case(max_, made.id)).evidence.reported_name == "Ada"


async def test_a_decided_case_is_not_taken_read_or_decided_again() -> None:
    _, _, made = await insulted()
    mo = await decided(made.id, Decision.NO_ACTION)

    for attempt in (claim(mo, made.id), open_case(mo, made.id), decide(mo, made.id, draft=NOTHING)):
        with pytest.raises(CaseClosedError):
            await attempt
    with pytest.raises(NotFoundError):
        await look_at(mo, made.id)
    assert await queue(mo) == []


async def connected(moderator: Member, other: Member) -> None:
    await make_connection(moderator, other)


async def once_connected(moderator: Member, other: Member) -> None:
    await end_connection(moderator, await make_connection(moderator, other))


async def asked(moderator: Member, other: Member) -> None:
    await make_request(moderator, other)


async def blocked(moderator: Member, other: Member) -> None:
    await block_member(moderator, other.id)


async def blocking(moderator: Member, other: Member) -> None:
    await block_member(other, moderator.id)


async def asking(moderator: Member, other: Member) -> None:
    await make_statement(moderator, PAIRS[0][0])
    await make_request(other, moderator)


async def refused(moderator: Member, other: Member) -> None:
    await make_statement(moderator, PAIRS[0][0])
    await refuse_request(moderator, (await make_request(other, moderator)).id, refusal=Refusal())


@pytest.mark.parametrize("tie", [connected, once_connected, asked, refused, blocked])
@pytest.mark.parametrize("which", [0, 1], ids=["with the reported", "with the reporter"])
async def test_a_moderator_with_a_tie_finds_no_case(tie: object, which: int) -> None:
    ada, grace = await make_recipient("Ada"), await make_recipient("Grace")
    made = await report(grace, draft=about(TargetKind.MEMBER, ada.id))
    moderator = await make_moderator()
    await join_in(moderator)
    assert len(await queue(moderator)) == 1

    await tie(moderator, (ada, grace)[which])  # type: ignore[operator]  # one of the above

    await not_there(moderator, made.id)


@pytest.mark.parametrize("tie", [asking, blocking])
@pytest.mark.parametrize("before", [True, False], ids=["before the report", "after it"])
async def test_a_reported_member_takes_their_case_out_of_no_queue(tie: object, *, before: bool) -> None:
    ada, grace, moderator = await make_recipient("Ada"), await make_recipient("Grace"), await make_moderator()
    await join_in(moderator)
    if before:
        await tie(moderator, ada)  # type: ignore[operator]  # one of the above
    made = await report(grace, draft=about(TargetKind.MEMBER, ada.id))

    if not before:
        await tie(moderator, ada)  # type: ignore[operator]  # one of the above

    assert [case.id for case in await queue(moderator)] == [made.id]
    await claim(moderator, made.id)
    await decide(moderator, made.id, draft=NOTHING)


async def test_a_moderator_finds_no_case_of_a_reporter_who_had_blocked_them() -> None:
    ada, grace, moderator = await make_recipient("Ada"), await make_recipient("Grace"), await make_moderator()
    await join_in(moderator)
    await block_member(grace, moderator.id)

    made = await report(grace, draft=about(TargetKind.MEMBER, ada.id))
    await not_there(moderator, made.id)
    await unblock_member(grace, moderator.id)

    await not_there(moderator, made.id)


@pytest.mark.parametrize("which", [0, 1], ids=["the reported", "the reporter"])
async def test_a_tie_holds_when_the_account_it_was_to_is_gone(which: int) -> None:
    ada, grace = await make_recipient("Ada"), await make_recipient("Grace")
    made = await report(grace, draft=about(TargetKind.MEMBER, ada.id))
    moderator = await make_moderator()
    await join_in(moderator)
    await connected(moderator, (ada, grace)[which])

    await erase((ada, grace)[which].id)

    await not_there(moderator, made.id)
    assert [case.id for case in await queue(await make_moderator("Mia"))] == [made.id]


async def test_a_tie_at_the_moment_of_the_report_holds_also_when_it_is_lifted_later() -> None:
    ada, grace = await make_recipient("Ada"), await make_recipient("Grace")
    moderator = await make_moderator()
    await join_in(moderator)
    await block_member(moderator, ada.id)
    made = await report(grace, draft=about(TargetKind.MEMBER, ada.id))

    await unblock_member(moderator, ada.id)

    await not_there(moderator, made.id)


async def test_a_case_that_no_moderator_may_judge_is_told_to_whoever_runs_the_site_and_on_no_page() -> None:
    ada, grace = await make_recipient("Ada"), await make_recipient("Grace")
    await report(grace, draft=about(TargetKind.MEMBER, ada.id))
    moderator = await make_moderator()
    await join_in(moderator)
    assert await tell_of_stuck_cases() == 0

    await connected(moderator, ada)
    assert await tell_of_stuck_cases() == 1

    await make_moderator("Mia")
    assert await tell_of_stuck_cases() == 0


async def test_an_appeal_waits_for_a_second_moderator() -> None:
    ada, _, made = await insulted()
    await decided(made.id, Decision.WORDS_TO_MEMBER)
    await appeal(ada, made.id, words="I was joking.")
    assert await tell_of_stuck_cases() == 1

    await make_moderator("Mia")

    assert await tell_of_stuck_cases() == 0


@pytest.mark.parametrize("which", [0, 1], ids=["the reported", "the reporter"])
async def test_a_moderator_finds_no_case_of_their_own(which: int) -> None:
    ada, grace, made = await insulted()

    await not_there(await as_moderator((ada, grace)[which]), made.id)


async def test_for_ordinary_members_and_suspended_moderators_no_case_is_there() -> None:
    _, _, made = await insulted()

    await not_there(await make_member(), made.id)
    with pytest.raises(NotFoundError):
        await audit_trail(await make_member())


async def not_there(member: Member, case_id: object) -> None:
    """As if the case had never been: for everything that can be done about one."""
    if member.is_moderator:
        assert await queue(member) == []
        assert await waiting_cases(member) == 0
    else:
        for reading in (queue(member), waiting_cases(member), appeals_for_others(member)):
            with pytest.raises(NotFoundError):
                await reading
    draft = AppealDecision(outcome=AppealOutcome.UPHELD, reason="It stays as it is.")
    for attempt in (
        claim(member, case_id),  # type: ignore[arg-type]
        release(member, case_id),  # type: ignore[arg-type]
        look_at(member, case_id),  # type: ignore[arg-type]
        open_case(member, case_id),  # type: ignore[arg-type]
        decide(member, case_id, draft=NOTHING),  # type: ignore[arg-type]
        decide_appeal(member, case_id, draft=draft),  # type: ignore[arg-type]
    ):
        with pytest.raises(NotFoundError):
            await attempt


async def test_a_tie_that_comes_while_a_case_is_taken_stops_the_decision() -> None:
    ada, _, made = await insulted()
    mo = await make_moderator()
    await claim(mo, made.id)
    await fetch(
        "INSERT INTO block (id, blocker, blocked, created_at) VALUES ({}, {}, {}, now())", uuid4(), mo.id, ada.id
    )

    with pytest.raises(NotFoundError):
        await decide(mo, made.id, draft=NOTHING)

    await unblock_member(mo, ada.id)
    await decide(mo, made.id, draft=NOTHING)


async def test_what_moderators_do_is_written_down_with_every_reading_of_evidence() -> None:
    ada, grace, made = await insulted()
    mo, max_ = await make_moderator("Mo"), await make_moderator("Max")
    await claim(mo, made.id)
    await open_case(mo, made.id)
    await open_case(mo, made.id)
    await release(mo, made.id)
    await decided(made.id, Decision.REQUESTS_PAUSED, moderator=mo)
    await appeal(ada, made.id, words="I was only joking.")
    await claim(max_, made.id)
    await decide_appeal(max_, made.id, draft=AppealDecision(outcome=AppealOutcome.UPHELD, reason="It is no joke."))

    lines = (await audit_trail(max_)).items

    assert [(line.moderator, line.act, line.detail) for line in reversed(lines)] == [
        ("Mo", "claimed", ""),
        ("Mo", "read_evidence", ""),
        ("Mo", "read_evidence", ""),
        ("Mo", "released", ""),
        ("Mo", "claimed", ""),
        ("Mo", "read_evidence", ""),
        ("Mo", "decided", "requests_paused harassment 7 days"),
        ("Max", "claimed", "appeal"),
        ("Max", "decided_appeal", "upheld"),
    ]
    assert {line.report for line in lines} == {made.id}
    for side in (ada, grace):
        assert (await audit_trail(await as_moderator(side))).items == []


async def test_the_audit_trail_tells_no_moderator_that_a_reporter_had_blocked_them() -> None:
    ada, grace, mo, max_ = [await make_member(name) for name in ("Ada", "Grace", "Mo", "Max")]
    await block_member(grace, max_.id)
    statement = await make_statement(ada, "Words that hurt.")
    made = await report(grace, draft=about(TargetKind.STATEMENT, statement.id))
    await claim(await as_moderator(mo), made.id)

    assert await queue(await as_moderator(max_)) == []
    assert (await audit_trail(await as_moderator(max_))).items == []
    assert len((await audit_trail(await as_moderator(mo))).items) == 1


async def test_an_attempt_that_is_refused_leaves_no_line() -> None:
    _, _, made = await insulted()
    mo, max_ = await make_moderator("Mo"), await make_moderator("Max")
    await claim(mo, made.id)

    with pytest.raises(ClaimedError):
        await claim(max_, made.id)

    assert [line.moderator for line in (await audit_trail(mo)).items] == ["Mo"]


@pytest.mark.parametrize(
    "change", ["UPDATE audit_entry SET act = ''", "DELETE FROM audit_entry", "TRUNCATE audit_entry"]
)
async def test_the_audit_trail_cannot_be_changed_or_emptied(change: str) -> None:
    await note(uuid4(), "claimed")

    with pytest.raises(Exception, match="only added to"):
        await fetch(change)

    assert len(await fetch("SELECT 1 FROM audit_entry")) == 1


async def test_the_audit_trail_comes_in_pages() -> None:
    mo = await make_moderator()
    for number in range(LINES_A_PAGE + 1):
        await note(mo.id, "claimed", detail=str(number))

    first = await audit_trail(mo)
    rest = await audit_trail(mo, cursor=first.next)

    assert len(first.items) == LINES_A_PAGE
    assert [line.detail for line in rest.items] == ["0"]
    assert rest.next is None


async def test_lines_of_a_moderator_who_left_stay_without_their_name() -> None:
    mo, max_ = await make_moderator("Mo"), await make_moderator("Max")
    await note(mo.id, "claimed")

    await fetch("DELETE FROM account WHERE id = {}", mo.id)

    assert [line.moderator for line in (await audit_trail(max_)).items] == ["Somebody who has left"]
