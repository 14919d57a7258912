"""The page on which a reason is written: what is refused, what is only noted, and that no word is ever lost."""

import msgspec
import pytest
from httpx import AsyncClient

from api.accounts.queries import sessions
from api.accounts.schemas import Member
from api.accounts.services import end_session
from api.database import fetch
from api.disagreements.queries import given_texts
from api.moderation.services import block_member
from api.profiles.me import update_me
from api.profiles.schemas import MeUpdate, Purpose
from tests.api.connections.making import PAIRS, REASONS, make_draft, make_recipient, make_request, sent_by
from tests.factories import as_member, make_member, make_statement
from tests.web.browsing import Browser, browser_of

TEMPLATE = "Hi, I came across your profile and I would like to add you to my professional network. Let us connect!"
COMMANDING = PAIRS[0][1] + " You must answer me by tomorrow."


async def _writing(client: AsyncClient, sender: Member, recipient: Member, *, chosen: bool = True) -> Browser:
    """The sender's browser with the page open on which they write to the recipient."""
    browser = await browser_of(client, sender)
    await browser.open(f"/members/{recipient.id}?purpose=hobby")
    first = browser.reply.text.partition("statement=")[2].partition('"')[0]
    await browser.open(f"/members/{recipient.id}/request?purpose=hobby&statement={first if chosen else ''}")
    return browser


def _reason(browser: Browser) -> str:
    """What stands in the text field."""
    return browser.form("Check my reason").values["reason"][0]


async def test_the_words_that_led_here_stand_beside_the_field_and_are_chosen(client: AsyncClient) -> None:
    grace = await make_recipient("Grace", pair=0)

    browser = await _writing(client, await make_member("Ada"), grace)

    assert PAIRS[0][0] in browser.text
    assert len(browser.form("Check my reason").values["anchor"]) == 1
    assert "You may have three requests open at a time" in browser.text
    assert "Three are still free" in browser.text


