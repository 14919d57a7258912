"""A reason that cannot be sent, or not to this member: told kindly, and no word is lost."""

import pytest
from httpx import AsyncClient

from api.accounts.queries import sessions
from api.accounts.services import end_session
from api.moderation.services import block_member
from api.profiles.me import update_me
from api.profiles.schemas import MeUpdate, Purpose
from tests.api.connections.making import PAIRS, make_recipient, make_request
from tests.factories import make_member
from tests.web.browsing import browser_of
from tests.web.composing import reason_in, writing


async def test_a_recipient_who_has_enough_is_told_kindly_and_nothing_is_lost(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient(pair=0)
    browser = await writing(client, ada, grace)
    await update_me(grace, change=MeUpdate(request_capacity=1))
    await make_request(await make_member("Eve"), grace)

    reply = await browser.press("Send", reason=PAIRS[0][1] + " Truly.")

    assert reply.status_code == 409
    assert "has enough requests to answer just now" in browser.text
    assert reason_in(browser) == PAIRS[0][1] + " Truly."


async def test_without_a_free_place_one_is_told_before_writing_and_after(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    for pair in (1, 2, 3):
        await make_request(ada, await make_recipient(pair=pair))
    browser = await writing(client, ada, await make_recipient(pair=0))
    before = browser.text

    reply = await browser.press("Send", reason=PAIRS[0][1])

    assert "All your three places for open requests are taken" in before
    assert "or by itself on" in before
    assert reply.status_code == 409
    assert reason_in(browser) == PAIRS[0][1]


async def test_asking_twice_is_told_kindly(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient(pair=0)
    browser = await writing(client, ada, grace)
    await make_request(ada, grace)
    again = "Your kitchen table full of mechanical clocks stays in my mind. Which of them was the first you repaired?"

    reply = await browser.press("Send", reason=again)

    assert reply.status_code == 409
    assert "There is an open request between you already" in browser.text
    assert reason_in(browser) == again


async def test_words_typed_before_the_session_ended_are_shown_to_be_copied(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    browser = await writing(client, ada, await make_recipient(pair=0))
    for session in await sessions(ada, this=None):
        await end_session(ada, session.id)

    reply = await browser.press("Send", reason=PAIRS[0][1])

    assert reply.status_code in {401, 403}
    assert "Your words are not lost" in browser.text
    assert PAIRS[0][1] in browser.text


async def test_words_to_somebody_who_has_gone_are_shown_to_be_copied(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient(pair=0)
    browser = await writing(client, ada, grace)
    await block_member(grace, ada.id)

    reply = await browser.press("Send", reason=PAIRS[0][1])

    assert reply.status_code == 404
    assert PAIRS[0][1] in browser.text


@pytest.mark.parametrize("place", ["", "/request"])
async def test_nobody_writes_to_a_member_they_may_not_see(client: AsyncClient, place: str) -> None:
    hidden = await make_member("Grace", purposes=[Purpose.BELIEF])
    browser = await browser_of(client, await make_member("Ada"))

    assert (await browser.open(f"/members/{hidden.id}{place}")).status_code == 404


async def test_nobody_writes_to_oneself(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    browser = await browser_of(client, ada)

    assert (await browser.open(f"/members/{ada.id}/request?purpose=hobby")).status_code == 404


async def test_whoever_asked_already_is_told_before_they_write_again(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    browser = await writing(client, ada, grace)
    assert "You have asked" not in browser.text
    sent = await make_request(ada, grace)

    await browser.open(f"/members/{grace.id}/request?purpose=hobby")
    assert "You have asked Grace already" in browser.text
    assert f'href="/requests/{sent.id}"' in browser.reply.text

    await browser.open(f"/members/{grace.id}?purpose=hobby")
    assert "You have asked Grace to connect" in browser.text
    assert "Ask because of this" not in browser.text
