"""Connections: what stays of the reason, the private note, and a quiet end."""

import pytest

from api.connections import queries, services
from api.connections.schemas import ConnectionUpdate
from api.errors import InvalidError, NotFoundError
from tests.api.connections.making import make_connection, make_recipient, sent_by
from tests.api.connections.test_races import together
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
