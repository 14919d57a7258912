"""The page on which a reason is written: what is checked, what is only noted, and what is sent."""

import msgspec
import pytest
from httpx import AsyncClient

from api.profiles.schemas import Purpose
from tests.api.connections.making import PAIRS, REASONS, make_draft, make_recipient, make_request, sent_by
from tests.factories import as_member, make_member, make_statement
from tests.web.composing import COMMANDING, TEMPLATE, reason_in, writing


async def test_the_words_that_led_here_stand_beside_the_field_and_are_chosen(client: AsyncClient) -> None:
    grace = await make_recipient("Grace", pair=0)

    browser = await writing(client, await make_member("Ada"), grace)

    assert PAIRS[0][0] in browser.text
    assert len(browser.form("Check my reason").values["anchor"]) == 1
    assert "You may have three requests open at a time" in browser.text
    assert "Three are still free" in browser.text


async def test_a_template_is_refused_with_what_to_change_and_the_text_kept(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    browser = await writing(client, ada, await make_recipient())

    reply = await browser.press("Send", reason=TEMPLATE)

    assert reply.status_code == 422
    assert "Not quite yet" in browser.text
    assert "These words could be sent to anyone" in browser.text
    assert reason_in(browser) == TEMPLATE
    assert await sent_by(ada) == []


async def test_what_is_refused_is_marked_at_its_words(client: AsyncClient) -> None:
    browser = await writing(client, await make_member("Ada"), await make_recipient(pair=0))

    reply = await browser.press("Send", reason=f"{PAIRS[0][1]} Write to me at ada@example.org please.")

    marked = [part.partition("</mark>")[0] for part in reply.text.split("<mark>")[1:]]
    assert any("ada@example.org" in words for words in marked)
    assert "1." in browser.text


async def test_without_an_anchor_it_is_said_at_the_choice(client: AsyncClient) -> None:
    browser = await writing(client, await make_member("Ada"), await make_recipient(pair=0), chosen=False)

    reply = await browser.press("Send", reason=PAIRS[0][1])

    assert reply.status_code == 422
    assert 'id="anchor-error"' in reply.text
    assert reason_in(browser) == PAIRS[0][1]


@pytest.mark.parametrize("button", ["Check my reason", "Send"])
async def test_words_stay_while_too_many_reasons_are_looked_at(
    button: str, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await writing(client, await make_member("Ada"), await make_recipient(pair=0))
    monkeypatch.setattr("api.encoding.is_busy", lambda: True)

    reply = await browser.press(button, reason=PAIRS[0][1])

    assert reply.status_code == 503
    assert "Try again in a moment" in reply.text
    assert reason_in(browser) == PAIRS[0][1]


async def test_checking_sends_nothing(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient(pair=0)
    browser = await writing(client, ada, grace)

    good = await browser.press("Check my reason", reason=PAIRS[0][1])
    said = browser.text
    bad = await browser.press("Check my reason", reason=TEMPLATE)

    assert good.status_code == bad.status_code == 200
    assert "It is ready to be sent when you are" in said
    assert "Not quite yet" in browser.text
    assert await sent_by(ada) == []


async def test_a_reason_about_the_other_is_sent(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    browser = await writing(client, ada, grace)

    await browser.press("Send", reason=PAIRS[0][1])

    [sent] = await sent_by(ada)
    assert browser.path == f"/requests/{sent.id}"
    assert "Your request is on its way to \N{FIRST STRONG ISOLATE}Grace" in browser.text
    assert "No answer yet" in browser.text


async def test_a_note_is_shown_once_and_may_be_passed_over(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient(pair=0)
    browser = await writing(client, ada, grace)

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
    browser = await writing(client, ada, grace)
    await browser.press("Send", reason=COMMANDING)

    reply = await browser.press("Send it as it is", reason=TEMPLATE)

    assert reply.status_code == 422
    assert reason_in(browser) == TEMPLATE
    assert await sent_by(ada) == []


async def test_having_met_is_an_anchor_when_it_is_said_where(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient(pair=0)
    browser = await writing(client, ada, grace)
    nowhere = await browser.press("Send", anchor="met", where="", reason=PAIRS[0][1])

    await browser.press("Send", where="At the clock fair in Leeds, beside the tea urn")

    assert nowhere.status_code == 422
    assert "At the clock fair in Leeds" in browser.text
    assert len(await sent_by(ada)) == 1


async def test_too_long_a_place_is_said_at_its_field(client: AsyncClient) -> None:
    browser = await writing(client, await make_member("Ada"), await make_recipient(pair=0))

    reply = await browser.press("Send", anchor="met", where="x" * 121, reason=PAIRS[0][1])

    assert reply.status_code == 422
    assert 'id="where-error"' in reply.text
    assert reason_in(browser) == PAIRS[0][1]


async def test_another_shared_purpose_can_be_chosen_without_losing_words(client: AsyncClient) -> None:
    both = [Purpose.HOBBY, Purpose.INTEREST]
    grace = await make_member("Grace", purposes=both, statements=[PAIRS[0][0]])
    await make_statement(grace, "I read about old maps", purpose=Purpose.INTEREST)
    browser = await writing(client, await make_member("Ada", purposes=both), grace)

    await browser.press("Interest instead", reason="Half a thought")

    assert "I read about old maps" in browser.text
    assert reason_in(browser) == "Half a thought"


async def test_asking_someone_who_has_asked_connects_the_two(client: AsyncClient) -> None:
    ada = await make_member("Ada", statements=[PAIRS[1][0]])
    grace = await make_member("Grace", statements=[PAIRS[0][0]])
    browser = await writing(client, ada, grace)
    await make_request(grace, ada)

    await browser.press("Send", reason=REASONS[PAIRS[0][0]])

    assert browser.path.startswith("/conversations/")
    assert "now you are connected" in browser.text
    assert REASONS[PAIRS[0][0]] in browser.text
    assert REASONS[PAIRS[1][0]] in browser.text


async def test_the_enter_key_checks_after_a_refusal_too(client: AsyncClient) -> None:
    browser = await writing(client, await make_member("Ada"), await make_recipient())

    await browser.press("Send", reason=TEMPLATE)

    assert browser.form("Send").buttons[0][:2] == ("do", "check")


async def test_the_page_finds_what_the_api_finds(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient(pair=0)
    reason = f"{TEMPLATE} You must answer me. Write to me at ada@example.org."
    body = msgspec.to_builtins(await make_draft(grace, reason=reason)) | {"reason": reason}
    found = (await client.post("/api/v1/reason-checks", headers=await as_member(client, ada), json=body)).json()
    browser = await writing(client, ada, grace)

    await browser.press("Check my reason", reason=reason)

    shown = [found["message"] for found in found["findings"]]
    assert len(shown) > 2
    assert sorted(shown) == sorted(message for message in shown if message in browser.text)
    assert browser.reply.text.count('class="finding ') == len(shown)


async def test_an_empty_page_is_no_reason_to_judge(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    browser = await writing(client, ada, await make_recipient())

    for button in ("Check my reason", "Send"):
        reply = await browser.press(button, reason=" ")

        assert reply.status_code == 422
        assert "Write why you want to meet them." in browser.text
        assert "This is wrong" not in browser.text
    assert await sent_by(ada) == []


async def test_whoever_has_asked_already_is_led_to_what_they_sent(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient()
    sent = await make_request(ada, grace)

    browser = await writing(client, ada, grace, chosen=False)

    assert "You have asked Grace already" in browser.text
    assert f'href="/requests/{sent.id}"' in browser.reply.text
    assert "Check my reason" not in browser.text
