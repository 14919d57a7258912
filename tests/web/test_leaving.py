"""Leaving by the pages, and the one page that is left to whoever is leaving."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from httpx import AsyncClient

from api.accounts import queries
from api.accounts.leaving import leaving_proof
from api.accounts.links import make_link
from api.accounts.resetting import reset_password
from api.accounts.schemas import LinkPurpose, Member
from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from api.database import fetch
from api.mail.schemas import MailKind
from api.privacy.erasure import leave, leaves_at
from api.profiles.queries import my_statements
from tests.api.accounts.making import with_app
from tests.api.connections.making import make_connection, make_recipient, make_request
from tests.factories import PASSWORD, email_of, make_member
from tests.moved_clock import MovedClock
from tests.web.browsing import Browser, browser_of
from tests.web.mailing import last_link
from web.pages import leaving as pages


async def test_leaving_signs_out_and_says_how_to_come_back(client: AsyncClient, moved_clock: MovedClock) -> None:
    ada = await make_member("Ada")
    browser = await browser_of(client, ada)
    await browser.open("/settings/delete")

    await browser.press("Delete my account")

    assert browser.path == "/"
    assert "Nobody can see you here any more." in browser.text
    assert await queries.sessions(ada, this=None) == []
    await browser.open("/home")
    assert browser.path == "/sign-in"


async def test_leaving_asks_first_who_it_is(client: AsyncClient, moved_clock: MovedClock) -> None:
    ada = await make_member("Ada")
    browser = await browser_of(client, ada)
    await browser.open("/settings/delete")
    moved_clock.move(minutes=20)

    await browser.press("Delete my account")

    assert "First, is it you?" in browser.reply.text
    assert await leaves_at(ada.id) is None


async def test_signing_in_while_leaving_leads_to_one_page_and_nowhere_else(client: AsyncClient) -> None:
    ada = await make_member("Ada", email="ada@example.org")
    await leave(ada)
    browser = Browser(client)

    await _sign_in(browser)

    assert browser.path == "/leaving"
    assert "Your account is being deleted on" in browser.text
    for path in ("/home", "/me", "/settings", "/matches", "/conversations"):
        await browser.open(path)
        assert browser.path == "/sign-in", path


async def test_whoever_stays_is_signed_in_and_finds_their_words(client: AsyncClient) -> None:
    ada = await make_member("Ada", email="ada@example.org", statements=["I keep bees on a flat roof."])
    await leave(ada)
    browser = Browser(client)
    await _sign_in(browser)

    await browser.press("Keep my account")

    assert browser.path == "/home"
    assert "Welcome back." in browser.text
    assert [read.text for read in (await my_statements(ada)).items] == ["I keep bees on a flat roof."]
    assert await leaves_at(ada.id) is None


async def test_whoever_does_not_want_to_wait_is_gone_at_once(client: AsyncClient) -> None:
    ada = await make_member("Ada", email="ada@example.org")
    await leave(ada)
    browser = Browser(client)
    await _sign_in(browser)

    await browser.press("Delete everything now", sure="yes")

    assert "Farewell" in browser.text
    assert await fetch("SELECT 1 FROM account WHERE id = {}", ada.id) == []


async def test_a_slip_of_the_finger_deletes_nothing(client: AsyncClient) -> None:
    ada = await make_member("Ada", email="ada@example.org")
    await leave(ada)
    browser = Browser(client)
    await _sign_in(browser)

    reply = await browser.press("Delete everything now")

    assert reply.status_code == 422
    assert "Tick the box if everything shall be deleted now." in browser.text
    assert await fetch("SELECT 1 FROM account WHERE id = {}", ada.id)
    await browser.press("Delete everything now", sure="yes")
    assert await fetch("SELECT 1 FROM account WHERE id = {}", ada.id) == []


async def test_whoever_knows_the_password_alone_does_not_close_the_way_back(client: AsyncClient, ada: Member) -> None:
    await leave(ada)
    thief = Browser(client)
    await _sign_in(thief)
    ticket = thief.form("Keep my account").values["ticket"][0]

    assert "Delete everything now" not in thief.text
    sent = await client.post("/leaving/now", data={"ticket": ticket}, headers={"Sec-Fetch-Site": "same-origin"})

    assert sent.headers["location"] == "/leaving"
    assert await fetch("SELECT 1 FROM account WHERE id = {}", ada.id)


async def test_whoever_reads_the_mails_is_gone_at_once_where_mail_goes_out(client: AsyncClient, ada: Member) -> None:
    await leave(ada)
    browser = Browser(client)
    await _sign_in(browser)

    await browser.open("/sign-in/link")
    await browser.press("Ask for the link", email="ada@example.org")
    await browser.open(await last_link("ada@example.org", MailKind.SIGN_IN_LINK))
    await browser.press("Sign in")
    await browser.press("Delete everything now", sure="yes")

    assert "Farewell" in browser.text
    assert await fetch("SELECT 1 FROM account WHERE id = {}", ada.id) == []


async def test_whoever_gave_a_code_is_gone_at_once_where_mail_goes_out(
    client: AsyncClient, ada: Member, moved_clock: MovedClock
) -> None:
    _, recovery_codes = await with_app(ada)
    moved_clock.move(days=8)
    await leave(ada)
    browser = Browser(client)
    await browser.open("/sign-in")
    await browser.press("Sign in", email="ada@example.org", password=PASSWORD)

    await browser.press("Go on", code=recovery_codes[0])
    await browser.press("Delete everything now", sure="yes")

    assert await fetch("SELECT 1 FROM account WHERE id = {}", ada.id) == []


async def _message(ada: Member, grace: Member) -> None:
    draft = MessageCreate("You are a fool, and so are your bees.")
    await send_message(ada, await make_connection(ada, grace), draft=draft)


async def _request(ada: Member, grace: Member) -> None:
    await make_request(ada, grace)


@pytest.mark.parametrize("write", [_message, _request])
async def test_whoever_just_wrote_to_somebody_is_not_gone_before_they_can_report_it(
    client: AsyncClient, moved_clock: MovedClock, write: Callable[[Member, Member], Awaitable[None]]
) -> None:
    ada = await make_member("Ada", email="ada@example.org", statements=["I keep bees on a flat roof."])
    await write(ada, await make_recipient())
    await leave(ada)
    browser = Browser(client)
    await _sign_in(browser)
    ticket = browser.form("Keep my account").values["ticket"][0]

    assert "You wrote to somebody in the last three days." in browser.text
    assert "Delete everything now" not in browser.text
    sent = await client.post("/leaving/now", data={"ticket": ticket}, headers={"Sec-Fetch-Site": "same-origin"})
    assert sent.headers["location"] == "/leaving"
    assert await fetch("SELECT 1 FROM account WHERE id = {}", ada.id)

    moved_clock.move(days=3, minutes=1)
    await _sign_in(browser)
    await browser.press("Delete everything now", sure="yes")
    assert await fetch("SELECT 1 FROM account WHERE id = {}", ada.id) == []


@pytest.mark.parametrize("step", ["stay", "now"])
async def test_nobody_decides_for_another(client: AsyncClient, step: str) -> None:
    ada = await make_member("Ada", email="ada@example.org")
    await leave(ada)
    browser = Browser(client)
    await _sign_in(browser)

    foreign = await client.post(f"/leaving/{step}", data={"ticket": "made up"})
    client.cookies.clear()
    nobody = await client.post(f"/leaving/{step}", data={"ticket": ""})

    assert foreign.status_code == 404
    assert (nobody.status_code, nobody.headers["location"]) == (303, "/sign-in")
    assert await leaves_at(ada.id) is not None


async def test_the_page_closes_after_half_an_hour(client: AsyncClient, moved_clock: MovedClock) -> None:
    ada = await make_member("Ada", email="ada@example.org")
    await leave(ada)
    browser = Browser(client)
    await _sign_in(browser)

    moved_clock.move(minutes=31)
    await browser.press("Keep my account")

    assert browser.path == "/sign-in"
    assert await leaves_at(ada.id) is not None


async def _sign_in(browser: Browser) -> None:
    await browser.open("/sign-in")
    await browser.press("Sign in", email="ada@example.org", password=PASSWORD)


@pytest.mark.parametrize("press", ["Keep my account", "Delete everything now"])
async def test_whoever_signed_in_while_leaving_decides_nothing_after_a_new_password(
    client: AsyncClient, press: str
) -> None:
    """Somebody knows Ada's password, and waits on the page; Ada sets a new one."""
    ada = await make_member("Ada", email="ada@example.org")
    await leave(ada)
    thief = Browser(client)
    await _sign_in(thief)
    await reset_password(
        await make_link(ada.id, purpose=LinkPurpose.RESET, email="ada@example.org"),
        password="seven loose kettles sing at dusk",
    )

    await thief.press(press)

    assert thief.path == "/sign-in"
    assert await leaves_at(ada.id) is not None