async def test_a_template_is_refused_with_what_to_change_and_the_text_kept(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    browser = await _writing(client, ada, await make_recipient())

    reply = await browser.press("Send", reason=TEMPLATE)

    assert reply.status_code == 422
    assert "Not quite yet" in browser.text
    assert "These words could be sent to anyone" in browser.text
    assert _reason(browser) == TEMPLATE
    assert await sent_by(ada) == []


async def test_what_is_refused_is_marked_at_its_words(client: AsyncClient) -> None:
    browser = await _writing(client, await make_member("Ada"), await make_recipient(pair=0))

    reply = await browser.press("Send", reason=f"{PAIRS[0][1]} Write to me at ada@example.org please.")

    marked = [part.partition("</mark>")[0] for part in reply.text.split("<mark>")[1:]]
    assert any("ada@example.org" in words for words in marked)
    assert "1." in browser.text


async def test_without_an_anchor_it_is_said_at_the_choice(client: AsyncClient) -> None:
    browser = await _writing(client, await make_member("Ada"), await make_recipient(pair=0), chosen=False)

    reply = await browser.press("Send", reason=PAIRS[0][1])

    assert reply.status_code == 422
    assert 'id="anchor-error"' in reply.text
    assert _reason(browser) == PAIRS[0][1]


async def test_checking_sends_nothing(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient(pair=0)
    browser = await _writing(client, ada, grace)

    good = await browser.press("Check my reason", reason=PAIRS[0][1])
    said = browser.text
    bad = await browser.press("Check my reason", reason=TEMPLATE)

    assert good.status_code == bad.status_code == 200
    assert "It is ready to be sent when you are" in said
    assert "Not quite yet" in browser.text
    assert await sent_by(ada) == []


async def test_a_reason_about_the_other_is_sent(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    browser = await _writing(client, ada, grace)

    await browser.press("Send", reason=PAIRS[0][1])

    [sent] = await sent_by(ada)
    assert browser.path == f"/requests/{sent.id}"
    assert "Your request is on its way to \N{FIRST STRONG ISOLATE}Grace" in browser.text
    assert "No answer yet" in browser.text


async def test_a_note_is_shown_once_and_may_be_passed_over(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient(pair=0)
    browser = await _writing(client, ada, grace)

    noted = await browser.press("Send", reason=COMMANDING)
    said = browser.text
    before = await sent_by(ada)
    await browser.press("Send it as it is")

    assert noted.status_code == 200
    assert "This may sound like an order" in said
    assert "You may send it as it is" in said
    assert before == []
    assert [request.reason for request in await sent_by(ada)] == [COMMANDING]


async def test_sending_anyway_does_not_send_what_is_refused(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient(pair=0)
    browser = await _writing(client, ada, grace)
    await browser.press("Send", reason=COMMANDING)

    reply = await browser.press("Send it as it is", reason=TEMPLATE)

    assert reply.status_code == 422
    assert _reason(browser) == TEMPLATE
    assert await sent_by(ada) == []


async def test_having_met_is_an_anchor_when_it_is_said_where(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient(pair=0)
    browser = await _writing(client, ada, grace)
    nowhere = await browser.press("Send", anchor="met", where="", reason=PAIRS[0][1])

    await browser.press("Send", where="At the clock fair in Leeds, beside the tea urn")

    assert nowhere.status_code == 422
    assert "At the clock fair in Leeds" in browser.text
    assert len(await sent_by(ada)) == 1


async def test_too_long_a_place_is_said_at_its_field(client: AsyncClient) -> None:
    browser = await _writing(client, await make_member("Ada"), await make_recipient(pair=0))

    reply = await browser.press("Send", anchor="met", where="x" * 121, reason=PAIRS[0][1])

    assert reply.status_code == 422
    assert 'id="where-error"' in reply.text
    assert _reason(browser) == PAIRS[0][1]


async def test_another_shared_purpose_can_be_chosen_without_losing_words(client: AsyncClient) -> None:
    both = [Purpose.HOBBY, Purpose.INTEREST]
    grace = await make_member("Grace", purposes=both, statements=[PAIRS[0][0]])
    await make_statement(grace, "I read about old maps", purpose=Purpose.INTEREST)
    browser = await _writing(client, await make_member("Ada", purposes=both), grace)

    await browser.press("Interest instead", reason="Half a thought")

    assert "I read about old maps" in browser.text
    assert _reason(browser) == "Half a thought"


async def test_a_recipient_who_has_enough_is_told_kindly_and_nothing_is_lost(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient(pair=0)
    browser = await _writing(client, ada, grace)
    await update_me(grace, change=MeUpdate(request_capacity=1))
    await make_request(await make_member("Eve"), grace)

    reply = await browser.press("Send", reason=PAIRS[0][1] + " Truly.")

    assert reply.status_code == 409
    assert "has enough requests to answer just now" in browser.text
    assert _reason(browser) == PAIRS[0][1] + " Truly."


async def test_without_a_free_place_one_is_told_before_writing_and_after(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    for pair in (1, 2, 3):
        await make_request(ada, await make_recipient(pair=pair))
    browser = await _writing(client, ada, await make_recipient(pair=0))
    before = browser.text

    reply = await browser.press("Send", reason=PAIRS[0][1])

    assert "All your three places for open requests are taken" in before
    assert "or by itself on" in before
    assert reply.status_code == 409
    assert _reason(browser) == PAIRS[0][1]


async def test_asking_twice_is_told_kindly(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient(pair=0)
    browser = await _writing(client, ada, grace)
    await make_request(ada, grace)
    again = "Your kitchen table full of mechanical clocks stays in my mind. Which of them was the first you repaired?"

    reply = await browser.press("Send", reason=again)

    assert reply.status_code == 409
    assert "There is an open request between you already" in browser.text
    assert _reason(browser) == again


async def test_asking_someone_who_has_asked_connects_the_two(client: AsyncClient) -> None:
    ada = await make_member("Ada", statements=[PAIRS[1][0]])
    grace = await make_member("Grace", statements=[PAIRS[0][0]])
    browser = await _writing(client, ada, grace)
    await make_request(grace, ada)

    await browser.press("Send", reason=REASONS[PAIRS[0][0]])

    assert browser.path.startswith("/conversations/")
    assert "now you are connected" in browser.text
    assert REASONS[PAIRS[0][0]] in browser.text
    assert REASONS[PAIRS[1][0]] in browser.text


async def test_words_typed_before_the_session_ended_are_shown_to_be_copied(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    browser = await _writing(client, ada, await make_recipient(pair=0))
    for session in await sessions(ada, this=None):
        await end_session(ada, session.id)

    reply = await browser.press("Send", reason=PAIRS[0][1])

    assert reply.status_code in {401, 403}
    assert "Your words are not lost" in browser.text
    assert PAIRS[0][1] in browser.text


async def test_words_to_somebody_who_has_gone_are_shown_to_be_copied(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient(pair=0)
    browser = await _writing(client, ada, grace)
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


@pytest.mark.parametrize("ticked", [False, True], ids=["not kept", "kept"])
async def test_a_point_can_be_called_wrong_and_words_are_kept_only_where_ticked(
    client: AsyncClient, *, ticked: bool
) -> None:
    ada = await make_member("Ada")
    browser = await _writing(client, ada, await make_recipient())
    await browser.press("Send", reason=TEMPLATE)
    anchor = browser.form("Send").values["anchor"]

    reply = await browser.press("This is wrong", **({"keep_text": "yes"} if ticked else {}))

    assert reply.status_code == 200
    assert "Thank you. We wrote down that this point is wrong" in browser.text
    assert "You said that this is wrong" in browser.text
    assert "These words could be sent to anyone" in browser.text
    assert (_reason(browser), browser.form("Send").values["anchor"]) == (TEMPLATE, anchor)
    assert await sent_by(ada) == []
    [row] = await fetch("SELECT code, judged FROM disagreement")
    assert (row["code"], row["judged"]) == ("template", "reason")
    assert [given.text for given in await given_texts(ada)] == ([TEMPLATE] if ticked else [])


async def test_whoever_gave_many_words_already_reads_that_these_are_not_kept(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.disagreements.services.MOST_GIVEN", 0)
    browser = await _writing(client, await make_member("Ada"), await make_recipient())
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
    browser = await _writing(client, await make_member("Ada"), await make_recipient())
    await browser.press("Check my reason", reason=TEMPLATE)
    checked = await fetch("SELECT 1 FROM finding_shown")

    await browser.press("Send", reason=TEMPLATE)
    await browser.press("This is wrong")

    [row] = await fetch("SELECT code, times FROM finding_shown")
    assert checked == []
    assert (row["code"], row["times"]) == ("template", 1)


async def test_a_note_that_stopped_somebody_is_counted_once(client: AsyncClient) -> None:
    browser = await _writing(client, await make_member("Ada"), await make_recipient(pair=0))

    await browser.press("Send", reason=COMMANDING)
    await browser.press("Send it as it is")

    [row] = await fetch("SELECT code, times FROM finding_shown")
    assert (row["code"], row["times"]) == ("commanding", 1)


async def test_a_point_of_a_check_can_be_called_wrong_as_well(client: AsyncClient) -> None:
    browser = await _writing(client, await make_member("Ada"), await make_recipient())
    await browser.press("Check my reason", reason=TEMPLATE)

    await browser.press("This is wrong")

    assert [(row["code"], row["times"]) for row in await fetch("SELECT code, times FROM finding_shown")] == [
        ("template", 1)
    ]


async def test_a_note_that_is_called_wrong_may_still_be_passed_over(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient(pair=0)
    browser = await _writing(client, ada, grace)
    await browser.press("Send", reason=COMMANDING)

    await browser.press("This is wrong")
    await browser.press("Send it as it is")

    assert [request.reason for request in await sent_by(ada)] == [COMMANDING]


async def test_words_that_changed_meanwhile_are_kept_when_a_point_is_called_wrong(client: AsyncClient) -> None:
    browser = await _writing(client, await make_member("Ada"), await make_recipient(pair=0))
    await browser.press("Send", reason=TEMPLATE)

    await browser.press("This is wrong", reason=PAIRS[0][1])

    assert _reason(browser) == PAIRS[0][1]
    assert "It is ready to be sent when you are" in browser.text


async def test_a_point_that_does_not_exist_is_not_kept_and_the_words_are_not_lost(client: AsyncClient) -> None:
    browser = await _writing(client, await make_member("Ada"), await make_recipient(pair=0))
    form = browser.form("Send")

    reply = await client.post(form.action, data=form.values | {"reason": TEMPLATE, "do": "wrong:rude"})

    assert reply.status_code == 422
    browser.reply = reply
    assert "There is no such finding" in browser.text
    assert _reason(browser) == TEMPLATE
    assert await fetch("SELECT 1 FROM disagreement") == []


@pytest.mark.parametrize("words", ["x" * 4001, f"{TEMPLATE}\x00"], ids=["too long", "not to be kept"])
async def test_words_that_cannot_be_given_stay_in_their_form(client: AsyncClient, words: str) -> None:
    browser = await _writing(client, await make_member("Ada"), await make_recipient(pair=0))
    await browser.press("Send", reason=TEMPLATE)
    anchor = browser.form("Send").values["anchor"]

    reply = await browser.press("This is wrong", reason=words, keep_text="yes")

    assert reply.status_code == 422
    assert "There is something to put right" in browser.text
    assert (len(_reason(browser)), browser.form("Send").values["anchor"]) == (len(words), anchor)
    assert await fetch("SELECT 1 FROM disagreement") == []


async def test_the_enter_key_checks_after_a_refusal_too(client: AsyncClient) -> None:
    browser = await _writing(client, await make_member("Ada"), await make_recipient())

    await browser.press("Send", reason=TEMPLATE)

    assert browser.form("Send").buttons[0][:2] == ("do", "check")


async def test_the_page_finds_what_the_api_finds(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient(pair=0)
    reason = f"{TEMPLATE} You must answer me. Write to me at ada@example.org."
    body = msgspec.to_builtins(await make_draft(grace, reason=reason)) | {"reason": reason}
    found = (await client.post("/api/v1/reason-checks", headers=await as_member(client, ada), json=body)).json()
    browser = await _writing(client, ada, grace)

    await browser.press("Check my reason", reason=reason)

    shown = [found["message"] for found in found["findings"]]
    assert len(shown) > 2
    assert sorted(shown) == sorted(message for message in shown if message in browser.text)
    assert browser.reply.text.count('class="finding ') == len(shown)


async def test_whoever_asked_already_is_told_before_they_write_again(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    browser = await _writing(client, ada, grace)
    assert "You have asked" not in browser.text
    sent = await make_request(ada, grace)

    await browser.open(f"/members/{grace.id}/request?purpose=hobby")
    assert "You have asked Grace already" in browser.text
    assert f'href="/requests/{sent.id}"' in browser.reply.text

    await browser.open(f"/members/{grace.id}?purpose=hobby")
    assert "You have asked Grace to connect" in browser.text
    assert "Ask because of this" not in browser.text
