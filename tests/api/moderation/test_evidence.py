"""What is sealed with a report, and that it stays as it was."""

import pytest

from api.connections.schemas import Words
from api.connections.services import answer, ask
from api.database import fetch
from api.moderation.cases import claim, evidence_of, open_case
from api.moderation.errors import EvidenceBrokenError
from api.moderation.evidence import MESSAGES_BEFORE
from api.moderation.reporting import report
from api.moderation.schemas import Category, TargetKind
from api.profiles.me import update_me
from api.profiles.schemas import Audience, MeUpdate, StatementUpdate
from api.profiles.services import change_statement, delete_statement
from tests.api.connections.making import make_recipient, make_request
from tests.api.moderation.judging import INSULT, about, insulted, make_message, make_moderator, make_talk, sealed_texts
from tests.factories import make_member, make_statement

pytestmark = pytest.mark.usefixtures("database")


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

    assert await sealed_texts(made.id) == [
        ("anchor", "reporter", sent.anchor.text),
        ("reason", "reported", sent.reason),
        ("question", "reporter", "Which clock?"),
        ("answer", "reported", "The one of my aunt."),
    ]


async def test_a_profile_is_sealed_as_the_reporter_could_read_it() -> None:
    ada, grace = await make_member("Ada", statements=["Clocks and more clocks."]), await make_member("Grace")
    await update_me(ada, change=MeUpdate(pronouns="she/her"))
    await make_statement(ada, "Only for friends.", audience=Audience.CONNECTIONS)
    await make_statement(ada, "Not finished yet.", audience=Audience.NOBODY)

    made = await report(grace, draft=about(TargetKind.MEMBER, ada.id))

    assert await sealed_texts(made.id) == [
        ("name", "reported", "Ada"),
        ("pronouns", "reported", "she/her"),
        ("statement", "reported", "Clocks and more clocks."),
    ]


async def test_evidence_stays_when_its_author_deletes_or_changes_the_words_or_leaves() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    first, second = await make_statement(ada, "First words."), await make_statement(ada, "Second words.")
    reports = [await report(grace, draft=about(TargetKind.STATEMENT, one.id)) for one in (first, second)]

    await delete_statement(ada, first.id)
    await change_statement(ada, second.id, change=StatementUpdate(text="Nice words."))
    await fetch("DELETE FROM account WHERE id = {}", ada.id)

    assert [(await sealed_texts(one.id))[0][2] for one in reports] == ["First words.", "Second words."]


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
