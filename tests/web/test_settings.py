"""Signed-in browsers, tokens, and leaving."""

import re

from httpx import AsyncClient

from api.accounts import queries
from api.accounts.services import open_session, set_moderator
from api.disagreements.queries import given_texts
from api.disagreements.schemas import DisagreementCreate
from api.disagreements.services import disagree
from api.profiles.schemas import Purpose
from tests.factories import email_of, make_member
from tests.web.browsing import Browser, browser_of


async def test_another_browser_is_signed_out(client: AsyncClient) -> None:
    ada = await make_member()
    lost = await open_session(ada, label="Safari on iPhone")
    browser = await browser_of(client, ada)
    await browser.open("/settings/browsers")
    assert "Safari on iPhone" in browser.text

    await browser.press("Sign out all other browsers")

    assert await queries.member_by_session(lost.token) is None
    assert "Safari on iPhone" not in browser.text


async def test_one_browser_is_signed_out_and_this_one_stays(client: AsyncClient) -> None:
    ada = await make_member()
    browser = await browser_of(client, ada)
    before = len(await queries.sessions(ada, this=None))
    await browser.open("/settings/browsers")

    await browser.press("Sign it out")

    assert browser.path == "/settings/browsers"
    assert len(await queries.sessions(ada, this=None)) == before - 1


async def test_few_browsers_are_all_shown_and_many_are_folded_after_five(client: AsyncClient) -> None:
    ada = await make_member()
    browser = await browser_of(client, ada)
    while len(await queries.sessions(ada, this=None)) < 6:
        await open_session(ada, label="Safari on iPhone")
    few = (await browser.open("/settings/browsers")).text
    await open_session(ada, label="Safari on iPhone")

    many = (await browser.open("/settings/browsers")).text

    assert "Show the other" not in few
    at_once, _, folded = many.partition("<summary>Show the other 2 browsers</summary>")
    assert (at_once + folded).count(">Sign it out<") == few.count(">Sign it out<") + 1
    assert folded.count(">Sign it out<") == 2
    assert "(this one)" in at_once


async def test_nobody_signs_out_the_browsers_of_others(client: AsyncClient) -> None:
    grace = await make_member("Grace")
    [theirs, *_] = await queries.sessions(grace, this=None)
    browser = await browser_of(client, await make_member("Ada"))
    await browser.open("/settings")
    token = browser.form("Sign out").values["csrf_token"]

    reply = await client.post(f"/settings/sessions/{theirs.id}/end", data={"csrf_token": token})

    assert reply.status_code == 404
    assert theirs.id in {session.id for session in await queries.sessions(grace, this=None)}


async def test_words_that_were_given_are_taken_back(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    words = "Your teapot stands on my shelf."
    await disagree(ada, draft=DisagreementCreate("template", text=words, purpose=Purpose.HOBBY))
    browser = await browser_of(client, ada)
    await browser.open("/settings")
    shown = browser.text

    await browser.press("Take it back")

    assert words in shown
    assert browser.path == "/settings"
    assert words not in browser.text
    assert await given_texts(ada) == []


async def test_a_token_is_shown_once_works_and_is_revoked(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member("Ada"))
    await browser.open("/settings/tokens/new")
    await browser.press("Make the token", name="my calendar", profile="profile:read")
    [token] = re.findall(r"whf_[\w-]{43}", browser.reply.text)
    assert browser.reply.headers["cache-control"] == "no-store"
    programs = AsyncClient(transport=client._transport, base_url=client.base_url)
    headers = {"Authorization": f"Bearer {token}"}
    assert (await programs.get("/api/v1/me", headers=headers)).json()["display_name"] == "Ada"

    refused = await programs.patch("/api/v1/me", headers=headers, json={"pronouns": "she"})
    assert refused.json()["scope"] == "profile:write"

    await browser.open("/settings/programs")
    assert token not in browser.reply.text
    assert "Can read: profile. Works until" in browser.text
    await browser.open(_link(browser, "/settings/tokens/", "/revoke"))
    assert "my calendar Can read: profile. Last used on" in browser.text
    assert (await programs.get("/api/v1/me", headers=headers)).status_code == 200, "to look is not to delete"
    await browser.press("Delete the token")

    assert browser.path == "/settings/programs"
    assert (await programs.get("/api/v1/me", headers=headers)).status_code == 401


async def test_a_token_that_may_do_nothing_is_not_made_and_its_name_is_kept(client: AsyncClient) -> None:
    ada = await make_member()
    browser = await browser_of(client, ada)
    await browser.open("/settings/tokens/new")

    reply = await browser.press("Make the token", name="my calendar")

    assert reply.status_code == 422
    assert "Choose one thing at least that it may do." in browser.text
    assert browser.form("Make the token").values["name"] == ["my calendar"]
    assert await queries.tokens(ada) == []


async def test_a_token_may_do_what_was_chosen_for_each_part_and_no_more(client: AsyncClient) -> None:
    ada = await make_member()
    browser = await browser_of(client, ada)
    await browser.open("/settings/tokens/new")
    assert "What moderators see" not in browser.text

    await browser.press(
        "Make the token",
        name="mine",
        matches="matches:read",
        messages="messages",
        export="export",
        moderation="moderation",
    )
    assert "Only a moderator's token" in browser.text
    await browser.press("Make the token", moderation="")

    [made] = await queries.tokens(ada)
    assert made.scopes == ["matches:read", "messages", "export"]
    assert "Can read: matches, export. Can read and change: messages." in browser.text


async def test_moderators_are_asked_whether_a_token_may_do_what_they_do(client: AsyncClient) -> None:
    mo = await make_member()
    await set_moderator(email=await email_of(mo.id), is_moderator=True)
    browser = await browser_of(client, mo)
    await browser.open("/settings/tokens/new")

    await browser.press("Make the token", name="mine", moderation="moderation:read")

    assert "Can read: what moderators see." in browser.text


def _link(browser: Browser, begin: str, end: str) -> str:
    [address] = re.findall(rf'href="({begin}[^"]+{end})"', browser.reply.text)
    return str(address)
