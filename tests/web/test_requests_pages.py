"""The pages of requests received and sent, and what can be done about each."""

import re

import pytest
from httpx import AsyncClient

from api.accounts.schemas import Member
from api.connections.schemas import Refusal, RequestRead, Words
from api.connections.services import accept_request, ask, end_connection, refuse_request, withdraw_request
from api.profiles.me import update_me
from api.profiles.schemas import MeUpdate
from tests.api.connections.making import make_recipient, make_request
from tests.factories import make_member
from tests.moved_clock import MovedClock
from tests.web.browsing import Browser, browser_of


async def _request() -> tuple[Member, Member, RequestRead]:
    """Ada has asked Grace."""
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    return ada, grace, await make_request(ada, grace)


async def _reads(client: AsyncClient, reader: Member, request: RequestRead) -> Browser:
    browser = await browser_of(client, reader)
    await browser.open(f"/requests/{request.id}")
    return browser


async def test_each_side_finds_the_request_in_its_own_box(client: AsyncClient) -> None:
    ada, grace, request = await _request()

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


async def test_the_reason_stands_beside_the_words_it_is_about(client: AsyncClient) -> None:
    _, grace, request = await _request()

    browser = await _reads(client, grace, request)

    assert f"You wrote {request.anchor.text}" in browser.text
    assert f"The reason of Ada {request.reason}" in browser.text


async def test_all_answers_have_the_same_weight(client: AsyncClient) -> None:
    _, grace, request = await _request()

    browser = await _reads(client, grace, request)

    answers = browser.reply.text.partition("What would you like to do?")[2]
    assert answers.count('class="button quiet"') == 5
    assert 'class="button primary"' not in answers
    assert 'class="button danger"' not in answers
    assert "Nothing is fine too" in answers


async def test_saying_yes_leads_to_the_conversation(client: AsyncClient) -> None:
    _, grace, request = await _request()
    browser = await _reads(client, grace, request)

    await browser.press("Accept")

    assert browser.path.startswith("/conversations/")
    assert "You are connected" in browser.text
    assert request.reason in browser.text


async def test_a_silent_no_changes_nothing_that_the_sender_sees(client: AsyncClient) -> None:
    ada, grace, request = await _request()
    before = (await _reads(client, ada, request)).text
    browser = await _reads(client, grace, request)

    await browser.press("Say no silently")
    recipient_sees = browser.text

    assert "You said no" in recipient_sees
    assert (await _reads(client, ada, request)).text == before


async def test_a_no_with_a_sentence_is_read_by_the_sender(client: AsyncClient) -> None:
    ada, grace, request = await _request()
    browser = await _reads(client, grace, request)

    await browser.press("Say no", sentence="Thank you, but my hands are full this winter.")

    read = (await _reads(client, ada, request)).text
    assert "They said no" in read
    assert "my hands are full this winter" in read


async def test_an_empty_sentence_is_not_taken_for_silence(client: AsyncClient) -> None:
    _, grace, request = await _request()
    browser = await _reads(client, grace, request)

    reply = await browser.press("Say no", sentence="  ")

    assert reply.status_code == 422
    assert "Write your sentence, or say no silently" in browser.text
    assert "Waiting for your answer" in browser.text


async def test_a_question_is_asked_and_answered(client: AsyncClient) -> None:
    ada, grace, request = await _request()
    browser = await _reads(client, grace, request)
    await browser.press("Ask", question="Which winter was that?")
    asked = browser.text

    browser = await _reads(client, ada, request)
    to_answer = browser.text
    await browser.press("Answer", answer="The one with the long frost.")

    assert "You asked a question" in asked
    assert "They asked you a question" in to_answer
    assert "Which winter was that?" in to_answer
    assert "The one with the long frost." in (await _reads(client, grace, request)).text


@pytest.mark.parametrize("question", ["Why? " * 200, "Why? Why? My number is +44 7700 900123."])
async def test_a_question_that_cannot_be_sent_stays_in_its_field(client: AsyncClient, question: str) -> None:
    _, grace, request = await _request()
    browser = await _reads(client, grace, request)

    reply = await browser.press("Ask", question=question)

    assert reply.status_code == 422
    assert browser.form("Ask").values["question"][0].startswith("Why? Why?")
    assert 'id="question-error"' in reply.text


async def test_a_request_can_be_taken_back_after_a_day_and_says_so_before(
    client: AsyncClient, moved_clock: MovedClock
) -> None:
    ada, _, request = await _request()
    early = (await _reads(client, ada, request)).text

    moved_clock.move(hours=25)
    browser = await _reads(client, ada, request)
    await browser.press("Take it back")

    assert "You can take it back from" in early
    assert "You took it back" in browser.text


async def test_a_no_can_be_thought_better_of(client: AsyncClient) -> None:
    _, grace, request = await _request()
    browser = await _reads(client, grace, request)
    await browser.press("Say no silently")

    await browser.press("Open it again")

    assert "Waiting for your answer" in browser.text


async def test_an_answer_that_comes_too_late_is_told_and_keeps_its_words(
    client: AsyncClient, moved_clock: MovedClock
) -> None:
    ada, grace, request = await _request()
    moved_clock.move(hours=25)
    browser = await _reads(client, grace, request)
    await withdraw_request(ada, request.id)

    reply = await browser.press("Ask", question="Which winter was that?")

    assert reply.status_code == 409
    assert "Taken back" in browser.text
    assert "Your words are not lost" in browser.text
    assert "Which winter was that?" in browser.text


async def test_a_request_of_others_is_not_found(client: AsyncClient) -> None:
    _, _, request = await _request()
    browser = await browser_of(client, await make_member("Eve"))

    assert (await browser.open(f"/requests/{request.id}")).status_code == 404


async def test_the_address_that_a_refused_step_leaves_behind_leads_to_the_request(client: AsyncClient) -> None:
    _, grace, request = await _request()
    browser = await _reads(client, grace, request)
    await browser.press("Ask", question="")
    left_behind = browser.path

    await browser.open(left_behind)

    assert left_behind != f"/requests/{request.id}"
    assert browser.path == f"/requests/{request.id}"


async def test_a_step_that_does_not_exist_is_not_found(client: AsyncClient) -> None:
    _, grace, request = await _request()
    browser = await _reads(client, grace, request)

    reply = await client.post(f"/requests/{request.id}/applause", data=browser.form("Accept").values)

    assert reply.status_code == 404


async def test_while_a_question_is_open_one_may_still_answer(client: AsyncClient) -> None:
    _, grace, request = await _request()
    await ask(grace, request.id, words=Words("Which winter was that?"))

    browser = await _reads(client, grace, request)

    assert browser.form("Accept")
    assert "No time runs until they answer" in browser.text
    assert "it runs out by itself" not in browser.text


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
    ada, grace, request = await _request()
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
    _, grace, request = await _request()
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


async def test_a_connection_that_has_ended_is_not_called_accepted(client: AsyncClient) -> None:
    ada, grace, request = await _request()
    after = await accept_request(grace, request.id)
    assert after.connection_id is not None
    await end_connection(grace, after.connection_id)

    for member in (ada, grace):
        browser = await _reads(client, member, request)

        assert "Accepted, and over" in browser.text
        assert "That has come to an end" in browser.text
        assert "Go to the conversation" not in browser.text
