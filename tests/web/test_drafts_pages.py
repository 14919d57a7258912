"""What one has begun to write, without scripts: kept at each step, found again, thrown away, and never lost."""

import pytest
from httpx import AsyncClient

from api.accounts.schemas import Member
from api.connections.reason_drafts import ReasonDraftSet, keep_reason, reason_drafts
from api.connections.services import end_connection
from api.conversations.message_drafts import message_drafts
from api.database import fetch
from api.limits import policies
from api.limits.limit import Limit, Window
from api.moderation.services import block_member
from api.profiles.schemas import Purpose
from tests.api.connections.making import PAIRS, make_connection, make_recipient, sent_by
from tests.factories import make_member, make_statement
from tests.web.browsing import Browser, browser_of
from tests.web.conversing import connected, opens

HALF = "Your kitchen table full of clocks"
LATER = "Save and go on later"


async def _composer(client: AsyncClient, ada: Member, grace: Member) -> Browser:
    browser = await browser_of(client, ada)
    await browser.open(f"/members/{grace.id}/request?purpose=hobby")
    return browser


async def _pair(client: AsyncClient) -> tuple[Member, Member, Browser]:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    return ada, grace, await _composer(client, ada, grace)


def _small(monkeypatch: pytest.MonkeyPatch, limit: Limit) -> None:
    policies._changes.cache_clear()
    monkeypatch.setattr(policies, "_changes", lambda: {limit.name: (Window(1, 300),)})


async def test_who_goes_on_later_finds_their_words_with_what_was_chosen(client: AsyncClient) -> None:
    _, _, browser = await _pair(client)
    await browser.press(LATER, reason=HALF, anchor="met", where="at the seed swap")
    assert (browser.path, "Your words are saved" in browser.text) == ("/drafts", True)
    assert "Grace" in browser.text

    link = browser.reply.text.partition("Go on writing")[0].rpartition('href="')[2].partition('"')[0]
    await browser.open(link.replace("&amp;", "&"))

    found = browser.form("Check my reason").values
    assert (found["reason"], found["anchor"], found["where"]) == ([HALF], ["met"], ["at the seed swap"])
    assert "You began this on" in browser.text


async def test_a_reason_that_is_refused_is_kept(client: AsyncClient) -> None:
    ada, grace, browser = await _pair(client)

    await browser.press("Send", reason=HALF)

    assert browser.reply.status_code == 422
    assert [draft.reason for draft in await reason_drafts(ada)] == [HALF]
    browser = await _composer(client, ada, grace)
    assert browser.form("Check my reason").values["reason"] == [HALF]


