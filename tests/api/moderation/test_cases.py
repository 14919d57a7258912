"""Moderators take cases, read them, and give them back."""

from datetime import timedelta

import pytest

from api.errors import NotFoundError
from api.moderation.case_machine import CLAIM_LASTS
from api.moderation.cases import claim, look_at, open_case, queue, release, waiting_cases
from api.moderation.deciding import decide
from api.moderation.errors import CaseClosedError, ClaimedError, NotTakenError
from api.moderation.reporting import report
from api.moderation.schemas import Category, Decision, TargetKind
from tests.api.moderation.judging import NOTHING, about, decided, insulted, make_moderator
from tests.factories import make_member, make_statement
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")


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


async def test_nobody_hides_a_report_behind_many_of_their_own(moved_clock: MovedClock) -> None:
    """Thirty a day by each of four accounts, all of them for danger, were more than a moderator is shown."""
    grace, nur = await make_member("Grace"), await make_member("Nur")
    many = []
    for _ in range(5):
        statement = await make_statement(await make_member("Ada"), "I carve spoons.")
        many.append(await report(grace, draft=about(TargetKind.STATEMENT, statement.id, Category.DANGER)))
        moved_clock.move(minutes=1)
    insult = await make_statement(await make_member("Eve"), "You are geese, all of you.")
    real = await report(nur, draft=about(TargetKind.STATEMENT, insult.id))
    moderator = await make_moderator()

    waiting = [case.id for case in await queue(moderator)]
    await decided(many[0].id, Decision.NO_ACTION, moderator=moderator)
    after = [case.id for case in await queue(moderator)]

    assert waiting == [*(one.id for one in many[:3]), real.id, *(one.id for one in many[3:])]
    assert after == [*(one.id for one in many[1:4]), real.id, many[4].id]


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
