"""Connections: what stays of the reason, the private note, and a quiet end."""

import pytest

from api.connections import queries, services
from api.connections.schemas import ConnectionUpdate
from api.errors import InvalidError, NotFoundError
from api.profiles import services as profiles
from api.profiles.queries import my_statements
from api.profiles.schemas import Audience, Purpose, StatementUpdate
from tests.api.connections.making import MET, MET_REASON, make_connection, make_draft, make_recipient, sent_by, together
from tests.factories import make_member

pytestmark = pytest.mark.usefixtures("database")


async def test_a_note_is_read_by_its_writer_alone() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    connection_id = await make_connection(ada, grace)

    changed = await services.update_note(ada, connection_id, change=ConnectionUpdate("  Loves swifts. "))
    await services.update_note(grace, connection_id, change=ConnectionUpdate("Owes me a letter."))

    assert changed.note == (await queries.connection(ada, connection_id)).note == "Loves swifts."
    assert (await queries.connection(grace, connection_id)).note == "Owes me a letter."
    assert (await services.update_note(ada, connection_id, change=ConnectionUpdate(""))).note == ""


async def test_a_note_has_at_most_a_thousand_characters() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    connection_id = await make_connection(ada, grace)

    await services.update_note(ada, connection_id, change=ConnectionUpdate("x" * 1000))
    with pytest.raises(InvalidError):
        await services.update_note(ada, connection_id, change=ConnectionUpdate("x" * 1001))


async def test_an_ended_connection_is_gone_for_both() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    connection_id = await make_connection(ada, grace)

    await services.end_connection(grace, connection_id)

    for member in (ada, grace):
        assert (await queries.connections(member)).items == []
        with pytest.raises(NotFoundError):
            await queries.connection(member, connection_id)
        with pytest.raises(NotFoundError):
            await services.update_note(member, connection_id, change=ConnectionUpdate("Why?"))
        with pytest.raises(NotFoundError):
            await services.end_connection(member, connection_id)
    assert (await sent_by(ada))[0].connection_id is None


async def test_both_ending_it_at_once_end_it_once() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    connection_id = await make_connection(ada, grace)

    outcomes = await together(
        services.end_connection(ada, connection_id), services.end_connection(grace, connection_id)
    )

    assert sorted(outcomes) == ["done", "not-found"]


async def test_a_stranger_finds_no_connection() -> None:
    connection_id = await make_connection(await make_member(), await make_recipient())
    stranger = await make_member()

    for step in (
        queries.connection(stranger, connection_id),
        services.end_connection(stranger, connection_id),
        services.update_note(stranger, connection_id, change=ConnectionUpdate("Hm.")),
    ):
        with pytest.raises(NotFoundError):
            await step


async def test_the_list_goes_on_where_it_stopped() -> None:
    grace = await make_recipient("Grace", pair=0)
    for _ in range(3):
        await make_connection(await make_member(), grace)

    first = await queries.connections(grace, limit=2)
    second = await queries.connections(grace, limit=2, cursor=first.next)

    assert [*first.items, *second.items] == (await queries.connections(grace)).items
    assert second.next is None


@pytest.mark.parametrize("take_back", ["delete", "draft", "purpose off"])
async def test_words_that_their_author_took_back_leave_the_connection_of_the_other(take_back: str) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    connection_id = await make_connection(ada, grace)
    [statement] = (await my_statements(grace)).items
    assert (await queries.connection(ada, connection_id)).anchor_text == statement.text

    if take_back == "delete":
        await profiles.delete_statement(grace, statement.id)
    elif take_back == "draft":
        await profiles.change_statement(grace, statement.id, change=StatementUpdate(audience=Audience.NOBODY))
    else:
        await profiles.switch_off_purpose(grace, purpose=Purpose.HOBBY)

    assert (await queries.connection(ada, connection_id)).anchor_text is None
    assert (await queries.connections(ada)).items[0].anchor_text is None
    kept = None if take_back == "delete" else statement.text
    assert (await queries.connection(grace, connection_id)).anchor_text == kept


async def test_where_two_have_met_stays_with_their_connection() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    sent = await services.send_request(ada, draft=await make_draft(grace, anchor=MET, reason=MET_REASON))
    await services.accept_request(grace, sent.id)

    for member in (ada, grace):
        connection = (await queries.connections(member)).items[0]
        assert (connection.met_where, connection.anchor_text) == (MET.where, None)
