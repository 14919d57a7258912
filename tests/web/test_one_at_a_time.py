"""Requests that wait, read one at a time; and those that are put aside for later, which nobody else learns."""

import pytest
from httpx import AsyncClient

from api.accounts.schemas import Member
from api.connections import queries, services
from api.connections.errors import NotNowError
from api.connections.schemas import Refusal, RequestRead, Words
from tests.api.connections.making import PAIRS, make_recipient, make_request, received, sent_by
from tests.factories import as_member, make_member
from tests.web.browsing import Browser, browser_of


async def _waiting(client: AsyncClient, *names: str) -> tuple[Member, list[RequestRead], Browser]:
    grace = await make_recipient("Grace", pair=0)
    asked = [
        await make_request(await make_member(name), grace, reason=f"{PAIRS[0][1]} {name} wonders about pendulums too.")
        for name in names
    ]
    return grace, asked, await browser_of(client, grace)


async def test_the_one_that_waited_longest_comes_first_and_each_leads_to_the_next(client: AsyncClient) -> None:
    _, asked, browser = await _waiting(client, "Ada", "Ben", "Cyd")

    seen = []
    await browser.open("/requests/waiting")
    for _ in asked:
        seen.append(browser.path)
        assert "Two more requests wait for you" in browser.text
        await browser.open(f"/requests/waiting?after={browser.path.rpartition('/')[2]}")

    assert seen == [f"/requests/{request.id}" for request in asked]
    assert browser.path == seen[0]


async def test_where_nothing_else_waits_it_says_so(client: AsyncClient) -> None:
    _, asked, browser = await _waiting(client, "Ada")

    await browser.open(f"/requests/waiting?after={asked[0].id}")

    assert browser.path == "/requests"
    assert "Nothing else waits for your answer." in browser.text


async def test_later_takes_it_out_of_those_that_wait_and_can_be_undone(client: AsyncClient) -> None:
    grace, asked, browser = await _waiting(client, "Ada", "Ben")
    await browser.open(f"/requests/{asked[0].id}")

    await browser.press("Later")

    assert await queries.waiting(grace) == 1
    assert "It is put aside" in browser.text
    assert "Waiting for your answer" not in browser.text
    await browser.open("/requests")
    assert browser.text.index("Waiting for you") < browser.text.index("Put aside for later")
    await browser.open(f"/requests/{asked[0].id}")
    await browser.press("Put it back")
    assert await queries.waiting(grace) == 2


async def test_a_request_that_is_put_aside_can_be_answered_and_looks_the_same_to_its_sender(
    client: AsyncClient,
) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    sent = await make_request(ada, grace)
    before = await sent_by(ada)

    await services.set_aside(grace, sent.id)

    assert await sent_by(ada) == before
    assert [request.set_aside for request in await received(grace)] == [True]
    assert (await services.accept_request(grace, sent.id)).connection_id is not None
    assert client


async def test_an_answer_brings_a_request_back_that_was_put_aside(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    sent = await make_request(ada, grace)
    await services.set_aside(grace, sent.id)
    await services.ask(grace, sent.id, words=Words("Which clock is it?"))

    await services.answer(ada, sent.id, words=Words("The one of my aunt."))

    assert await queries.waiting(grace) == 1
    assert client


async def test_only_what_waits_can_be_put_aside(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    sent = await make_request(ada, grace)
    await services.refuse_request(grace, sent.id, refusal=Refusal())

    with pytest.raises(NotNowError):
        await services.set_aside(grace, sent.id)

    headers = await as_member(client, ada)
    assert (await client.put(f"/api/v1/connection-requests/{sent.id}/later", headers=headers)).status_code == 404


async def test_programs_put_a_request_aside_and_take_it_up(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    address = f"/api/v1/connection-requests/{(await make_request(ada, grace)).id}/later"
    headers = await as_member(client, grace)

    aside = (await client.put(address, headers=headers)).json()
    again = (await client.delete(address, headers=headers)).json()

    assert (aside["set_aside"], again["set_aside"]) == (True, False)
