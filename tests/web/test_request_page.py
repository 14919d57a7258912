"""The page of one request: what each side reads there, and what can be done about it."""

import pytest
from httpx import AsyncClient

from api.accounts.schemas import Member
from api.connections.schemas import RequestRead, Words
from api.connections.services import accept_request, ask, end_connection, withdraw_request
from tests.api.connections.making import a_request
from tests.factories import make_member
from tests.moved_clock import MovedClock
from tests.web.browsing import Browser, browser_of


async def _reads(client: AsyncClient, reader: Member, request: RequestRead) -> Browser:
    browser = await browser_of(client, reader)
    await browser.open(f"/requests/{request.id}")
    return browser


async def test_the_reason_stands_beside_the_words_it_is_about(client: AsyncClient) -> None:
    _, grace, request = await a_request()

    browser = await _reads(client, grace, request)

    assert f"You wrote {request.anchor.text}" in browser.text
    assert f"The reason of Ada {request.reason}" in browser.text


async def test_all_answers_have_the_same_weight(client: AsyncClient) -> None:
    _, grace, request = await a_request()

    browser = await _reads(client, grace, request)

    answers = browser.reply.text.partition("What would you like to do?")[2]
    assert answers.count('class="button quiet"') == 5
    assert 'class="button primary"' not in answers
    assert 'class="button danger"' not in answers
    assert "You need not do anything" in answers


async def test_saying_yes_leads_to_the_conversation(client: AsyncClient) -> None:
    _, grace, request = await a_request()
    browser = await _reads(client, grace, request)

    await browser.press("Accept")

    assert browser.path.startswith("/conversations/")
    assert "You are connected" in browser.text
    assert request.reason in browser.text


async def test_a_silent_no_changes_nothing_that_the_sender_sees(client: AsyncClient) -> None:
    ada, grace, request = await a_request()
    before = (await _reads(client, ada, request)).text
    browser = await _reads(client, grace, request)

    await browser.press("Say no silently")
    recipient_sees = browser.text

    assert "You said no silently. They are not told" in recipient_sees
    assert (await _reads(client, ada, request)).text == before


async def test_a_no_with_a_sentence_is_read_by_the_sender(client: AsyncClient) -> None:
    ada, grace, request = await a_request()
    browser = await _reads(client, grace, request)

    await browser.press("Say no", sentence="Thank you, but my hands are full this winter.")

    read = (await _reads(client, ada, request)).text
    assert "They said no" in read
    assert "my hands are full this winter" in read


async def test_a_sender_may_report_what_the_other_wrote_and_not_their_own_words(client: AsyncClient) -> None:
    ada, grace, request = await a_request()
    own_words_alone = (await _reads(client, ada, request)).text
    browser = await _reads(client, grace, request)
    received = browser.text

    await browser.press("Say no", sentence="Thank you, but my hands are full this winter.")

    assert "Report" not in own_words_alone
    assert "Report this request" in received
    browser = await _reads(client, ada, request)
    assert "Report what Grace wrote" in browser.text
    assert (await browser.open(f"/report/{request.id}?kind=request")).status_code == 200


async def test_an_empty_sentence_is_not_taken_for_silence(client: AsyncClient) -> None:
    _, grace, request = await a_request()
    browser = await _reads(client, grace, request)

    reply = await browser.press("Say no", sentence="  ")

    assert reply.status_code == 422
    assert "Write your sentence, or say no silently" in browser.text
    assert "Waiting for your answer" in browser.text


async def test_a_question_is_asked_and_answered(client: AsyncClient) -> None:
    ada, grace, request = await a_request()
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
    _, grace, request = await a_request()
    browser = await _reads(client, grace, request)

    reply = await browser.press("Ask", question=question)

    assert reply.status_code == 422
    assert browser.form("Ask").values["question"][0].startswith("Why? Why?")
    assert 'id="question-error"' in reply.text


async def test_a_request_can_be_taken_back_after_a_day_and_says_so_before(
    client: AsyncClient, moved_clock: MovedClock
) -> None:
    ada, _, request = await a_request()
    early = (await _reads(client, ada, request)).text

    moved_clock.move(hours=25)
    browser = await _reads(client, ada, request)
    await browser.press("Take it back")

    assert "You can take your request back one day after you sent it: from" in early
    assert "You took it back" in browser.text


async def test_a_no_can_be_thought_better_of(client: AsyncClient) -> None:
    _, grace, request = await a_request()
    browser = await _reads(client, grace, request)
    await browser.press("Say no silently")

    await browser.press("Open it again")

    assert "Waiting for your answer" in browser.text


async def test_an_answer_that_comes_too_late_is_told_and_keeps_its_words(
    client: AsyncClient, moved_clock: MovedClock
) -> None:
    ada, grace, request = await a_request()
    moved_clock.move(hours=25)
    browser = await _reads(client, grace, request)
    await withdraw_request(ada, request.id)

    reply = await browser.press("Ask", question="Which winter was that?")

    assert reply.status_code == 409
    assert "Taken back" in browser.text
    assert "Your words are not lost" in browser.text
    assert "Which winter was that?" in browser.text


async def test_a_request_of_others_is_not_found(client: AsyncClient) -> None:
    _, _, request = await a_request()
    browser = await browser_of(client, await make_member("Eve"))

    assert (await browser.open(f"/requests/{request.id}")).status_code == 404


async def test_the_address_that_a_refused_step_leaves_behind_leads_to_the_request(client: AsyncClient) -> None:
    _, grace, request = await a_request()
    browser = await _reads(client, grace, request)
    await browser.press("Ask", question="")
    left_behind = browser.path

    await browser.open(left_behind)

    assert left_behind != f"/requests/{request.id}"
    assert browser.path == f"/requests/{request.id}"


async def test_a_step_that_does_not_exist_is_not_found(client: AsyncClient) -> None:
    _, grace, request = await a_request()
    browser = await _reads(client, grace, request)

    reply = await client.post(f"/requests/{request.id}/applause", data=browser.form("Accept").values)

    assert reply.status_code == 404


async def test_while_a_question_is_open_one_may_still_answer(client: AsyncClient) -> None:
    _, grace, request = await a_request()
    await ask(grace, request.id, words=Words("Which winter was that?"))

    browser = await _reads(client, grace, request)

    assert browser.form("Accept")
    assert "No time runs until they answer" in browser.text
    assert "it runs out by itself" not in browser.text


async def test_a_connection_that_has_ended_is_not_called_accepted(client: AsyncClient) -> None:
    ada, grace, request = await a_request()
    after = await accept_request(grace, request.id)
    assert after.connection_id is not None
    await end_connection(grace, after.connection_id)

    for member in (ada, grace):
        browser = await _reads(client, member, request)

        assert "Accepted, and over" in browser.text
        assert "That has come to an end" in browser.text
        assert "Go to the conversation" not in browser.text


async def test_after_a_yes_the_way_on_stands_before_all_else(client: AsyncClient) -> None:
    _, grace, request = await a_request()
    await accept_request(grace, request.id)

    browser = await _reads(client, grace, request)

    assert "Ada asked to connect" in browser.text
    assert browser.text.index("Go to the conversation") < browser.text.index("Block Ada")
