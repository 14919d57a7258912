"""Reporting in one step, what came of it, notices and appeals, on pages."""

from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient

from api.accounts.schemas import Member
from api.database import fetch
from api.moderation.notices import appeal
from api.moderation.reporting import my_reports, report
from api.moderation.schemas import Category, Decision, TargetKind
from api.moderation.services import block_member
from api.privacy.erasure import leave
from api.profiles.queries import my_statements
from tests.api.connections.making import make_recipient, make_request
from tests.api.moderation.judging import INSULT, about, account, decided, insulted, make_message, make_talk
from tests.factories import make_member
from tests.web.browsing import Browser, browser_of


async def grace_reports(client: AsyncClient) -> tuple[Browser, Member]:
    """Grace's browser, on the page that a link Report leads to."""
    ada, grace, connection_id = await make_talk()
    await make_message(ada, connection_id)
    browser = await browser_of(client, grace)
    await browser.open(f"/conversations/{connection_id}")
    return browser, grace


def link_to_report(browser: Browser, kind: TargetKind) -> str:
    """Where the first link Report of a kind leads."""
    [before, _, _] = browser.reply.text.partition(f"?kind={kind}")
    return before.rpartition('href="')[2] + f"?kind={kind}"


async def test_a_message_is_reported_in_one_step_and_its_outcome_is_shown(client: AsyncClient) -> None:
    browser, grace = await grace_reports(client)

    await browser.open(link_to_report(browser, TargetKind.MESSAGE))
    assert "call your local emergency number" in browser.text
    await browser.press("Send the report", category="harassment", words="It hurt.")

    assert "Your report is with the moderators" in browser.text
    assert "You reported a message" in browser.text
    assert "It waits for a moderator" in browser.text
    [made] = await my_reports(grace)
    await decided(made.id, Decision.WORDS_TO_MEMBER)
    await browser.open("/reports")
    assert "found that a rule was broken" in browser.text


@pytest.mark.parametrize("kind", [TargetKind.MEMBER, TargetKind.STATEMENT])
async def test_a_member_and_their_words_are_reported_from_their_page(client: AsyncClient, kind: TargetKind) -> None:
    ada = await make_member("Ada", statements=["You are geese."])
    grace = await make_member("Grace")
    browser = await browser_of(client, grace)
    await browser.open(f"/members/{ada.id}")

    await browser.open(link_to_report(browser, kind))
    await browser.press("Send the report", category="harassment", block="yes")

    assert "They are blocked as well" in browser.text
    assert [read.target.kind for read in await my_reports(grace)] == [kind]
    await browser.open("/blocks")
    assert "Ada" in browser.text
    assert link_to_report(browser, TargetKind.MEMBER) == f"/report/{ada.id}?kind=member"


async def test_a_report_names_whom_it_is_about_and_shows_the_words_before_it_is_sent(client: AsyncClient) -> None:
    ada = await make_member("Ada", statements=["You are geese."])
    [said] = (await my_statements(ada)).items
    browser = await browser_of(client, await make_member("Grace"))

    reply = await browser.open(f"/report/{ada.id}?kind=member")
    assert "This is about Ada." in browser.text
    assert reply.text.count(f'href="/members/{ada.id}"') == 2, "back, and not now: to where it was"
    await browser.open(f"/report/{said.id}?kind=statement")
    assert "This is about Ada." in browser.text
    assert "You are geese." in browser.text
    await browser.press("Send the report")

    assert "Choose what is wrong." in browser.text
    assert "You are geese." in browser.text, "also when something is missing"


