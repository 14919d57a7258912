"""Links in mails: each for one thing, once, soon, by pressing a button, and not many of them."""

import asyncio
from datetime import timedelta

import pytest
from httpx import AsyncClient

from api.accounts.errors import LinkDeadError
from api.accounts.joining import enrol
from api.accounts.links import LASTS, make_link
from api.accounts.resetting import sign_in_by_link
from api.accounts.schemas import LinkPurpose, Member
from api.database import fetch, fetch_one
from api.mail.schemas import MailKind
from api.privacy.erasure import leave
from tests.api.mail.posting import ADA
from tests.factories import NEW_PASSWORD
from tests.moved_clock import MovedClock
from tests.web.browsing import Browser
from tests.web.mailing import forgets, last_link, mails_to, signs_in

OTHERS = [f"somebody{number}@example.org" for number in range(11)]


async def test_a_link_signs_in_once_and_not_by_being_opened(client: AsyncClient, ada: Member) -> None:
    browser = Browser(client)
    await browser.open("/sign-in/link")
    await browser.press("Ask for the link", email=ADA)
    link = await last_link(ADA, MailKind.SIGN_IN_LINK)
    for _ in range(3):
        await browser.open(link)
    before = len(await fetch("SELECT 1 FROM session"))

    await browser.press("Sign in")
    assert browser.path == "/home"
    await browser.open(link)

    assert browser.reply.status_code == 410
    assert (before, len(await fetch("SELECT 1 FROM session"))) == (1, 2)


@pytest.mark.parametrize(("asked", "purpose"), [("/forgot", LinkPurpose.RESET), ("/sign-in/link", LinkPurpose.SIGN_IN)])
async def test_a_link_works_for_a_short_time_and_until_a_newer_one(
    client: AsyncClient, ada: Member, moved_clock: MovedClock, asked: str, purpose: LinkPurpose
) -> None:
    kind = MailKind.RESET_PASSWORD if purpose is LinkPurpose.RESET else MailKind.SIGN_IN_LINK
    browser, links = Browser(client), []
    for _ in range(2):
        await browser.open(asked)
        await browser.press("Ask for the link", email=ADA)
        links.append(await last_link(ADA, kind))

    answers = [(await browser.open(link)).status_code for link in links]
    moved_clock.move(seconds=LASTS[purpose].total_seconds())
    answers.append((await browser.open(links[1])).status_code)

    assert answers == [410, 200, 410]


async def test_a_link_for_one_thing_does_no_other(client: AsyncClient, ada: Member) -> None:
    browser = await forgets(client)
    token = (await last_link(ADA, MailKind.RESET_PASSWORD)).rpartition("/")[2]

    answers = {
        path: (await browser.open(f"{path}/{token}")).status_code
        for path in ("/sign-in/link", "/undo", "/confirm", "/reset")
    }

    assert answers == {"/sign-in/link": 410, "/undo": 410, "/confirm": 410, "/reset": 200}


async def test_a_button_does_what_its_page_says_although_another_link_was_opened_since(
    client: AsyncClient, ada: Member
) -> None:
    links = {}
    for asked, kind in (("/sign-in/link", MailKind.SIGN_IN_LINK), ("/forgot", MailKind.RESET_PASSWORD)):
        browser = Browser(client)
        await browser.open(asked)
        await browser.press("Ask for the link", email=ADA)
        links[kind] = await last_link(ADA, kind)
    grace = await enrol(email="grace@example.org", display_name="Ada")
    others = {
        kind: await make_link(grace.id, purpose=purpose, email="grace@example.org")
        for kind, purpose in (
            (MailKind.SIGN_IN_LINK, LinkPurpose.SIGN_IN),
            (MailKind.RESET_PASSWORD, LinkPurpose.RESET),
        )
    }
    before = await fetch("SELECT id, password_hash FROM account ORDER BY id")

    for kind, button in ((MailKind.SIGN_IN_LINK, "Sign in"), (MailKind.RESET_PASSWORD, "Set the new password")):
        browser = Browser(client)
        await browser.open(links[kind])
        assert ADA in browser.text
        await client.get(f"{links[kind].rpartition('/')[0]}/{others[kind]}")
        await browser.press(button, **({} if button == "Sign in" else {"password": NEW_PASSWORD}))
        assert "Open the link again" in browser.text

    assert await fetch("SELECT id, password_hash FROM account ORDER BY id") == before
    assert await fetch("SELECT 1 FROM session WHERE account = {}", grace.id) == []


