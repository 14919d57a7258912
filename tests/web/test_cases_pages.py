"""The queue, a case, its decision and the audit trail, as moderators see them."""

import pytest
from httpx import AsyncClient

from api.moderation.cases import claim
from api.moderation.notices import appeal, notices
from api.moderation.schemas import Decision
from tests.api.moderation.judging import INSULT, account, decided, insulted, make_moderator
from tests.factories import NOBODY, make_member
from tests.web.browsing import browser_of


async def test_a_moderator_takes_a_case_reads_it_and_decides(client: AsyncClient) -> None:
    ada, _, made = await insulted()
    browser = await browser_of(client, await make_moderator())

    await browser.open("/moderation")
    assert "There is one." in browser.text
    await browser.open("/moderation/reports")
    assert INSULT not in browser.text
    await browser.press("Take it")
    assert str(browser.reply.url).endswith(f"/moderation/reports/{made.id}")
    assert INSULT in browser.text
    assert "Nothing in the last half year" in browser.text
    await browser.press("Decide", decision="requests_paused", days="7", reason="Plain to see.")

    assert "The case is decided" in browser.text
    assert "Nothing waits" in browser.text
    assert [told.text.quotes for told in await notices(ada)] == [
        ["You are a silly old goose, [name], and everybody knows it."]
    ]
    await browser.open("/moderation/audit")
    assert "decided a case: Pause their requests, “Leave people in peace”, 7 days" in browser.text


async def test_what_is_missing_in_a_decision_is_said_and_what_was_typed_stays(client: AsyncClient) -> None:
    _, _, made = await insulted()
    browser = await browser_of(client, await make_moderator())
    await browser.open(f"/moderation/reports/{made.id}")
    await browser.press("Take it")

    await browser.press("Decide")
    assert ("Choose what you decide" in browser.text, "The reason is missing" in browser.text) == (True, True)
    reply = await browser.press("Decide", words="Be kind.", reason="Plain to see.")
    assert (reply.status_code, "Choose what you decide" in browser.text) == (422, True)
    reply = await browser.press(
        "Decide", decision="account_suspended", rule="scam", words="Be kind.", reason="Plain to see.", parts=["x", "1"]
    )

    assert reply.status_code == 422
    assert "Why at once is missing" in browser.text
    assert ("Be kind." in browser.text, "Plain to see." in browser.text) == (True, True)
    reply = await browser.press("Decide", decision="words_to_member", rule="no rule", parts=[])
    assert "Choose the rule that was broken" in browser.text
    assert "Choose the words that it is about" in browser.text


async def test_two_moderators_meet_at_a_case_and_the_later_is_told_who_has_it(client: AsyncClient) -> None:
    _, _, made = await insulted()
    browser = await browser_of(client, await make_moderator("Max"))
    await browser.open("/moderation/reports")
    await claim(await make_moderator("Mo"), made.id)

    await browser.press("Take it")

    assert "Mo has this case until" in browser.text
    await browser.open(f"/moderation/reports/{made.id}")
    assert "Mo has it until" in browser.text
    assert INSULT not in browser.text


async def test_a_case_is_given_back_and_what_another_decided_meanwhile_is_told(client: AsyncClient) -> None:
    _, _, made = await insulted()
    browser = await browser_of(client, await make_moderator())
    await browser.open(f"/moderation/reports/{made.id}")
    await browser.press("Take it")
    late = browser.form("Decide")
    await browser.press("Give the case back")
    assert "You gave the case back" in browser.text
    await decided(made.id, Decision.NO_ACTION)

    reply = await browser.client.post(
        late.action,
        data={**late.values, "decision": "no_action", "reason": "Typed for nothing."},
        headers={"Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-origin"},
    )

    assert reply.status_code == 409
    assert "Typed for nothing." in reply.text


async def test_an_appeal_is_decided_by_another_moderator(client: AsyncClient) -> None:
    ada, _, made = await insulted()
    first = await decided(made.id, Decision.REQUESTS_PAUSED)
    await appeal(ada, made.id, words="It was a joke.")
    browser = await browser_of(client, first)
    await browser.open("/moderation/reports")
    assert "One appeal waits for another moderator" in browser.text
    assert (await browser.open(f"/moderation/reports/{made.id}")).status_code == 404

    browser = await browser_of(client, await make_moderator("Max"))
    await browser.open("/moderation/reports")
    assert "Appeal: They harass or insult" in browser.text
    await browser.press("Take it")
    assert "It was a joke." in browser.text
    reply = await browser.press("Decide the appeal", reason="Friends.")
    assert (reply.status_code, "Choose what you decide" in browser.text) == (422, True)
    await browser.press("Decide the appeal", outcome="overturned", reason="They are friends.")

    assert "The appeal is decided" in browser.text
    await browser.open("/moderation/audit")
    assert "decided an appeal: It is taken back" in browser.text
    assert "took a case: An appeal" in browser.text
    assert (await account(ada))["requests_paused_until"] is None
    browser = await browser_of(client, ada)
    for path in ("/notices", f"/notices/{made.id}"):
        await browser.open(path)
        assert "Taken back: You cannot send requests for a while" in browser.text
        assert "This does not hold any more." in browser.text
        assert "stay as they are" not in browser.text


@pytest.mark.parametrize("path", ["/moderation/reports", "/moderation/audit", f"/moderation/reports/{NOBODY}"])
async def test_for_ordinary_members_it_is_not_there(client: AsyncClient, path: str) -> None:
    browser = await browser_of(client, await make_member())

    there = await browser.open(path)
    nowhere = await browser.open("/moderation/nowhere")

    assert there.status_code == nowhere.status_code == 404


async def test_the_rules_are_there_for_everyone(client: AsyncClient) -> None:
    text = (await client.get("/rules")).text

    for code in ("generic", "connected_then_pitched", "harassment", "scam", "out_of_place", "danger"):
        assert f'id="{code}"' in text