async def test_two_reports_about_one_member_are_told_apart(client: AsyncClient) -> None:
    ada = await make_member("Ada", statements=["You are geese.", "You are ducks."])
    grace = await make_member("Grace")
    said = {statement.text: statement.id for statement in (await my_statements(ada)).items}
    for text, statement_id in said.items():
        await report(grace, draft=about(TargetKind.STATEMENT, statement_id, words=f"Not kind: {text.split()[-1]}"))
    browser = await browser_of(client, grace)

    await browser.open("/reports")

    for text in said:
        assert text in browser.text
        assert f"Not kind: {text.split()[-1]}" in browser.text
    assert browser.text.count("About Ada") == 2


async def test_my_reports_bring_back_nothing_that_is_out_of_sight_but_my_own_words(client: AsyncClient) -> None:
    ada = await make_member("Ada", statements=["You are geese."])
    grace = await make_member("Grace")
    [said] = (await my_statements(ada)).items
    await report(grace, draft=about(TargetKind.STATEMENT, said.id, words="Not kind."))
    browser = await browser_of(client, grace)

    await block_member(ada, grace.id)
    await browser.open("/reports")

    assert "You reported words on the page of a member" in browser.text
    assert "Not kind." in browser.text
    assert "Ada" not in browser.text
    assert "geese" not in browser.text


async def test_whom_one_blocked_oneself_is_named_and_a_message_quoted_while_one_talks(client: AsyncClient) -> None:
    ada, grace, connection_id = await make_talk()
    message_id = await make_message(ada, connection_id)
    await report(grace, draft=about(TargetKind.MESSAGE, message_id))
    browser = await browser_of(client, grace)
    await browser.open("/reports")
    assert INSULT in browser.text

    await block_member(grace, ada.id)
    await browser.open("/reports")

    assert "About Ada" in browser.text
    assert INSULT not in browser.text


