"""What can be done about a request once it is there, by whom, and what each side then reads."""

from uuid import uuid4

import pytest

from api.connections import queries, services
from api.connections.errors import NotNowError
from api.connections.schemas import Box, Refusal, RequestRead, RequestState, Words
from api.errors import InvalidError, NotFoundError
from tests.api.connections.making import SENTENCE, a_request, kinds, make_recipient, make_request, received, sent_by
from tests.factories import make_member
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")


async def test_accepting_connects_the_two_with_the_reason_pinned() -> None:
    ada, grace, sent = await a_request()

    accepted = await services.accept_request(grace, sent.id)

    [hers], [theirs] = (await queries.connections(ada)).items, (await queries.connections(grace)).items
    assert accepted.state is RequestState.ACCEPTED
    assert accepted.connection_id == hers.id == theirs.id
    assert hers.reason == theirs.reason == sent.reason
    assert (hers.asked_by_me, theirs.asked_by_me) == (True, False)
    assert (hers.member.display_name, theirs.member.display_name) == ("Grace", "Ada")
    assert hers.anchor_text == sent.anchor.text
    assert (await queries.slots(ada)).open == 0
    assert await queries.waiting(grace) == 0


async def test_a_question_and_its_answer_stand_in_the_history_of_both(moved_clock: MovedClock) -> None:
    ada, grace, sent = await a_request()

    asked = await services.ask(grace, sent.id, words=Words(" Where did we meet? "))
    waiting_while_asked = await queries.waiting(grace)
    moved_clock.move(days=40)
    answered = await services.answer(ada, sent.id, words=Words("On the ferry."))

    assert (asked.state, asked.rounds, asked.can) == (RequestState.ASKED, 1, ["acceptance", "refusal"])
    assert (waiting_while_asked, await queries.waiting(grace)) == (0, 1)
    assert answered.state is RequestState.PENDING
    assert (answered.expires_at - sent.expires_at).days == 40
    for reader in (ada, grace):
        read = await queries.request(reader, sent.id)
        assert [(event.kind, event.text, event.by_me) for event in read.history] == [
            ("sent", None, reader is ada),
            ("question", "Where did we meet?", reader is grace),
            ("answer", "On the ferry.", reader is ada),
        ]


async def test_contact_details_wait_until_the_two_are_connected() -> None:
    ada, grace, sent = await a_request()

    with pytest.raises(InvalidError) as refused_question:
        await services.ask(grace, sent.id, words=Words("Can you write to grace at example dot org?"))
    await services.ask(grace, sent.id, words=Words("Where did we meet?"))
    with pytest.raises(InvalidError) as refused_answer:
        await services.answer(ada, sent.id, words=Words("On the ferry. I'm on insta as ferryada77."))

    for refused in (refused_question, refused_answer):
        assert [(error.pointer, error.code) for error in refused.value.errors] == [("/text", "contact-details")]
    assert (await queries.request(grace, sent.id)).state is RequestState.ASKED


async def test_a_third_question_is_one_too_many() -> None:
    ada, grace, sent = await a_request()
    for _ in range(2):
        await services.ask(grace, sent.id, words=Words("And then?"))
        await services.answer(ada, sent.id, words=Words("Then I came home."))

    with pytest.raises(NotNowError):
        await services.ask(grace, sent.id, words=Words("And then?"))

    assert (await received(grace))[0].can == ["acceptance", "refusal"]


async def test_words_are_neither_empty_nor_endless() -> None:
    ada, grace, sent = await a_request()

    for text in (" ", "x" * 601, "\x00"):
        with pytest.raises(InvalidError):
            await services.ask(grace, sent.id, words=Words(text))
    await services.ask(grace, sent.id, words=Words("x" * 600))
    with pytest.raises(InvalidError):
        await services.answer(ada, sent.id, words=Words(""))
    with pytest.raises(InvalidError):
        await services.refuse_request(grace, sent.id, refusal=Refusal("x" * 601))

    assert (await queries.request(ada, sent.id)).state is RequestState.ASKED


async def test_a_silent_refusal_is_known_to_the_recipient_alone() -> None:
    ada, grace, sent = await a_request()

    declined = await services.refuse_request(grace, sent.id, refusal=Refusal("  "))

    assert (declined.state, declined.can, kinds(declined)) == (
        RequestState.DECLINED,
        ["reopening"],
        ["sent", "declined"],
    )
    assert await queries.request(ada, sent.id) == sent
    assert await queries.waiting(grace) == 0


async def test_a_refusal_with_a_sentence_reaches_the_sender_and_keeps_the_slot(moved_clock: MovedClock) -> None:
    ada, grace, sent = await a_request()
    await services.refuse_request(grace, sent.id, refusal=SENTENCE)

    [mine] = await sent_by(ada)

    assert (mine.state, mine.history[-1].text, mine.can) == (RequestState.DECLINED, SENTENCE.sentence, [])
    assert (await queries.slots(ada)).open == 1
    moved_clock.move(days=30)
    assert (await queries.slots(ada)).open == 0


async def test_each_step_belongs_to_one_side() -> None:
    ada, grace, sent = await a_request()
    stranger = await make_member()

    for actor in (ada, stranger):
        with pytest.raises(NotFoundError):
            await services.accept_request(actor, sent.id)
        with pytest.raises(NotFoundError):
            await services.refuse_request(actor, sent.id, refusal=Refusal())
        with pytest.raises(NotFoundError):
            await services.ask(actor, sent.id, words=Words("Who?"))
        with pytest.raises(NotFoundError):
            await services.reopen_request(actor, sent.id)
    for actor in (grace, stranger):
        with pytest.raises(NotFoundError):
            await services.answer(actor, sent.id, words=Words("Me."))
        with pytest.raises(NotFoundError):
            await services.withdraw_request(actor, sent.id)
    with pytest.raises(NotFoundError):
        await queries.request(stranger, sent.id)
    with pytest.raises(NotFoundError):
        await services.accept_request(grace, uuid4())


async def test_lists_go_on_where_they_stopped() -> None:
    grace = await make_recipient("Grace", pair=0)
    for _ in range(5):
        await make_request(await make_member(), grace)

    whole = (await queries.requests(grace, box=Box.RECEIVED)).items
    parts: list[RequestRead] = []
    cursor = None
    for _ in range(3):
        page = await queries.requests(grace, box=Box.RECEIVED, limit=2, cursor=cursor)
        parts, cursor = parts + page.items, page.next

    assert (parts, cursor) == (whole, None)
    assert [request.created_at for request in whole] == sorted((request.created_at for request in whole), reverse=True)
    with pytest.raises(InvalidError):
        await queries.requests(grace, box=Box.RECEIVED, cursor="nonsense")
