"""The pages on which connected members write to each other."""

import pytest
from httpx import AsyncClient

from api.connections.queries import connection
from api.conversations.queries import messages
from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from tests.api.connections.making import PAIRS
from tests.factories import make_member
from tests.web.browsing import browser_of
from tests.web.conversing import connected, opens


async def test_the_reason_is_pinned_above_what_is_said(client: AsyncClient) -> None:
    ada, grace, connection_id = await connected()
    await send_message(ada, connection_id, draft=MessageCreate("Good morning to you."))

    for_ada = (await opens(client, ada, connection_id)).text
    for_grace = (await opens(client, grace, connection_id)).text

    assert f"Your reason {PAIRS[0][1]}" in for_ada
    assert f"The reason of Ada {PAIRS[0][1]}" in for_grace
    assert for_grace.index(PAIRS[0][1]) < for_grace.index("Good morning to you.")


async def test_the_reason_is_folded_as_soon_as_something_is_said(client: AsyncClient) -> None:
    ada, _, connection_id = await connected()

    before = (await opens(client, ada, connection_id)).reply.text
    await send_message(ada, connection_id, draft=MessageCreate("Good morning to you."))
    after = (await opens(client, ada, connection_id)).reply.text
    await send_message(ada, connection_id, draft=MessageCreate("The kettle is on."))
    later = (await opens(client, ada, connection_id)).reply.text

    assert '<details class="folded" open>' in before
    assert '<details class="folded">' in after
    assert "Go to the newest" not in before + after, "a single message is the newest"
    assert '<a class="tall" href="#newest">Go to the newest</a>' in later


async def test_messages_go_both_ways_oldest_first(client: AsyncClient) -> None:
    ada, grace, connection_id = await connected()
    browser = await opens(client, ada, connection_id)
    await browser.press("Send", text="Shall I post the wood?")

    browser = await opens(client, grace, connection_id)
    await browser.press("Send", text="Please do.")

    assert browser.text.index("Shall I post the wood?") < browser.text.index("Please do.")


@pytest.mark.parametrize("text", ["  ", "x" * 4001], ids=["empty", "too long"])
async def test_a_message_that_cannot_be_sent_stays_in_its_field(client: AsyncClient, text: str) -> None:
    ada, _, connection_id = await connected()
    browser = await opens(client, ada, connection_id)

    reply = await browser.press("Send", text=text)

    assert reply.status_code == 422
    assert browser.form("Send").values["text"] == [text.strip()]
    assert 'id="text-error"' in reply.text


async def test_looking_for_new_messages_sends_nothing_and_keeps_what_is_typed(client: AsyncClient) -> None:
    ada, grace, connection_id = await connected()
    browser = await opens(client, ada, connection_id)
    await send_message(grace, connection_id, draft=MessageCreate("The wood is here."))

    await browser.press("Look for new messages", text="I was about to say")
    form = browser.form("Send")

    assert "The wood is here." in browser.text
    assert form.values["text"] == ["I was about to say"]
    assert (await messages(ada, connection_id, limit=9)).items[0].text == "The wood is here."


async def test_earlier_messages_are_a_page_away(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.pages.conversations.MESSAGES_A_PAGE", 2)
    ada, _, connection_id = await connected()
    for text in ("the first", "the second", "the third"):
        await send_message(ada, connection_id, draft=MessageCreate(text))
    browser = await opens(client, ada, connection_id)
    newest = browser.text
    link = browser.reply.text.partition('rel="prev"')[0].rpartition('href="')[2].partition('"')[0]

    await browser.open(link)

    assert "the first" not in newest
    assert newest.index("the second") < newest.index("the third")
    assert "the first" in browser.text
    assert "the third" not in browser.text
    assert "Back to the newest" in browser.text


async def test_all_that_is_new_is_shown_with_a_way_to_the_first_of_it(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.pages.conversations.MESSAGES_A_PAGE", 2)
    ada, grace, connection_id = await connected()
    await send_message(ada, connection_id, draft=MessageCreate("read before"))
    await (await opens(client, grace, connection_id)).open(f"/conversations/{connection_id}")
    for text in ("about owls", "about rooks", "about wrens"):
        await send_message(ada, connection_id, draft=MessageCreate(text))

    browser = await opens(client, grace, connection_id)

    order = [
        browser.text.index(text) for text in ("read before", "New since you were here", "about owls", "about wrens")
    ]
    assert order == sorted(order)
    assert 'href="#first-new"' in browser.reply.text
    await browser.open(f"/conversations/{connection_id}")
    assert "New since you were here" not in browser.text


async def test_what_is_new_is_marked_until_it_is_read(client: AsyncClient) -> None:
    ada, grace, connection_id = await connected()
    await send_message(ada, connection_id, draft=MessageCreate("Good morning to you."))
    browser = await browser_of(client, grace)

    await browser.open("/conversations")
    before = browser.text
    await browser.open(f"/conversations/{connection_id}")
    await browser.open("/conversations")

    assert "Something new" in before
    assert "Good morning to you." in before
    assert "Something new" not in browser.text


async def test_without_conversations_one_is_led_to_ones_matches(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member())

    reply = await browser.open("/conversations")

    assert "No conversations just now" in browser.text
    assert 'href="/matches"' in reply.text


async def test_a_note_is_read_only_by_its_writer(client: AsyncClient) -> None:
    ada, grace, connection_id = await connected()
    browser = await opens(client, ada, connection_id)

    await browser.press("Keep the note", note="Her aunt is called Ottilie.")

    assert browser.form("Keep the note").values["note"] == ["Her aunt is called Ottilie."]
    assert "Ottilie" not in (await opens(client, grace, connection_id)).reply.text


async def test_a_note_that_is_too_long_stays_in_its_field(client: AsyncClient) -> None:
    ada, _, connection_id = await connected()
    browser = await opens(client, ada, connection_id)

    reply = await browser.press("Keep the note", note="n" * 1001)

    assert reply.status_code == 422
    assert browser.form("Keep the note").values["note"] == ["n" * 1001]
    assert (await connection(ada, connection_id)).note == ""


async def test_ending_is_confirmed_and_then_over_for_both(client: AsyncClient) -> None:
    ada, grace, connection_id = await connected()
    browser = await browser_of(client, ada)
    await browser.open(f"/conversations/{connection_id}/end")

    await browser.press("End the connection")

    assert "You and \N{FIRST STRONG ISOLATE}Grace\N{POP DIRECTIONAL ISOLATE} are no longer connected" in browser.text
    assert (await browser.open(f"/conversations/{connection_id}")).status_code == 404
    assert (await opens(client, grace, connection_id)).reply.status_code == 404


async def test_a_message_to_a_connection_that_ended_is_not_lost(client: AsyncClient) -> None:
    ada, grace, connection_id = await connected()
    browser = await opens(client, ada, connection_id)
    other = await browser_of(client, grace)
    await other.open(f"/conversations/{connection_id}/end")
    await other.press("End the connection")
    await browser_of(client, ada)
    form = (await browser.open("/me/name")).text.partition('name="csrf_token" value="')[2].partition('"')[0]

    reply = await client.post(
        f"/conversations/{connection_id}", data={"csrf_token": form, "text": "A long letter that took the evening."}
    )

    assert reply.status_code == 404
    assert "A long letter that took the evening." in reply.text


async def test_a_conversation_of_others_is_not_found(client: AsyncClient) -> None:
    _, _, connection_id = await connected()

    browser = await opens(client, await make_member("Eve"), connection_id)

    assert browser.reply.status_code == 404