async def test_only_a_hash_of_a_link_is_kept_and_its_page_has_no_token_in_the_address(
    client: AsyncClient, ada: Member
) -> None:
    browser = await forgets(client)
    link = await last_link(ADA, MailKind.RESET_PASSWORD)
    token = link.rpartition("/")[2]
    row = await fetch_one("SELECT * FROM mailed_link")
    assert row is not None

    await browser.open(link)

    assert token not in str(row)
    assert browser.path == "/reset"
    assert token not in browser.reply.text
    assert browser.reply.headers["referrer-policy"] == "no-referrer"
    assert token not in str(browser.reply.history[0].headers["location"])


async def test_two_who_use_a_link_at_once_are_one_who_does(client: AsyncClient, ada: Member) -> None:
    browser = Browser(client)
    await browser.open("/sign-in/link")
    await browser.press("Ask for the link", email=ADA)
    token = (await last_link(ADA, MailKind.SIGN_IN_LINK)).rpartition("/")[2]

    outcomes = await asyncio.gather(*[sign_in_by_link(token) for _ in range(6)], return_exceptions=True)

    assert sum(isinstance(outcome, LinkDeadError) for outcome in outcomes) == 5


async def test_nobody_is_written_to_who_is_no_member(client: AsyncClient, ada: Member) -> None:
    await forgets(client, "nobody@example.org")

    assert await mails_to("nobody@example.org") == []
    assert await fetch("SELECT 1 FROM mail_asked") == []


async def test_a_mailbox_is_not_flooded(client: AsyncClient, ada: Member) -> None:
    statuses = [(await forgets(client)).reply.status_code for _ in range(6)]

    assert statuses == [200] * 5 + [429]
    assert len([kind for kind, _ in await mails_to(ADA) if kind is MailKind.RESET_PASSWORD]) == 5


@pytest.mark.parametrize("path", ["/forgot", "/sign-in/link"])
@pytest.mark.parametrize("emails", [[ADA] * 6, OTHERS], ids=["the limit of the address", "the limit of the place"])
async def test_whoever_has_to_wait_for_a_mail_finds_their_address_still_there(
    client: AsyncClient, ada: Member, path: str, emails: list[str]
) -> None:
    browser = Browser(client)
    for email in emails:
        await browser.open(path)
        await browser.press("Ask for the link", email=email)

    assert browser.reply.status_code == 429
    assert int(browser.reply.headers["Retry-After"]) > 0
    assert emails[-1] in browser.reply.text
    assert f'href="{path}"' in browser.reply.text or f'action="{path}"' in browser.reply.text


def test_links_that_open_an_account_work_for_ten_minutes_at_most() -> None:
    assert {purpose: LASTS[purpose] for purpose in (LinkPurpose.RESET, LinkPurpose.SIGN_IN)} == {
        LinkPurpose.RESET: timedelta(minutes=10),
        LinkPurpose.SIGN_IN: timedelta(minutes=10),
    }


async def test_a_link_to_sign_in_is_used_up_by_whoever_is_leaving_too(client: AsyncClient, ada: Member) -> None:
    await leave(ada)
    browser = Browser(client)
    await browser.open("/sign-in/link")
    await browser.press("Ask for the link", email=ADA)
    link = await last_link(ADA, MailKind.SIGN_IN_LINK)
    await browser.open(link)

    await browser.press("Sign in")
    first = browser.path
    reply = await browser.open(link)

    assert (first, reply.status_code) == ("/leaving", 410)


@pytest.mark.parametrize("door", ["/undo", "/reset", "/confirm", "/sign-in/link", "/settings/email"])
async def test_nobody_behind_the_same_address_keeps_anybody_from_opening_a_link(
    client: AsyncClient, ada: Member, door: str
) -> None:
    others = Browser(client)
    for number in range(40):
        await others.open(f"{door}/{number:043}")  # so may a picture on a page of another site
    browser = await forgets(client)

    await browser.open(await last_link(ADA, MailKind.RESET_PASSWORD))
    await browser.press("Set the new password", password=NEW_PASSWORD)

    assert browser.path == "/sign-in"
    assert await signs_in(ADA, NEW_PASSWORD)
