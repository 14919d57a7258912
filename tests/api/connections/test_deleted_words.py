"""Words that their author takes back are gone from what others hold of them, and from the database."""

from httpx import AsyncClient

from api.connections import queries
from api.database import fetch
from api.profiles.queries import my_statements
from api.profiles.services import delete_statement
from tests.api.connections.making import make_connection, make_recipient, make_request, sent_by
from tests.factories import as_member, make_member


async def test_deleted_words_are_gone_from_connections_and_requests_for_both(client: AsyncClient) -> None:
    grace, ada, bea = await make_recipient("Grace"), await make_member("Ada"), await make_member("Bea")
    [said] = (await my_statements(grace)).items
    connection_id = await make_connection(ada, grace)
    await make_request(bea, grace)
    before = [(await queries.connection(who, connection_id)).anchor_text for who in (ada, grace)]

    await delete_statement(grace, said.id)

    assert before == [said.text, said.text]
    assert [(await queries.connection(who, connection_id)).anchor_text for who in (ada, grace)] == [None, None]
    assert [request.anchor.text for request in await sent_by(bea)] == [None]
    assert await fetch("SELECT 1 FROM connection_request WHERE anchor_text IS NOT NULL") == []
    assert await fetch("SELECT 1 FROM connection WHERE anchor_text IS NOT NULL") == []
    for who in (ada, grace):
        shown = await client.get(f"/api/v1/connections/{connection_id}", headers=await as_member(client, who))
        assert said.text not in shown.text
