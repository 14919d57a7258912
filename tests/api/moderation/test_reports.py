"""What can be reported, by whom, and what is sealed with it."""

from uuid import uuid4

import pytest

from api.connections.schemas import Refusal, Words
from api.connections.services import answer, ask, end_connection, refuse_request, withdraw_request
from api.database import fetch, fetch_one
from api.errors import InvalidError, NotFoundError
from api.moderation.cases import claim, evidence_of, open_case
from api.moderation.errors import EvidenceBrokenError
from api.moderation.evidence import MESSAGES_BEFORE
from api.moderation.queries import blocks
from api.moderation.reporting import MOST_WORDS, my_reports, report
from api.moderation.schemas import LONGEST_WORDS, Category, Decision, TargetKind
from api.moderation.services import block_member
from api.profiles.me import update_me
from api.profiles.queries import my_statements
from api.profiles.schemas import Audience, MeUpdate, StatementUpdate
from api.profiles.services import change_statement, delete_statement, switch_off_purpose
from tests.api.connections.making import make_recipient, make_request
from tests.api.moderation.judging import INSULT, about, decided, insulted, make_message, make_moderator, make_talk
from tests.factories import make_member, make_statement
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")


async def texts(report_id: object) -> list[tuple[str, str, str]]:
    """The pieces of the evidence: kind, by whom, text."""
    return [(part.kind, part.by, part.text) for part in (await evidence_of(report_id)).parts]  # type: ignore[arg-type]


async def test_a_message_is_sealed_with_the_promise_and_what_was_said_before_by_both_sides() -> None:
    ada, grace, connection_id = await make_talk()
    for number in range(MESSAGES_BEFORE):
        await make_message(ada if number % 2 else grace, connection_id, f"Word {number}")
    insult = await make_message(ada, connection_id)
    await make_message(ada, connection_id, "And one more after it.")

    made = await report(grace, draft=about(TargetKind.MESSAGE, insult))

    evidence = await evidence_of(made.id)
    assert evidence.parts[0].kind == "reason"
    assert [(part.by, part.text) for part in evidence.parts[1:]] == [
        *[("reported" if number % 2 else "reporter", f"Word {number}") for number in range(MESSAGES_BEFORE)],
        ("reported", INSULT),
    ]
    assert [part.text for part in evidence.parts if part.concerned] == [INSULT]
    assert (evidence.reporter_name, evidence.reported_name) == ("Grace", "Ada")


async def test_a_request_is_sealed_with_its_anchor_its_reason_and_what_was_asked_and_answered() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    sent = await make_request(ada, grace)
    await ask(grace, sent.id, words=Words("Which clock?"))
    await answer(ada, sent.id, words=Words("The one of my aunt."))

    made = await report(grace, draft=about(TargetKind.REQUEST, sent.id, Category.GENERIC))

    assert await texts(made.id) == [
        ("anchor", "reporter", sent.anchor.text),
        ("reason", "reported", sent.reason),
        ("question", "reporter", "Which clock?"),
        ("answer", "reported", "The one of my aunt."),
    ]


async def test_who_asked_can_report_the_sentence_with_which_they_were_refused() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    sent = await make_request(ada, grace)
    await refuse_request(grace, sent.id, refusal=Refusal(INSULT))

    made = await report(ada, draft=about(TargetKind.REQUEST, sent.id))

    assert (await texts(made.id))[-1] == ("refusal", "reported", INSULT)


async def test_a_profile_is_sealed_as_the_reporter_could_read_it() -> None:
    ada, grace = await make_member("Ada", statements=["Clocks and more clocks."]), await make_member("Grace")
    await update_me(ada, change=MeUpdate(pronouns="she/her"))
    await make_statement(ada, "Only for friends.", audience=Audience.CONNECTIONS)
    await make_statement(ada, "Not finished yet.", audience=Audience.NOBODY)

    made = await report(grace, draft=about(TargetKind.MEMBER, ada.id))

    assert await texts(made.id) == [
        ("name", "reported", "Ada"),
        ("pronouns", "reported", "she/her"),
        ("statement", "reported", "Clocks and more clocks."),
    ]