async def test_whoever_stays_at_the_moment_of_a_new_password_gets_no_session(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same, and Ada sets it between the look at what the other shows and what comes of it."""
    ada = await make_member("Ada", email="ada@example.org")
    await leave(ada)
    thief = Browser(client)
    await _sign_in(thief)

    async def looking(member_id: UUID) -> str | None:
        found = await leaving_proof(member_id)
        monkeypatch.setattr(pages, "leaving_proof", leaving_proof)
        await reset_password(
            await make_link(ada.id, purpose=LinkPurpose.RESET, email="ada@example.org"),
            password="seven loose kettles sing at dusk",
        )
        return found

    monkeypatch.setattr(pages, "leaving_proof", looking)

    await thief.press("Keep my account")

    assert thief.reply.status_code == 404
    assert await leaves_at(ada.id) is not None
    assert await queries.sessions(ada, this=None) == []


async def test_nobody_deletes_everything_at_once_while_a_mail_may_undo_a_change(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    await make_link(ada.id, purpose=LinkPurpose.UNDO, email="before@example.org")
    await leave(ada)
    browser = Browser(client)
    await browser.open("/sign-in")
    await browser.press("Sign in", email=await email_of(ada.id), password=PASSWORD)
    ticket = browser.form("Keep my account").values["ticket"][0]

    assert browser.path == "/leaving"
    assert "Delete everything now" not in browser.text
    sent = await client.post("/leaving/now", data={"ticket": ticket}, headers={"Sec-Fetch-Site": "same-origin"})

    assert sent.headers["location"] == "/leaving"
    assert await fetch("SELECT 1 FROM account WHERE id = {}", ada.id)
