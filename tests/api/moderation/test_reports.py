"""What can be reported, and by whom."""

from uuid import uuid4

import pytest

from api.connections.schemas import Refusal
from api.connections.services import end_connection, refuse_request, withdraw_request
from api.database import fetch, fetch_one
from api.errors import InvalidError, NotFoundError
from api.moderation.cases import evidence_of
from api.moderation.queries import blocks
from api.moderation.reporting import MOST_WORDS, my_reports, report
from api.moderation.schemas import LONGEST_WORDS, TargetKind
from api.moderation.services import block_member
from api.profiles.queries import my_statements
from api.profiles.schemas import Audience
from api.profiles.services import delete_statement, switch_off_purpose
from tests.api.connections.making import make_recipient, make_request
from tests.api.moderation.judging import INSULT, about, insulted, make_message, make_talk, sealed_texts
from tests.factories import make_member, make_statement
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")


async def test_who_asked_can_report_the_sentence_with_which_they_were_refused() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    sent = await make_request(ada, grace)
    await refuse_request(grace, sent.id, refusal=Refusal(INSULT))

    made = await report(ada, draft=about(TargetKind.REQUEST, sent.id))

    assert (await sealed_texts(made.id))[-1] == ("refusal", "reported", INSULT)


async def test_after_one_blocked_them_a_member_can_still_be_reported() -> None:
    ada, grace = await make_member("Ada", statements=["Clocks and more clocks."]), await make_member("Grace")
    await block_member(grace, ada.id)

    made = await report(grace, draft=about(TargetKind.MEMBER, ada.id))

    assert ("statement", "reported", "Clocks and more clocks.") in await sealed_texts(made.id)


async def test_reporting_tells_nobody_behind_a_block_which_words_and_purposes_are_still_there() -> None:
    ada, grace = await make_member("Ada", statements=["Clocks and more clocks."]), await make_member("Grace")
    [statement] = (await my_statements(ada)).items
    await block_member(grace, ada.id)

    for change in (None, "its purpose is off", "it is deleted"):
        if change == "its purpose is off":
            await switch_off_purpose(ada, purpose=statement.purpose)
        elif change == "it is deleted":
            await delete_statement(ada, statement.id)
        with pytest.raises(NotFoundError):
            await report(grace, draft=about(TargetKind.STATEMENT, statement.id))


@pytest.mark.parametrize("kind", list(TargetKind))
async def test_what_never_was_theirs_to_see_is_not_there_to_be_reported(kind: TargetKind) -> None:
    ada, grace, connection_id = await make_talk()
    stranger = await make_member("Stranger", purposes=())
    [statement] = (await my_statements(grace)).items
    sent = await fetch_one("SELECT request FROM connection WHERE id = {}", connection_id)
    assert sent is not None
    targets = {
        TargetKind.MESSAGE: await make_message(ada, connection_id),
        TargetKind.REQUEST: sent["request"],
        TargetKind.MEMBER: ada.id,
        TargetKind.STATEMENT: statement.id,
    }

    for target in (targets[kind], uuid4()):
        with pytest.raises(NotFoundError):
            await report(stranger, draft=about(kind, target))


async def test_a_draft_or_what_is_for_connections_is_not_there_to_be_reported() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    hidden = [await make_statement(ada, "x", audience=audience) for audience in (Audience.CONNECTIONS, Audience.NOBODY)]

    for blocked in (False, True):
        for statement in hidden:
            with pytest.raises(NotFoundError):
                await report(grace, draft=about(TargetKind.STATEMENT, statement.id))
        if not blocked:
            await block_member(grace, ada.id)


async def test_a_message_can_be_reported_after_the_connection_ended_or_either_blocked_the_other() -> None:
    for end in ("ended", "blocked by the reporter", "blocked by the reported"):
        ada, grace, connection_id = await make_talk()
        message_id = await make_message(ada, connection_id)
        if end == "ended":
            await end_connection(ada, connection_id)
        else:
            await block_member(*((grace, ada.id) if end == "blocked by the reporter" else (ada, grace.id)))

        made = await report(grace, draft=about(TargetKind.MESSAGE, message_id, block=True))

        assert (await sealed_texts(made.id))[-1] == ("message", "reported", INSULT), end


async def test_a_request_can_be_reported_after_it_was_withdrawn(moved_clock: MovedClock) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    sent = await make_request(ada, grace)
    moved_clock.move(hours=25)
    await withdraw_request(ada, sent.id)

    made = await report(grace, draft=about(TargetKind.REQUEST, sent.id))

    assert ("reason", "reported", sent.reason) in await sealed_texts(made.id)


async def test_when_the_recipient_left_the_sender_can_report_their_request_and_it_names_nobody() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    sent = await make_request(ada, grace)
    await fetch("DELETE FROM account WHERE id = {}", grace.id)

    made = await report(ada, draft=about(TargetKind.REQUEST, sent.id, block=True))

    assert (await evidence_of(made.id)).reported_name == "Somebody who has left"


@pytest.mark.parametrize("kind", list(TargetKind))
async def test_nobody_reports_themself(kind: TargetKind) -> None:
    ada, _, connection_id = await make_talk()
    statement = await make_statement(ada, "Clocks.")
    target = {
        TargetKind.MESSAGE: await make_message(ada, connection_id),
        TargetKind.MEMBER: ada.id,
        TargetKind.STATEMENT: statement.id,
    }.get(kind)
    if target is None:  # a request always has another side
        return

    with pytest.raises(InvalidError, match="your own"):
        await report(ada, draft=about(kind, target))


async def test_words_that_are_too_long_are_refused_and_nothing_is_kept() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")

    with pytest.raises(InvalidError, match="at most"):
        await report(grace, draft=about(TargetKind.MEMBER, ada.id, words="x" * (LONGEST_WORDS + 1)))
    assert await my_reports(grace) == []

    for number in range(MOST_WORDS // LONGEST_WORDS - 1):
        await report(grace, draft=about(TargetKind.MEMBER, ada.id, words=str(number) * LONGEST_WORDS))
    with pytest.raises(InvalidError, match="as much about this as we can keep"):
        await report(grace, draft=about(TargetKind.MEMBER, ada.id, words="y" * LONGEST_WORDS))


async def test_a_report_blocks_when_that_is_wished_and_otherwise_not() -> None:
    ada, grace, made = await insulted()
    assert await blocks(grace) == []

    await report(grace, draft=about(TargetKind.MESSAGE, made.target.id, block=True))

    assert [member.id for member in await blocks(grace)] == [ada.id]
