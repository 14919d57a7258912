"""The pages of requests received and sent: which stand there, in which order, and how many may wait."""

import re

import pytest
from httpx import AsyncClient

from api.connections.schemas import Refusal, Words
from api.connections.services import ask, refuse_request
from api.profiles.me import update_me
from api.profiles.schemas import MeUpdate
from tests.api.connections.making import a_request, make_recipient, make_request
from tests.factories import make_member
from tests.web.browsing import browser_of


async def test_each_side_finds_the_request_in_its_own_box(client: AsyncClient) -> None:
    ada, grace, request = await a_request()

    received = (await (await browser_of(client, grace)).open("/requests")).text
    sent = (await (await browser_of(client, ada)).open("/requests?box=sent")).text

    assert f"/requests/{request.id}" in received
    assert "Waiting for your answer" in received
    assert f"/requests/{request.id}" in sent
    assert "No answer yet" in sent
    assert "Two are still free" in sent


async def test_empty_boxes_say_what_one_can_do(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member())

    await browser.open("/requests")
    received = browser.text
    await browser.open("/requests?box=sent")

    assert "Nobody has asked you yet" in received
    assert "You have not asked anyone yet" in browser.text


async def test_what_is_open_stands_before_what_is_over(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    grace, mary = await make_recipient("Grace", pair=0), await make_recipient("Mary", pair=1)
    over, asked = await make_request(ada, mary), await make_request(ada, grace)
    await refuse_request(mary, over.id, refusal=Refusal("Not now, but thank you."))
    await ask(grace, asked.id, words=Words("Which clock is it?"))
    browser = await browser_of(client, ada)

    await browser.open("/requests?box=sent")

    parts = browser.text.split("Answered or over")
    assert "They asked you a question" in parts[0]
    assert "They said no" in parts[1]


async def test_a_silent_no_moves_a_request_for_its_recipient_alone(client: AsyncClient) -> None:
    ada, grace, request = await a_request()
    browser = await browser_of(client, ada)
    before = (await browser.open("/requests?box=sent")).text
    await refuse_request(grace, request.id, refusal=Refusal())

    assert (await browser.open("/requests?box=sent")).text == before
    browser = await browser_of(client, grace)
    await browser.open("/requests")

    assert "You said no" in browser.text.split("Answered or over")[1]


async def test_older_requests_that_are_over_are_on_the_next_page(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.pages.requests.REQUESTS_A_PAGE", 1)
    ada = await make_member("Ada")
    for pair in range(2):
        recipient = await make_recipient(f"Grace{pair}", pair=pair)
        await refuse_request(recipient, (await make_request(ada, recipient)).id, refusal=Refusal("No, thank you."))
    await make_request(ada, await make_recipient("Mary", pair=2))
    browser = await browser_of(client, ada)
    await browser.open("/requests?box=sent")
    older = re.search(r"/requests\?box=sent&amp;cursor=[^\"]+", browser.reply.text)
    assert older is not None

    await browser.open(older[0].replace("&amp;", "&"))

    assert "Grace0" in browser.text
    assert "Grace1" not in browser.text
    assert "Mary" not in browser.text


async def test_whoever_lets_no_more_requests_wait_is_told_why_nobody_new_asks(client: AsyncClient) -> None:
    _, grace, request = await a_request()
    browser = await browser_of(client, grace)
    await browser.open("/requests")
    before = browser.text
    await update_me(grace, change=MeUpdate(request_capacity=1))
    await refuse_request(grace, request.id, refusal=Refusal())

    await browser.open("/requests")

    assert "nobody new can ask you just now" not in before
    assert "You let one request wait at a time, and there are as many" in browser.text


async def test_whoever_lets_fewer_wait_than_there_are_is_told_that_there_are_more(client: AsyncClient) -> None:
    grace = await make_recipient("Grace")
    for name in ("Ada", "Mary"):
        await make_request(await make_member(name), grace)
    await update_me(grace, change=MeUpdate(request_capacity=1))

    browser = await browser_of(client, grace)
    await browser.open("/requests")

    assert "You let one request wait at a time, and there are more, so nobody new" in browser.text


async def test_every_request_that_is_open_is_found_however_many_there_are(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.pages.requests.OPEN_A_PAGE", 2)
    grace = await make_recipient("Grace")
    names = [f"Ada{number}" for number in range(5)]
    for name in names:
        await make_request(await make_member(name), grace)
    browser = await browser_of(client, grace)
    await browser.open("/requests")
    pages = [browser.text]

    while more := re.search(r'href="([^"]+)"[^>]*>\s*Show more that are open', browser.reply.text):
        await browser.open(more[1].replace("&amp;", "&"))
        pages.append(browser.text)

    assert [[name for name in names if name in text] for text in pages] == [
        ["Ada3", "Ada4"],
        ["Ada1", "Ada2"],
        ["Ada0"],
    ]
