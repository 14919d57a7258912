"""Words that a decision takes out, and that an appeal puts back."""

import pytest

from api.connections.queries import connections, request
from api.connections.reported import TAKEN_OUT
from api.connections.schemas import Refusal, Words
from api.connections.services import accept_request, answer, ask, refuse_request
from api.conversations.queries import messages
from api.database import fetch
from api.errors import InvalidError
from api.moderation.cases import claim, open_case
from api.moderation.deciding import decide
from api.moderation.notices import notice, notices
from api.moderation.reporting import report
from api.moderation.schemas import Category, Decision, DecisionCreate, TargetKind
from api.privacy.erasure import leave, stay
from api.profiles.queries import member, my_statements
from api.profiles.schemas import Audience, Purpose, Role, StatementUpdate
from api.profiles.services import change_statement, delete_statement, switch_off_purpose
from tests.api.connections.making import make_recipient, make_request
from tests.api.moderation.judging import (
    INSULT,
    about,
    decided,
    insulted,
    make_message,
    make_moderator,
    overturn,
)
from tests.factories import make_member, make_statement

pytestmark = pytest.mark.usefixtures("database")


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


async def test_what_was_made_a_draft_after_it_was_reported_comes_back_as_a_draft() -> None:
    """What its author hid from everybody would else be published again by an appeal that was granted."""
    ada, grace = await make_member("Ada"), await make_member("Grace")
    statement = await make_statement(ada, "You are geese, all of you.")
    made = await report(grace, draft=about(TargetKind.STATEMENT, statement.id))
    hidden = StatementUpdate(role=Role.SEEKING, audience=Audience.NOBODY)
    await change_statement(ada, statement.id, change=hidden)

    await decided(made.id, Decision.WORDS_REMOVED)
    await overturn(made.id, ada)

    assert [(one.text, one.role, one.audience) for one in (await my_statements(ada)).items] == [
        ("You are geese, all of you.", Role.SEEKING, Audience.NOBODY)
    ]
    assert (await member(grace, ada.id)).purposes == []


async def test_what_two_decisions_took_out_comes_back_when_neither_stands() -> None:
    """Whoever was reported by two would else only have to win one of two appeals."""
    ada, grace, nur = await make_member("Ada"), await make_member("Grace"), await make_member("Nur")
    statement = await make_statement(ada, "You are geese, all of you.")
    first, second = [
        await report(reporter, draft=about(TargetKind.STATEMENT, statement.id)) for reporter in (grace, nur)
    ]
    await decided(first.id, Decision.WORDS_REMOVED)
    await decided(second.id, Decision.WORDS_REMOVED)

    await overturn(first.id, ada)
    assert (await my_statements(ada)).items == []

    await overturn(second.id, ada)
    assert [one.text for one in (await my_statements(ada)).items] == ["You are geese, all of you."]


async def test_a_message_that_two_decisions_took_out_comes_back_when_neither_stands() -> None:
    ada, grace, first = await insulted()
    [connection] = (await connections(grace)).items
    second = await report(grace, draft=about(TargetKind.MESSAGE, await make_message(ada, connection.id, "And a duck.")))
    await decided(first.id, Decision.WORDS_REMOVED)
    moderator = await make_moderator()
    await claim(moderator, second.id)
    parts = (await open_case(moderator, second.id)).evidence.parts
    both = frozenset(place for place, part in enumerate(parts) if part.kind == "message")
    taken = DecisionCreate(
        decision=Decision.WORDS_REMOVED, reason="It is plain to see.", rule=Category.HARASSMENT, parts=both
    )
    await decide(moderator, second.id, draft=taken)

    async def said() -> set[str]:
        return {message.text for message in (await messages(grace, connection.id)).items}

    await overturn(second.id, ada)
    assert await said() == {TAKEN_OUT, "And a duck."}

    await overturn(first.id, ada)
    assert await said() == {INSULT, "And a duck."}


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


async def test_whoever_deletes_the_account_before_a_decision_does_not_bring_the_words_back_with_it() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    statement = await make_statement(ada, "You are geese, all of you.")
    made = await report(grace, draft=about(TargetKind.STATEMENT, statement.id))
    await leave(ada)

    await decided(made.id, Decision.WORDS_REMOVED)
    await stay(ada.id)

    assert (await my_statements(ada)).items == []
    assert (await member(grace, ada.id)).purposes == []


@pytest.mark.parametrize("now", ["You are geese, all of you!", "You are ge\u0435se, all of you, dear."])
async def test_words_in_which_a_letter_was_changed_are_taken_out_all_the_same(now: str) -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    statement = await make_statement(ada, "You are geese, all of you.")
    made = await report(grace, draft=about(TargetKind.STATEMENT, statement.id))
    await change_statement(ada, statement.id, change=StatementUpdate(text=now))

    await decided(made.id, Decision.WORDS_REMOVED)
    assert (await my_statements(ada)).items == []

    await overturn(made.id, ada)
    assert [one.text for one in (await my_statements(ada)).items] == [now]
