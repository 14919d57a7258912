"""A point that was found in a reason can be called wrong, and what stopped somebody is counted."""

import pytest
from httpx import AsyncClient

from api.database import fetch
from api.disagreements.queries import given_texts
from api.profiles.schemas import Purpose
from tests.api.connections.making import PAIRS, make_recipient, sent_by
from tests.factories import make_member
from tests.web.browsing import browser_of
from tests.web.composing import COMMANDING, TEMPLATE, reason_in, writing


@pytest.mark.parametrize("ticked", [False, True], ids=["not kept", "kept"])
async def test_a_point_can_be_called_wrong_and_words_are_kept_only_where_ticked(
    client: AsyncClient, *, ticked: bool
) -> None:
    ada = await make_member("Ada")
    browser = await writing(client, ada, await make_recipient())
    await browser.press("Send", reason=TEMPLATE)
    anchor = browser.form("Send").values["anchor"]

    reply = await browser.press("This is wrong", **({"keep_text": "yes"} if ticked else {}))

    assert reply.status_code == 200
    assert "Thank you. We wrote down that this point is wrong" in browser.text
    assert "You said that this is wrong" in browser.text
    assert "These words could be sent to anyone" in browser.text
    assert (reason_in(browser), browser.form("Send").values["anchor"]) == (TEMPLATE, anchor)
    assert await sent_by(ada) == []
    [row] = await fetch("SELECT code, judged FROM disagreement")
    assert (row["code"], row["judged"]) == ("template", "reason")
    assert [given.text for given in await given_texts(ada)] == ([TEMPLATE] if ticked else [])


async def test_whoever_gave_many_words_already_reads_that_these_are_not_kept(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.disagreements.services.MOST_GIVEN", 0)
    browser = await writing(client, await make_member("Ada"), await make_recipient())
    await browser.press("Send", reason=TEMPLATE)

    await browser.press("This is wrong", keep_text="yes")

    assert "We wrote down that this point is wrong. The text was not kept" in browser.text


async def test_words_under_a_sensitive_purpose_are_not_asked_for_nor_kept(client: AsyncClient) -> None:
    ada = await make_member("Ada", purposes=[Purpose.BELIEF])
    grace = await make_member("Grace", purposes=[Purpose.BELIEF], statements=[PAIRS[0][0]])
    browser = await browser_of(client, ada)
    await browser.open(f"/members/{grace.id}/request?purpose=belief")
    await browser.press("Check my reason", reason=TEMPLATE)
    offered = "You may keep my reason" in browser.text

    await browser.press("This is wrong", keep_text="yes")

    assert not offered
    assert len(await fetch("SELECT 1 FROM disagreement")) == 1
    assert await given_texts(ada) == []


async def test_what_stopped_somebody_is_counted_once_and_a_check_never(client: AsyncClient) -> None:
    browser = await writing(client, await make_member("Ada"), await make_recipient())
    await browser.press("Check my reason", reason=TEMPLATE)
    checked = await fetch("SELECT 1 FROM finding_shown")

    await browser.press("Send", reason=TEMPLATE)
    await browser.press("This is wrong")

    [row] = await fetch("SELECT code, times FROM finding_shown")
    assert checked == []
    assert (row["code"], row["times"]) == ("template", 1)


async def test_a_note_that_stopped_somebody_is_counted_once(client: AsyncClient) -> None:
    browser = await writing(client, await make_member("Ada"), await make_recipient(pair=0))

    await browser.press("Send", reason=COMMANDING)
    await browser.press("Send it as it is")

    [row] = await fetch("SELECT code, times FROM finding_shown")
    assert (row["code"], row["times"]) == ("commanding", 1)


async def test_a_point_of_a_check_can_be_called_wrong_as_well(client: AsyncClient) -> None:
    browser = await writing(client, await make_member("Ada"), await make_recipient())
    await browser.press("Check my reason", reason=TEMPLATE)

    await browser.press("This is wrong")

    assert [(row["code"], row["times"]) for row in await fetch("SELECT code, times FROM finding_shown")] == [
        ("template", 1)
    ]


async def test_a_note_that_is_called_wrong_may_still_be_passed_over(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient(pair=0)
    browser = await writing(client, ada, grace)
    await browser.press("Send", reason=COMMANDING)

    await browser.press("This is wrong")
    await browser.press("Send it as it is")

    assert [request.reason for request in await sent_by(ada)] == [COMMANDING]


async def test_words_that_changed_meanwhile_are_kept_when_a_point_is_called_wrong(client: AsyncClient) -> None:
    browser = await writing(client, await make_member("Ada"), await make_recipient(pair=0))
    await browser.press("Send", reason=TEMPLATE)

    await browser.press("This is wrong", reason=PAIRS[0][1])

    assert reason_in(browser) == PAIRS[0][1]
    assert "It is ready to be sent when you are" in browser.text


async def test_a_point_that_does_not_exist_is_not_kept_and_the_words_are_not_lost(client: AsyncClient) -> None:
    browser = await writing(client, await make_member("Ada"), await make_recipient(pair=0))
    form = browser.form("Send")

    reply = await client.post(form.action, data=form.values | {"reason": TEMPLATE, "do": "wrong:rude"})

    assert reply.status_code == 422
    browser.reply = reply
    assert "There is no such finding" in browser.text
    assert reason_in(browser) == TEMPLATE
    assert await fetch("SELECT 1 FROM disagreement") == []


@pytest.mark.parametrize("words", ["x" * 4001, f"{TEMPLATE}\x00"], ids=["too long", "not to be kept"])
async def test_words_that_cannot_be_given_stay_in_their_form(client: AsyncClient, words: str) -> None:
    browser = await writing(client, await make_member("Ada"), await make_recipient(pair=0))
    await browser.press("Send", reason=TEMPLATE)
    anchor = browser.form("Send").values["anchor"]

    reply = await browser.press("This is wrong", reason=words, keep_text="yes")

    assert reply.status_code == 422
    assert "There is something to put right" in browser.text
    assert (len(reason_in(browser)), browser.form("Send").values["anchor"]) == (len(words), anchor)
    assert await fetch("SELECT 1 FROM disagreement") == []
