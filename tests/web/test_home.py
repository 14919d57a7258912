"""The page after sign-in: what waits is said, nothing is made up, and nobody is blamed."""

from httpx import AsyncClient

from api.connections import services as connecting
from api.connections.schemas import Words
from api.conversations.schemas import MessageCreate
from api.conversations.services import mark_read, send_message
from api.moderation.services import block_member
from tests.api.connections.making import make_recipient, make_request
from tests.factories import make_member
from tests.moved_clock import MovedClock
from tests.web.browsing import browser_of
from tests.web.conversing import connected


async def test_where_nothing_waits_it_says_so_calmly(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member("Ada", statements=["I mend old wireless sets."]))

    await browser.open("/home")

    assert "Nothing waits for you. There is nothing you must do here today." in browser.text
    assert "Nobody yet whose words go with yours" in browser.text
    assert "quiet" not in browser.text


async def test_a_question_about_ones_own_request_waits_for_an_answer(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    sent = await make_request(ada, grace)
    await connecting.ask(grace, sent.id, words=Words("Which clock is it?"))
    browser = await browser_of(client, ada)

    await browser.open("/home")

    assert "Grace asked you a question about your request." in browser.text
    assert f'href="/requests/{sent.id}"' in browser.reply.text


async def test_what_was_begun_stands_there_as_long_as_there_is_somebody_to_send_it_to(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada", statements=["I sew sails."]), await make_recipient("Grace")
    browser = await browser_of(client, ada)
    await browser.open(f"/members/{grace.id}/request?purpose=hobby")
    await browser.press("Save and go on later", reason="Your kitchen table full of clocks")

    await browser.open("/home")
    assert "Go on writing to Grace" in browser.text
    assert f'href="/members/{grace.id}/request?purpose=hobby"' in browser.reply.text
    await block_member(grace, ada.id)
    await browser.open("/home")

    assert "Go on writing" not in browser.text
    assert "Nothing waits for you." in browser.text


async def test_three_people_stay_for_the_day_and_can_be_read_without_javascript(
    moved_clock: MovedClock, client: AsyncClient
) -> None:
    for number in range(5):
        await make_member(f"Carver{number}", statements=["I carve spoons from windfall apple wood"])
    ada = await make_member("Ada", statements=[("seeking", "I want to learn to carve wooden spoons by hand")])
    browser = await browser_of(client, ada)

    first = await browser.open("/home")
    again = await browser.open("/home")

    assert "Three people for today" in browser.text
    assert [line for line in first.text.split("\n") if "/members/" in line] == [
        line for line in again.text.split("\n") if "/members/" in line
    ]


async def test_a_name_that_is_written_from_right_to_left_stands_by_itself(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member("נועם"))

    await browser.open("/home")

    assert "<h1>Good to see you, <bdi>נועם</bdi></h1>" in browser.reply.text


async def test_somebody_one_wrote_with_can_be_written_to_again_or_put_off(
    moved_clock: MovedClock, client: AsyncClient
) -> None:
    ada, grace, connection_id = await connected()
    for author in (ada, grace):
        await send_message(author, connection_id, draft=MessageCreate("Good morning."))
        await mark_read(ada, connection_id)
    moved_clock.move(days=31)
    browser = await browser_of(client, ada)

    await browser.open("/home")
    assert "It has been quiet between you" in browser.text
    assert f'href="/conversations/{connection_id}#text"' in browser.reply.text
    await browser.press("Not now")

    assert browser.path == "/home"
    assert "That is fine. Grace will not stand here for three months." in browser.text
    assert "It has been quiet between you" not in browser.text