async def test_after_one_blocked_them_a_member_can_still_be_reported() -> None:
    ada, grace = await make_member("Ada", statements=["Clocks and more clocks."]), await make_member("Grace")
    await block_member(grace, ada.id)

    made = await report(grace, draft=about(TargetKind.MEMBER, ada.id))

    assert ("statement", "reported", "Clocks and more clocks.") in await texts(made.id)


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


async def test_words_that_were_reported_and_blocked_at_once_take_more_to_be_said_until_they_are_decided() -> None:
    ada, grace = await make_member("Ada", statements=["Clocks and more clocks."]), await make_member("Grace")
    [statement] = (await my_statements(ada)).items
    first = await report(grace, draft=about(TargetKind.STATEMENT, statement.id, block=True))

    assert (await report(grace, draft=about(TargetKind.STATEMENT, statement.id, block=True))).id == first.id
    await report(grace, draft=about(TargetKind.STATEMENT, statement.id, words="They wrote it to me before."))

    moderator = await make_moderator()
    await claim(moderator, first.id)
    assert (await open_case(moderator, first.id)).words == "They wrote it to me before."


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

        assert (await texts(made.id))[-1] == ("message", "reported", INSULT), end


async def test_a_request_can_be_reported_after_it_was_withdrawn(moved_clock: MovedClock) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    sent = await make_request(ada, grace)
    moved_clock.move(hours=25)
    await withdraw_request(ada, sent.id)

    made = await report(grace, draft=about(TargetKind.REQUEST, sent.id))

    assert ("reason", "reported", sent.reason) in await texts(made.id)


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


async def test_evidence_stays_when_its_author_deletes_or_changes_the_words_or_leaves() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    first, second = await make_statement(ada, "First words."), await make_statement(ada, "Second words.")
    reports = [await report(grace, draft=about(TargetKind.STATEMENT, one.id)) for one in (first, second)]

    await delete_statement(ada, first.id)
    await change_statement(ada, second.id, change=StatementUpdate(text="Nice words."))
    await fetch("DELETE FROM account WHERE id = {}", ada.id)

    assert [(await texts(one.id))[0][2] for one in reports] == ["First words.", "Second words."]


async def test_evidence_and_words_are_not_readable_in_the_database() -> None:
    _, grace, made = await insulted()
    await report(grace, draft=about(TargetKind.MESSAGE, made.target.id, words="It frightened me."))

    rows = await fetch("SELECT r.words, e.sealed FROM report AS r JOIN report_evidence AS e ON e.report = r.id")

    assert "frightened" not in rows[0]["words"]
    assert "goose" not in rows[0]["sealed"]


async def test_evidence_cannot_be_changed_and_what_was_slipped_in_is_not_read() -> None:
    _, _, made = await insulted()
    _, _, other = await insulted()
    with pytest.raises(Exception, match="evidence is never changed"):
        await fetch("UPDATE report_evidence SET sealed = 'x' WHERE report = {}", made.id)

    await fetch("ALTER TABLE report_evidence DISABLE TRIGGER report_evidence_stays")
    try:
        await fetch(
            "UPDATE report_evidence SET sealed = (SELECT sealed FROM report_evidence WHERE report = {}) "
            "WHERE report = {}",
            other.id,
            made.id,
        )
        await fetch("UPDATE report_evidence SET digest = 'x' WHERE report = {}", other.id)
    finally:
        await fetch("ALTER TABLE report_evidence ENABLE TRIGGER report_evidence_stays")

    moderator = await make_moderator()
    for each in (made, other):
        await claim(moderator, each.id)
        with pytest.raises(EvidenceBrokenError):
            await open_case(moderator, each.id)


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
