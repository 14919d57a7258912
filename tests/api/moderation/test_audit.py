"""What moderators do is written down, and stays so."""

from uuid import uuid4

import pytest

from api.database import fetch
from api.moderation.audit import LINES_A_PAGE, audit_trail, note
from api.moderation.cases import claim, open_case, queue, release
from api.moderation.deciding import decide_appeal
from api.moderation.errors import ClaimedError
from api.moderation.notices import appeal
from api.moderation.reporting import report
from api.moderation.schemas import AppealDecision, AppealOutcome, Decision, TargetKind
from api.moderation.services import block_member
from tests.api.moderation.judging import about, as_moderator, decided, insulted, make_moderator
from tests.factories import make_member, make_statement

pytestmark = pytest.mark.usefixtures("database")


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
