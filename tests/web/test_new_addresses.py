"""An address is changed by a link to the new one, and brought back by a link to the old one."""

from uuid import uuid4

import pytest
from httpx import AsyncClient

from api.accounts.asking import ask_for_new_address
from api.accounts.errors import LinkDeadError
from api.accounts.joining import enrol
from api.accounts.new_addresses import change_address
from api.accounts.queries import member_by_session
from api.accounts.schemas import Credential, Member
from api.accounts.services import open_session
from api.clock import now
from api.mail.schemas import MailKind
from tests.api.mail.posting import ADA
from tests.factories import NEW_PASSWORD, PASSWORD
from tests.moved_clock import MovedClock
from tests.web.browsing import Browser, browser_of
from tests.web.mailing import last_link, mails_to, signs_in

NEW = "ada.new@example.org"


def _recent() -> Credential:
    return Credential(session_id=None, token_id=None, scopes=frozenset(), proved_at=now())


async def _stranger() -> Member:
    return await enrol(email=f"stranger{uuid4()}@example.org", display_name="Grace")


async def test_an_address_is_changed_by_a_link_to_the_new_one(client: AsyncClient, ada: Member) -> None:
    elsewhere = await open_session(ada)
    browser = await browser_of(client, ada)
    await browser.open("/settings/email")
    await browser.press("Send the link", email=NEW)
    assert await signs_in(ADA, PASSWORD)

    await browser.open(await last_link(NEW, MailKind.CONFIRM_NEW_ADDRESS))
    await browser.press("Use this address")

    assert browser.path == "/settings"
    assert NEW in browser.text
    assert (await signs_in(NEW, PASSWORD), await signs_in(ADA, PASSWORD)) == (True, False)
    assert await member_by_session(elsewhere.token) is None
    assert (await mails_to(ADA))[-1][0] is MailKind.ADDRESS_CHANGED


async def test_a_stranger_who_gets_the_link_by_a_slip_of_the_pen_gets_no_account(
    client: AsyncClient, ada: Member
) -> None:
    await ask_for_new_address(ada, credential=_recent(), email=NEW)
    link = await last_link(NEW, MailKind.CONFIRM_NEW_ADDRESS)
    browser = await browser_of(client, await _stranger())

    await browser.open(link)

    assert browser.reply.status_code == 410
    with pytest.raises(LinkDeadError):
        await change_address(await _stranger(), token=link.rpartition("/")[2])
    assert await signs_in(ADA, PASSWORD)


async def test_whoever_opens_the_link_signed_out_signs_in_first_and_goes_on(client: AsyncClient, ada: Member) -> None:
    await ask_for_new_address(ada, credential=_recent(), email=NEW)
    link = await last_link(NEW, MailKind.CONFIRM_NEW_ADDRESS)
    browser = Browser(client)

    await browser.open(link)

    assert browser.path == "/sign-in"
    assert link.rpartition("/")[2] not in str(browser.reply.url) + browser.reply.text
    await browser.press("Sign in", email=ADA, password=PASSWORD)
    await browser.press("Use this address")
    assert await signs_in(NEW, PASSWORD)


async def test_a_change_of_address_needs_a_recent_sign_in(
    client: AsyncClient, ada: Member, moved_clock: MovedClock
) -> None:
    browser = await browser_of(client, ada)
    moved_clock.move(minutes=15)

    await browser.open("/settings/email")

    assert browser.path == "/sign-in/again"


async def test_the_old_address_brings_itself_back_even_after_two_changes(client: AsyncClient, ada: Member) -> None:
    """Somebody got into Ada's browser, and changes the address twice to get rid of her."""
    for address in (NEW, "thief@example.org"):
        await ask_for_new_address(ada, credential=_recent(), email=address)
        link = await last_link(address, MailKind.CONFIRM_NEW_ADDRESS)
        thief = await change_address(ada, token=link.rpartition("/")[2])
    browser = Browser(client)
    await browser.open(await last_link(ADA, MailKind.ADDRESS_CHANGED))
    assert await signs_in("thief@example.org", PASSWORD)

    await browser.press("It was not me")
    assert browser.path == "/reset"
    await browser.press("Set the new password", password=NEW_PASSWORD)

    assert await member_by_session(thief.token) is None
    assert (await signs_in(ADA, NEW_PASSWORD), await signs_in("thief@example.org", NEW_PASSWORD)) == (True, False)
    await browser.open(await last_link(NEW, MailKind.ADDRESS_CHANGED))
    assert browser.reply.status_code == 410


async def test_the_way_back_ends_after_seven_days(client: AsyncClient, ada: Member, moved_clock: MovedClock) -> None:
    await ask_for_new_address(ada, credential=_recent(), email=NEW)
    link = await last_link(NEW, MailKind.CONFIRM_NEW_ADDRESS)
    await change_address(ada, token=link.rpartition("/")[2])
    undo = await last_link(ADA, MailKind.ADDRESS_CHANGED)

    moved_clock.move(days=7)
    reply = await Browser(client).open(undo)

    assert reply.status_code == 410


async def test_an_address_that_may_be_brought_back_is_nobody_elses(client: AsyncClient, ada: Member) -> None:
    await ask_for_new_address(ada, credential=_recent(), email=NEW)
    link = await last_link(NEW, MailKind.CONFIRM_NEW_ADDRESS)
    await change_address(ada, token=link.rpartition("/")[2])

    await client.post(
        "/api/v1/accounts", json={"email": ADA, "password": NEW_PASSWORD, "display_name": "Eve", "over_18": True}
    )

    assert (await mails_to(ADA))[-1][0] is MailKind.ALREADY_A_MEMBER


async def test_a_taken_address_is_told_by_mail_and_by_nothing_else(client: AsyncClient, ada: Member) -> None:
    grace = await _stranger()
    browser = await browser_of(client, grace)
    for email in (ADA, "free@example.org"):
        await browser.open("/settings/email")
        await browser.press("Send the link", email=email)
        assert browser.path == "/look-in-your-mail"

    assert [kind for kind, _ in await mails_to(ADA)] == [MailKind.ADDRESS_IS_TAKEN]
