"""Leaving hides a member at once, needs a proof of who it is, and can be undone for a week."""

import pytest
from httpx import AsyncClient

from api.accounts import queries as accounts
from api.accounts.leaving import AccountLeavingError
from api.accounts.schemas import Member
from api.accounts.services import sign_in
from api.connections import queries as connections
from api.conversations import queries as conversations
from api.conversations import services as messages
from api.conversations.schemas import MessageCreate
from api.database import fetch
from api.errors import NotFoundError
from api.limits.errors import TooManyError
from api.matching.queries import matches
from api.privacy import services
from api.privacy.erasure import erase, leave, leaves_at, stay
from api.profiles import queries as profiles
from api.profiles.reembedding import catch_up
from api.profiles.schemas import Purpose
from tests.api.accounts.making import credential_of
from tests.api.connections.making import make_connection, make_recipient, make_request, received, sent_by
from tests.factories import PASSWORD, as_member, email_of, make_member, make_statement
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database", "own_journal")


async def test_whoever_leaves_is_hidden_everywhere_at_once() -> None:
    grace = await make_recipient("Grace")
    connected, asked, asking = await make_member("Ada"), await make_member("Bea"), await make_recipient("Cleo")
    connection_id = await make_connection(connected, grace)
    await messages.send_message(grace, connection_id, draft=MessageCreate("The swifts are back."))
    open_request = await make_request(asked, grace)
    await make_request(grace, asking)
    [said] = (await profiles.my_statements(grace)).items
    alike = await make_member("Dora", statements=[said.text])
    assert grace.id in {match.member.id for match in (await matches(alike, purpose=Purpose.HOBBY)).items}

    await leave(grace)

    for other in (connected, asked, asking, alike):
        with pytest.raises(NotFoundError):
            await profiles.member(other, grace.id)
    assert (await connections.connections(connected)).items == []
    assert (await conversations.conversations(connected)).items == []
    assert await received(asking) == []
    [waiting] = await sent_by(asked)
    assert (waiting.id, waiting.state, waiting.recipient.display_name, waiting.anchor.text) == (
        open_request.id,
        "pending",
        "Someone who is not here",
        None,
    )
    assert grace.id not in {match.member.id for match in (await matches(alike, purpose=Purpose.HOBBY)).items}
    assert await fetch("SELECT 1 FROM statement_vector WHERE member = {}", grace.id) == []


async def test_leaving_reads_to_others_as_being_gone_already_does(client: AsyncClient) -> None:
    ada = await make_member("Ada", statements=["I count swifts and write them down."])
    grace = await make_recipient("Grace")
    await make_connection(ada, grace)
    headers = await as_member(client, ada)
    looks = []

    for step in (leave(grace), _erase(grace)):
        await step
        replies = [
            await client.get(f"/api/v1{path}", headers=headers)
            for path in (
                f"/members/{grace.id}",
                "/connections",
                "/connection-requests?box=sent",
                "/matches?purpose=hobby",
                "/blocks",
                "/me/slots",
            )
        ]
        looks.append([(reply.status_code, reply.text) for reply in replies])

    assert looks[0] == looks[1]


async def test_all_sessions_and_tokens_end_and_no_new_one_is_given(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    email = await email_of(ada.id)
    headers, session = await as_member(client, ada), await sign_in(email=email, password=PASSWORD)

    reply = await client.request("DELETE", "/api/v1/me", headers=headers, json={"password": PASSWORD})

    assert reply.status_code == 204
    assert (await client.get("/api/v1/me", headers=headers)).status_code == 401
    assert await accounts.member_by_session(session.token) is None
    with pytest.raises(AccountLeavingError):
        await sign_in(email=email, password=PASSWORD)
    refused = await client.post("/api/v1/tokens", json={"email": email, "password": PASSWORD, "name": "again"})
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/account-leaving")


async def test_leaving_needs_the_password(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    headers = await as_member(client, ada)

    reply = await client.request("DELETE", "/api/v1/me", headers=headers, json={"password": "not hers"})

    assert reply.status_code == 401
    assert await leaves_at(ada.id) is None


async def test_a_token_that_was_made_just_now_is_as_good_as_the_password(
    client: AsyncClient, moved_clock: MovedClock
) -> None:
    ada = await make_member("Ada")
    headers = await as_member(client, ada)
    moved_clock.move(minutes=16)

    late = await client.request("DELETE", "/api/v1/me", headers=headers)
    fresh = await client.request("DELETE", "/api/v1/me", headers=await as_member(client, ada))

    assert (late.status_code, late.json()["type"]) == (403, "/problems/sign-in-again")
    assert fresh.status_code == 204
    assert await leaves_at(ada.id) is not None


async def test_whoever_comes_back_finds_everything_as_it_was() -> None:
    grace, ada = await make_recipient("Grace"), await make_member("Ada")
    connection_id = await make_connection(ada, grace)
    await messages.send_message(grace, connection_id, draft=MessageCreate("The swifts are back."))
    vectors = await fetch("SELECT statement, vector::text FROM statement_vector WHERE member = {}", grace.id)
    await leave(grace)

    back = await stay(grace.id)

    assert back.id == grace.id
    assert (await profiles.member(ada, grace.id)).display_name == "Grace"
    assert [read.text for read in (await conversations.messages(ada, connection_id)).items] == ["The swifts are back."]
    assert await fetch("SELECT statement, vector::text FROM statement_vector WHERE member = {}", grace.id) == vectors
    assert (await sign_in(email=await email_of(grace.id), password=PASSWORD)).member.id == grace.id


async def test_nothing_is_encoded_for_whoever_leaves() -> None:
    ada = await make_recipient("Ada")
    await leave(ada)
    await fetch("DELETE FROM model_coverage")

    await catch_up()

    assert await fetch("SELECT 1 FROM statement_vector WHERE member = {}", ada.id) == []


async def test_whoever_leaves_writes_nothing_any_more() -> None:
    ada = await make_member("Ada")
    await leave(ada)

    with pytest.raises(NotFoundError):
        await make_statement(ada, "One more thing.")
    with pytest.raises(NotFoundError):
        await leave(ada)


async def _erase(member: Member) -> None:
    await erase(member.id)


async def test_whoever_leaves_is_told_by_mail_so_that_nobody_else_did_it() -> None:
    ada = await make_member("Ada")

    await leave(ada)

    assert [row["kind"] for row in await fetch("SELECT kind FROM outgoing_mail")] == ["account_deleted"]


async def test_nobody_keeps_the_model_busy_by_leaving_and_coming_back_again_and_again() -> None:
    ada = await make_member("Ada")
    for _ in range(5):
        await services.leave(ada, credential=await credential_of(ada))
        await stay(ada.id)

    with pytest.raises(TooManyError):
        await services.leave(ada, credential=await credential_of(ada))

    assert await leaves_at(ada.id) is None
