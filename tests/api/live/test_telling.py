"""What members are told at once, and how: by the transaction that writes it, and with ids alone."""

import asyncio
from contextlib import suppress
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient

from api.connections import services
from api.connections.schemas import Refusal, Words
from api.conversations.schemas import MessageCreate, ReminderCreate
from api.conversations.services import remind, send_message
from api.database import transaction
from api.event_kinds import Kind
from api.events import tell
from tests.api.connections.making import make_connection, make_draft, make_recipient, make_request
from tests.api.live.conftest import page_stream, program_stream
from tests.factories import make_member
from tests.streaming import Heard

pytestmark = pytest.mark.usefixtures("live")


def _request(kind: str, request_id: UUID) -> Heard:
    return Heard(kind, {"request_id": str(request_id)})


async def test_a_request_is_told_to_whom_it_is_for_and_to_nobody_else(live: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    async with await page_stream(grace) as of_grace, await program_stream(live, ada) as of_ada:
        sent = await make_request(ada, grace)
        await of_grace.hears()

        await services.ask(grace, sent.id, words=Words("Which one?"))
        await of_ada.hears()

    assert of_grace.heard == [_request("request.received", sent.id)]
    assert of_ada.heard == [_request("request.answered", sent.id)]


async def test_an_answer_to_a_question_is_told_to_the_one_who_asked_it() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    sent = await make_request(ada, grace)
    await services.ask(grace, sent.id, words=Words("Which one?"))
    async with await page_stream(grace) as of_grace:
        await services.answer(ada, sent.id, words=Words("The one of my aunt."))

        assert await of_grace.hears() == [_request("request.answered", sent.id)]


async def test_a_yes_is_told_to_both() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    sent = await make_request(ada, grace)
    async with await page_stream(grace) as of_grace, await page_stream(ada) as of_ada:
        accepted = await services.accept_request(grace, sent.id)
        await of_ada.hears(2)
        await of_grace.hears()

    made = Heard("connection.made", {"connection_id": str(accepted.connection_id)})
    assert of_ada.heard == [_request("request.answered", sent.id), made]
    assert of_grace.heard == [made]


async def test_two_who_ask_each_other_are_told_that_they_are_connected() -> None:
    ada, grace = await make_recipient("Ada"), await make_recipient("Grace")
    sent = await make_request(ada, grace)
    async with await page_stream(ada) as of_ada:
        await services.send_request(grace, draft=await make_draft(ada))
        heard = await of_ada.hears(2)

    assert [one.kind for one in heard] == ["request.answered", "connection.made"]
    assert heard[0] == _request("request.answered", sent.id)


async def test_a_message_is_told_to_the_other_by_its_ids_alone() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    connection_id = await make_connection(ada, grace)
    async with await page_stream(grace) as of_grace, await page_stream(ada) as of_ada:
        written = await send_message(ada, connection_id, draft=MessageCreate("The cuckoo is back."))
        await of_grace.hears()
        reminder = await remind(grace, connection_id, written.id, draft=ReminderCreate())
        await of_ada.hears()

    told = {"connection_id": str(connection_id), "message_id": str(written.id)}
    assert of_grace.heard == [Heard("message.received", told)]
    assert of_ada.heard == [Heard("message.received", told | {"message_id": str(reminder.id)})]
    assert b"cuckoo" not in of_grace.body
    assert b"Ada" not in of_grace.body


async def test_a_no_with_a_sentence_is_told_and_a_silent_no_is_not() -> None:
    ada, grace, eve = await make_member("Ada"), await make_recipient("Grace"), await make_recipient("Eve")
    silently, aloud = await make_request(ada, grace), await make_request(ada, eve)
    async with await page_stream(ada) as of_ada:
        await services.refuse_request(grace, silently.id, refusal=Refusal())
        await services.reopen_request(grace, silently.id)
        await services.refuse_request(grace, silently.id, refusal=Refusal())
        await services.refuse_request(eve, aloud.id, refusal=Refusal("I have too little time just now."))

        assert await of_ada.hears() == [_request("request.answered", aloud.id)]


async def test_what_is_taken_back_with_its_transaction_is_told_to_nobody() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    connection_id = await make_connection(ada, grace)
    async with await page_stream(grace) as of_grace:
        with suppress(ZeroDivisionError):
            async with transaction():
                await send_message(ada, connection_id, draft=MessageCreate("Never said.", send_anyway=True))
                raise ZeroDivisionError
        said = await send_message(ada, connection_id, draft=MessageCreate("Said.", send_anyway=True))

        [heard] = await of_grace.hears()
        assert heard.ids["message_id"] == str(said.id)


async def test_nothing_is_told_before_its_transaction_is_committed() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    connection_id = await make_connection(ada, grace)
    async with await page_stream(grace) as of_grace:
        async with transaction():
            written = await send_message(ada, connection_id, draft=MessageCreate("Soon.", send_anyway=True))
            await asyncio.sleep(0.2)
            assert of_grace.heard == []

        [heard] = await of_grace.hears()
        assert heard.ids["message_id"] == str(written.id)


async def test_telling_outside_of_a_transaction_is_a_fault() -> None:
    with pytest.raises(RuntimeError, match=r"message\.received is told outside"):
        await tell(Kind.MESSAGE_RECEIVED, to=uuid4(), message_id=uuid4())