async def test_a_reason_that_meets_a_limit_is_kept_and_shown(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, _, browser = await _pair(client)
    _small(monkeypatch, policies.REASON_CHECKS)
    await browser.press("Check my reason", reason="First")

    reply = await browser.press("Check my reason", reason=HALF)

    assert reply.status_code == 429
    assert HALF in browser.text
    assert [draft.reason for draft in await reason_drafts(ada)] == [HALF]


async def test_a_reason_that_was_sent_is_not_among_what_was_begun(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    browser = await browser_of(client, ada)
    await browser.open(f"/members/{grace.id}?purpose=hobby")
    first = browser.reply.text.partition("statement=")[2].partition('"')[0]
    await browser.open(f"/members/{grace.id}/request?purpose=hobby&statement={first}")
    await browser.press(LATER, reason=PAIRS[0][1][:40])
    await browser.open(f"/members/{grace.id}/request?purpose=hobby&statement={first}")

    await browser.press("Send", reason=PAIRS[0][1])

    assert len(await sent_by(ada)) == 1
    assert await reason_drafts(ada) == []


async def test_what_is_thrown_away_is_shown_once_more_and_can_be_kept_after_all(client: AsyncClient) -> None:
    ada, _, browser = await _pair(client)
    await browser.press(LATER, reason=HALF, anchor="met", where="at the fair")
    before = await reason_drafts(ada)
    draft_id = before[0].id
    form = browser.form("Throw it away")

    await browser.press("Throw it away")
    assert (form.action, await reason_drafts(ada)) == (f"/drafts/{draft_id}", [])
    await browser.press("Keep it after all")

    [after] = await reason_drafts(ada)
    assert (after.reason, after.anchor) == (HALF, before[0].anchor)


async def test_words_to_somebody_who_is_not_there_any_more_are_there_to_copy_alike_for_every_reason(
    client: AsyncClient,
) -> None:
    shown = []
    for hide in ("blocked", "suspended"):
        ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
        await keep_reason(ada, grace.id, purpose=Purpose.HOBBY, draft=ReasonDraftSet(HALF))
        if hide == "blocked":
            await block_member(grace, ada.id)
        else:
            await fetch("UPDATE account SET suspended_at = now() WHERE id = {}", grace.id)
        browser = await browser_of(client, ada)
        assert (await browser.open(f"/members/{grace.id}/request?purpose=hobby")).status_code == 404
        await browser.open("/drafts")
        assert "Grace" not in browser.text
        assert HALF in browser.text
        shown.append(browser.text)

    assert shown[0] == shown[1]


async def test_somebody_else_throws_nothing_of_mine_away(client: AsyncClient) -> None:
    ada, grace, _ = await _pair(client)
    kept = await keep_reason(ada, grace.id, purpose=Purpose.HOBBY, draft=ReasonDraftSet(HALF))
    assert kept is not None
    eve = await browser_of(client, await make_member("Eve"))
    await eve.open("/settings")
    token = eve.reply.text.partition('name="csrf_token" value="')[2].partition('"')[0]

    reply = await client.post(f"/drafts/{kept.id}", data={"csrf_token": token})

    assert reply.status_code == 404
    assert len(await reason_drafts(ada)) == 1


async def test_a_message_is_kept_when_it_cannot_go_and_gone_when_it_went(client: AsyncClient) -> None:
    ada, _, connection_id = await connected()
    browser = await opens(client, ada, connection_id)
    await browser.press("Send", text="o" * 4001)
    assert browser.reply.status_code == 422
    assert len(await message_drafts(ada)) == 1
    browser = await opens(client, ada, connection_id)
    assert browser.form("Send").values["text"] == ["o" * 4001]
    assert "You began this on" in browser.text

    await browser.press("Send", text="Good morning.")

    assert await message_drafts(ada) == []
    assert browser.form("Send").values["text"] == [""]
    assert "You began this on" not in browser.text


async def test_words_of_a_conversation_that_has_ended_are_there_to_copy(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    connection_id = await make_connection(ada, grace)
    browser = await opens(client, ada, connection_id)
    await browser.press("Look for new messages", text="Mine has stopped")
    await end_connection(grace, connection_id)

    await browser.open("/drafts")

    assert "Mine has stopped" in browser.text
    assert "Grace" not in browser.text


async def test_a_script_is_answered_with_nothing(client: AsyncClient) -> None:
    ada, grace, browser = await _pair(client)
    form = browser.form("Check my reason")

    reply = await client.post(
        f"{form.action}/draft", data={**form.values, "reason": HALF, "quietly": "1"}, headers={"Origin": "null"}
    )

    assert (reply.status_code, reply.content) == (204, b"")
    assert [draft.reason for draft in await reason_drafts(ada)] == [HALF]
    assert grace.id


async def test_words_go_along_to_another_purpose(client: AsyncClient) -> None:
    both = [Purpose.HOBBY, Purpose.INTEREST]
    ada = await make_member("Ada", purposes=both)
    grace = await make_member("Grace", purposes=both, statements=[PAIRS[0][0]])
    await make_statement(grace, "I read about old bridges.", purpose=Purpose.INTEREST)
    browser = await _composer(client, ada, grace)

    await browser.press("Interest instead", reason=HALF)

    assert [(draft.purpose, draft.reason) for draft in await reason_drafts(ada)] == [(Purpose.INTEREST, HALF)]
