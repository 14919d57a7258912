"""The pages about another member, and blocking."""

import re
from uuid import uuid4

from httpx import AsyncClient

from api.profiles.schemas import Audience, Purpose
from tests.api.connections.making import make_connection, make_recipient
from tests.factories import make_member, make_statement
from tests.web.browsing import browser_of


async def test_each_statement_can_be_the_reason_to_ask(client: AsyncClient) -> None:
    grace = await make_member("Grace")
    wrote = [await make_statement(grace, text) for text in ("I keep bees", "I sing alto")]
    browser = await browser_of(client, await make_member("Ada"))

    reply = await browser.open(f"/members/{grace.id}")

    for statement in wrote:
        assert f"/members/{grace.id}/request?purpose=hobby&amp;statement={statement.id}" in reply.text


async def test_only_what_the_reader_may_read_is_shown(client: AsyncClient) -> None:
    grace = await make_member("Grace", purposes=[Purpose.HOBBY, Purpose.BELIEF], statements=["I keep bees"])
    await make_statement(grace, "For my friends alone", audience=Audience.CONNECTIONS)
    await make_statement(grace, "I sit with the Quakers", purpose=Purpose.BELIEF)
    browser = await browser_of(client, await make_member("Ada"))

    reply = await browser.open(f"/members/{grace.id}")

    assert "I keep bees" in browser.text
    assert "For my friends alone" not in reply.text
    assert "Quakers" not in reply.text
    assert "Belief" not in browser.text


async def test_the_purpose_that_led_here_comes_first(client: AsyncClient) -> None:
    both = [Purpose.HOBBY, Purpose.INTEREST]
    grace = await make_member("Grace", purposes=both, statements=["I keep bees"])
    await make_statement(grace, "I read about old maps", purpose=Purpose.INTEREST)
    browser = await browser_of(client, await make_member("Ada", purposes=both))

    await browser.open(f"/members/{grace.id}?purpose=interest")

    assert browser.text.index("old maps") < browser.text.index("bees")


async def test_a_member_one_may_not_see_is_the_same_as_none(client: AsyncClient) -> None:
    hidden = await make_member("Grace", purposes=[Purpose.BELIEF])
    browser = await browser_of(client, await make_member("Ada"))

    unseen = await browser.open(f"/members/{hidden.id}")
    missing = await browser.open(f"/members/{uuid4()}")

    assert unseen.status_code == missing.status_code == 404
    assert unseen.text == missing.text.replace(str(missing.url.path), str(unseen.url.path))


async def test_a_connected_member_is_not_asked_again(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient()
    connection_id = await make_connection(ada, grace)
    await make_connection(ada, await make_recipient("Nur"))
    browser = await browser_of(client, ada)

    reply = await browser.open(f"/members/{grace.id}")

    assert "You are connected" in browser.text
    talks = re.findall(r'href="(/conversations/[^"]+)"', reply.text)
    assert talks == [f"/conversations/{connection_id}"] * 2, "back, and on: to the one that they have"
    assert "/request?" not in reply.text


async def test_ones_own_page_offers_neither_asking_nor_blocking(client: AsyncClient) -> None:
    ada = await make_member("Ada", statements=["I keep bees"])
    browser = await browser_of(client, ada)

    reply = await browser.open(f"/members/{ada.id}")

    assert "This is how others see you" in browser.text
    assert "/request?" not in reply.text
    assert f"/members/{ada.id}/block" not in reply.text


async def test_blocking_is_confirmed_hides_both_and_can_be_lifted(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    browser = await browser_of(client, ada)
    await browser.open(f"/members/{grace.id}/block")
    await browser.press("Block Grace")
    on_the_list = browser.text
    gone = (await browser.open(f"/members/{grace.id}")).status_code

    await browser.open(f"/blocks/{grace.id}/removal")
    still = (await browser.open(f"/members/{grace.id}")).status_code
    await browser.open(f"/blocks/{grace.id}/removal")
    await browser.press("Lift the block on Grace")

    assert "Grace\N{POP DIRECTIONAL ISOLATE} is blocked" in on_the_list
    assert (gone, still) == (404, 404), "to look is not to lift"
    assert "Nobody is blocked" in browser.text
    assert (await browser.open(f"/members/{grace.id}")).status_code == 200


async def test_a_block_that_is_not_there_cannot_be_lifted(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    browser = await browser_of(client, ada)

    not_blocked = await browser.open(f"/blocks/{grace.id}/removal")
    nobody = await browser.open(f"/blocks/{uuid4()}/removal")

    assert not_blocked.status_code == nobody.status_code == 404


async def test_whoever_is_blocked_learns_nothing(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    browser = await browser_of(client, ada)
    await browser.open(f"/members/{grace.id}/block")
    await browser.press("Block Grace")

    browser = await browser_of(client, grace)

    assert (await browser.open(f"/members/{ada.id}")).status_code == 404
    assert "Nobody is blocked" in (await browser.open("/blocks")).text