async def test_a_request_is_reported_from_its_page_by_both_sides(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    sent = await make_request(ada, grace)
    answering = await browser_of(client, grace)
    await answering.open(f"/requests/{sent.id}")
    await answering.press("Say no", sentence="Thank you, but my hands are full this winter.")

    for side in (ada, grace):
        browser = await browser_of(client, side)
        await browser.open(f"/requests/{sent.id}")
        await browser.open(link_to_report(browser, TargetKind.REQUEST))
        await browser.press("Send the report", category="generic")
        assert "You reported a request" in browser.text


async def test_what_was_typed_stays_when_something_is_missing(client: AsyncClient) -> None:
    browser, grace = await grace_reports(client)
    await browser.open(link_to_report(browser, TargetKind.MESSAGE))

    assert "Not now" in browser.text
    reply = await browser.press("Send the report", words="It hurt.", block="yes")

    assert reply.status_code == 422
    assert "Choose what is wrong" in browser.text
    assert "It hurt." in browser.reply.text
    assert 'value="yes" checked aria-describedby="block-note"' in browser.reply.text
    reply = await browser.press("Send the report", category="scam", words="x" * 2001)
    assert reply.status_code == 422
    assert "at most 2000" in browser.text
    assert await my_reports(grace) == []


@pytest.mark.parametrize("kind", [*TargetKind, "post", ""])
async def test_what_is_not_there_to_be_reported_is_not_there(client: AsyncClient, kind: str) -> None:
    browser = await browser_of(client, await make_member())

    reply = await browser.open(f"/report/{uuid4()}?kind={kind}")

    assert reply.status_code == 404


async def test_the_page_of_a_report_says_nothing_about_whom_one_cannot_see_any_more(client: AsyncClient) -> None:
    shown = set()
    for goes_away in (block_member, _leaves, _is_suspended):
        ada, grace, connection_id = await make_talk()
        message_id = await make_message(ada, connection_id)
        browser = await browser_of(client, grace)
        await browser.open(f"/conversations/{connection_id}")  # read: no page says any more that something is new
        await browser.open(f"/report/{message_id}?kind=message")
        assert "This is about Ada." in browser.text
        assert INSULT in browser.text

        await goes_away(ada, grace.id)
        reply = await browser.open(f"/report/{message_id}?kind=message")

        assert reply.status_code == 200, "it can still be reported"
        shown.add(browser.text)

    [said] = shown
    assert "Ada" not in said
    assert INSULT not in said


async def _leaves(ada: Member, _: UUID) -> None:
    await leave(ada)


async def _is_suspended(ada: Member, _: UUID) -> None:
    await fetch("UPDATE account SET suspended_at = now() WHERE id = {}", ada.id)


async def test_a_member_reads_why_and_asks_for_another_look(client: AsyncClient) -> None:
    ada, _, made = await insulted()
    await decided(made.id, Decision.REQUESTS_PAUSED)
    browser = await browser_of(client, ada)

    await browser.open("/home")
    assert "The moderators tell you something" in browser.text
    await browser.open("/notices")
    assert "You cannot send requests for a while" in browser.text
    assert "Leave people in peace" in browser.text
    assert "You are a silly old goose, [name], and everybody knows it." in browser.text
    assert "Grace" not in browser.text
    await browser.open(f"/notices/{made.id}")
    reply = await browser.press("Ask for another look", words=" ")
    assert (reply.status_code, "is missing" in browser.text) == (422, True)
    await browser.press("Ask for another look", words="It was a joke.")

    assert "Another one than before looks at them" in browser.text
    assert "It was a joke." in browser.text
    await browser.open("/home")
    assert "The moderators tell you" not in browser.text


async def test_an_appeal_sent_twice_is_told_so(client: AsyncClient) -> None:
    ada, _, made = await insulted()
    await decided(made.id, Decision.REQUESTS_PAUSED)
    browser = await browser_of(client, ada)
    await browser.open(f"/notices/{made.id}")
    await appeal(ada, made.id, words="From another browser.")

    await browser.press("Ask for another look", words="It was a joke.")

    assert "You can appeal once" in browser.text


async def test_a_suspended_member_reads_notices_and_appeals_and_reaches_nothing_else(client: AsyncClient) -> None:
    ada, _, made = await insulted()
    await decided(made.id, Decision.ACCOUNT_SUSPENDED, rule=Category.DANGER, at_once="Threats.")
    browser = await browser_of(client, ada)

    for path in ("/home", "/matches", "/requests", "/conversations", "/reports", f"/members/{ada.id}"):
        assert (await browser.open(path)).status_code == 403, path
        assert 'href="/notices"' in browser.reply.text
    await browser.open("/settings")
    for closed in ("/me", "/blocks", "/reports", "/me/seen"):
        assert f'href="{closed}"' not in browser.reply.text.partition("<main")[2], closed
    await browser.open("/notices")
    assert "Your account is suspended" in browser.text
    await browser.open(f"/notices/{made.id}")
    await browser.press("Ask for another look", words="Somebody else used my account.")
    assert "Another one than before" in browser.text
    assert (await account(ada))["suspended_at"] is not None


async def test_there_is_nothing_to_read_for_most(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member())

    await browser.open("/notices")
    assert "There are no notices" in browser.text
    await browser.open("/reports")
    assert "You have reported nothing" in browser.text
    assert (await browser.open(f"/notices/{uuid4()}")).status_code == 404


async def test_paused_requests_are_told_in_plain_words_and_nothing_typed_is_lost(client: AsyncClient) -> None:
    ada, _, made = await insulted()
    emmy = await make_recipient("Emmy", pair=0)
    await decided(made.id, Decision.REQUESTS_PAUSED)
    browser = await browser_of(client, ada)
    await browser.open(f"/members/{emmy.id}/request?statement=met")

    reason = "A clock from my aunt has stood still since March, and we spoke about it at the fair in May."
    reply = await browser.press("Send", reason=reason, where="At the fair in May.")

    assert reply.status_code == 409
    assert "paused your requests until" in browser.text
    assert reason in browser.text
    await browser.open("/requests?box=sent")
    assert "paused your requests until" in browser.text
    assert "still free" not in browser.text
