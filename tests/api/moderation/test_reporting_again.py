"""The same thing reported again: when it is the same report, and what that may tell."""

import pytest

from api.moderation.cases import claim, open_case
from api.moderation.recalling import reports_recalled
from api.moderation.reporting import my_reports, report
from api.moderation.schemas import Category, Decision, TargetKind
from api.moderation.services import block_member
from api.profiles.me import update_me
from api.profiles.queries import my_statements
from api.profiles.schemas import MeUpdate
from tests.api.moderation.judging import about, decided, insulted, make_moderator
from tests.factories import make_member, make_statement

pytestmark = pytest.mark.usefixtures("database")


async def test_words_that_were_reported_and_blocked_at_once_take_more_to_be_said_until_they_are_decided() -> None:
    ada, grace = await make_member("Ada", statements=["Clocks and more clocks."]), await make_member("Grace")
    [statement] = (await my_statements(ada)).items
    first = await report(grace, draft=about(TargetKind.STATEMENT, statement.id, block=True))

    assert (await report(grace, draft=about(TargetKind.STATEMENT, statement.id, block=True))).id == first.id
    await report(grace, draft=about(TargetKind.STATEMENT, statement.id, words="They wrote it to me before."))

    moderator = await make_moderator()
    await claim(moderator, first.id)
    assert (await open_case(moderator, first.id)).words == "They wrote it to me before."


async def test_reported_twice_is_the_same_report_with_what_was_added() -> None:
    _, grace, made = await insulted()
    again = about(TargetKind.MESSAGE, made.target.id, Category.DANGER, words="He knows where I live.")

    first = await report(grace, draft=again)
    second = await report(grace, draft=again)

    assert made.id == first.id == second.id
    assert first.category is Category.DANGER
    assert len(await my_reports(grace)) == 1
    moderator = await make_moderator()
    await claim(moderator, made.id)
    assert (await open_case(moderator, made.id)).words == "He knows where I live."


async def test_a_later_report_does_not_make_danger_less() -> None:
    _, grace, made = await insulted()
    await report(grace, draft=about(TargetKind.MESSAGE, made.target.id, Category.DANGER))

    after = await report(grace, draft=about(TargetKind.MESSAGE, made.target.id, Category.GENERIC))

    assert after.category is Category.DANGER


async def test_what_was_decided_is_reported_anew_only_when_it_changed_or_more_is_said() -> None:
    ada, grace = await make_member("Ada", statements=["Clocks."]), await make_member("Grace")
    first = await report(grace, draft=about(TargetKind.MEMBER, ada.id))
    await decided(first.id, Decision.NO_ACTION)

    assert (await report(grace, draft=about(TargetKind.MEMBER, ada.id))).id == first.id
    await make_statement(ada, "Geese.")
    second = await report(grace, draft=about(TargetKind.MEMBER, ada.id))
    assert second.id != first.id
    await decided(second.id, Decision.NO_ACTION)
    third = await report(grace, draft=about(TargetKind.MEMBER, ada.id, words="Look at the second one."))
    assert third.id not in {first.id, second.id}
    assert [one.id for one in await my_reports(grace)] == [third.id, second.id, first.id]


async def test_reporting_again_tells_nothing_of_what_changed_out_of_sight() -> None:
    ada, grace, made = await insulted()
    await decided(made.id, Decision.NO_ACTION)
    await block_member(ada, grace.id)

    await update_me(ada, change=MeUpdate(display_name="Adele"))

    assert (await report(grace, draft=about(TargetKind.MESSAGE, made.target.id))).id == made.id
    assert (await report(grace, draft=about(TargetKind.MESSAGE, made.target.id, words="Again."))).id != made.id


async def test_a_second_report_does_not_tell_whether_somebody_out_of_sight_wrote_something_new() -> None:
    ada, grace = await make_member("Ada", statements=["Clocks."]), await make_member("Grace")
    first = await report(grace, draft=about(TargetKind.MEMBER, ada.id, block=True))
    await decided(first.id, Decision.NO_ACTION)
    before = await report(grace, draft=about(TargetKind.MEMBER, ada.id))

    await make_statement(ada, "Geese.")

    assert await report(grace, draft=about(TargetKind.MEMBER, ada.id)) == before
    assert [one.id for one in await my_reports(grace)] == [first.id]
    assert (await report(grace, draft=about(TargetKind.MEMBER, ada.id, words="It goes on."))).id != first.id


async def test_who_blocked_somebody_whom_they_reported_does_not_learn_their_new_name() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    await report(grace, draft=about(TargetKind.MEMBER, ada.id, block=True))

    await update_me(ada, change=MeUpdate(display_name="Nora"))

    assert [one.name for one in (await reports_recalled(grace)).values()] == ["Ada"]


async def test_who_was_blocked_by_whom_they_reported_reads_no_name_and_then_their_own_block() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    await report(grace, draft=about(TargetKind.MEMBER, ada.id))
    assert [one.name for one in (await reports_recalled(grace)).values()] == ["Ada"]

    await block_member(ada, grace.id)

    assert [one.name for one in (await reports_recalled(grace)).values()] == [None]
