"""A pitch in a conversation page: it waits once, nothing typed is lost, and one press answers it."""

from uuid import UUID

import pytest
from httpx import AsyncClient

from api.accounts.schemas import Member
from api.connections.services import accept_request, send_request
from api.conversations.queries import messages
from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from api.database import fetch
from api.disagreements.queries import given_texts
from api.profiles.schemas import Purpose
from tests.api.connections.making import PAIRS, make_connection, make_draft, make_recipient
from tests.factories import make_member
from tests.web.conversing import connected, opens

PITCH = "By the way: our agency helps small shops. Book a free discovery call this week and get 20 % off our services!"
ANSWER = "We connected for something else"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine must not decide what a test finds."""
    monkeypatch.setattr("api.conversations.pitch_guard.PATIENCE", 60)


async def _said(reader: Member, connection_id: UUID) -> list[str]:
    return [message.text for message in (await messages(reader, connection_id)).items]


async def test_a_pitch_waits_beside_what_its_writer_had_written(client: AsyncClient) -> None:
    ada, _, connection_id = await connected()
    browser = await opens(client, ada, connection_id)

    reply = await browser.press("Send", text=PITCH)

    assert reply.status_code == 200
    assert "Not sent yet" in browser.text
    assert f"You wrote to Grace {PAIRS[0][1]}" in browser.text
    assert "<mark>" in reply.text
    assert browser.form("Send").values["text"] == [PITCH]
    assert 'href="#text">Change it' in reply.text
    assert await _said(ada, connection_id) == []


async def test_whoever_said_yes_reads_what_they_said_yes_to(client: AsyncClient) -> None:
    _, grace, connection_id = await connected()
    browser = await opens(client, grace, connection_id)

    await browser.press("Send", text=PITCH)

    assert f"Ada wrote, and you said yes {PAIRS[0][1]}" in browser.text


async def test_it_goes_with_send_anyway(client: AsyncClient) -> None:
    ada, _, connection_id = await connected()
    browser = await opens(client, ada, connection_id)
    await browser.press("Send", text=PITCH)

    await browser.press("Send anyway")

    assert await _said(ada, connection_id) == [PITCH]
    assert "Not sent yet" not in browser.text


async def test_a_changed_message_is_looked_at_anew_and_goes(client: AsyncClient) -> None:
    ada, _, connection_id = await connected()
    browser = await opens(client, ada, connection_id)
    await browser.press("Send", text=PITCH)

    await browser.press("Send", text="Is your clock still ticking?")

    assert await _said(ada, connection_id) == ["Is your clock still ticking?"]


@pytest.mark.parametrize(("ticked", "kept"), [({}, []), ({"keep_text": "yes"}, [PITCH])], ids=["not kept", "kept"])
async def test_calling_it_wrong_sends_it_and_keeps_words_only_where_ticked(
    client: AsyncClient, ticked: dict[str, str | list[str]], kept: list[str]
) -> None:
    ada, _, connection_id = await connected()
    browser = await opens(client, ada, connection_id)
    await browser.press("Send", text=PITCH)

    await browser.press("It is wrong: send it", **ticked)

    assert await _said(ada, connection_id) == [PITCH]
    [row] = await fetch("SELECT code, judged FROM disagreement")
    assert (row["code"], row["judged"]) == ("pitch", "message")
    assert [given.text for given in await given_texts(ada)] == kept


async def test_words_under_a_sensitive_purpose_are_not_asked_for_nor_kept(client: AsyncClient) -> None:
    ada = await make_member("Ada", purposes=[Purpose.BELIEF])
    grace = await make_member("Grace", purposes=[Purpose.BELIEF], statements=[PAIRS[0][0]])
    sent = await send_request(ada, draft=await make_draft(grace, purpose=Purpose.BELIEF))
    connection_id = (await accept_request(grace, sent.id)).connection_id
    assert connection_id is not None
    browser = await opens(client, ada, connection_id)
    await browser.press("Send", text=PITCH)
    offered = "You may keep these words" in browser.text

    await browser.press("It is wrong: send it", keep_text="yes")

    assert not offered
    assert "The text was not kept: words written for belief" in browser.text
    assert await _said(ada, connection_id) == [PITCH]
    assert await given_texts(ada) == []


async def test_one_press_answers_with_why_the_two_are_in_touch(client: AsyncClient) -> None:
    ada, grace, connection_id = await connected()
    await send_message(ada, connection_id, draft=MessageCreate(PITCH, send_anyway=True))
    browser = await opens(client, grace, connection_id)

    reply = await browser.press(ANSWER)

    assert (await _said(ada, connection_id))[0] == f"{ANSWER}. When we connected, you wrote:\n“{PAIRS[0][1]}”"
    assert "you can end the connection" in browser.text
    assert f'href="/conversations/{connection_id}/end"' in reply.text
    assert "One press answers" not in browser.text


async def test_a_second_press_from_an_old_page_says_nothing_twice(client: AsyncClient) -> None:
    ada, grace, connection_id = await connected()
    await send_message(ada, connection_id, draft=MessageCreate(PITCH, send_anyway=True))
    browser = await opens(client, grace, connection_id)
    old = browser.reply
    await browser.press(ANSWER)
    browser.reply = old

    await browser.press(ANSWER)

    assert "This was said already" in browser.text
    assert len(await _said(ada, connection_id)) == 2


async def test_only_messages_of_the_other_are_answered_so(client: AsyncClient) -> None:
    ada, grace, connection_id = await connected()
    await send_message(ada, connection_id, draft=MessageCreate(PITCH, send_anyway=True))
    await (await opens(client, grace, connection_id)).press(ANSWER)

    browser = await opens(client, ada, connection_id)

    assert "One press answers" not in browser.text


async def test_what_the_other_was_asked_before_sending_shows_nowhere(client: AsyncClient) -> None:
    ada, grace, connection_id = await connected()
    other = await make_recipient("Olga", pair=1)
    elsewhere = await make_connection(ada, other)
    await send_message(ada, connection_id, draft=MessageCreate(PITCH, send_anyway=True))
    await send_message(ada, elsewhere, draft=MessageCreate("Is your notebook still blue?"))

    pitched = (await opens(client, grace, connection_id)).text
    plain = (await opens(client, other, elsewhere)).text

    assert pitched.count(ANSWER) == plain.count(ANSWER) == 1
    assert "may read as an offer" not in pitched
