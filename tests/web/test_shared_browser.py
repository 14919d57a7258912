"""What the next person at the same browser finds of an account, when its member has closed a page and gone."""

from httpx import AsyncClient

from api.accounts.asking import ask_for_new_address, ask_for_sign_in
from api.accounts.new_addresses import change_address
from api.accounts.schemas import Credential, Member
from api.clock import now
from api.mail.schemas import MailKind
from api.privacy.erasure import leave
from tests.api.mail.posting import ADA
from tests.factories import PASSWORD
from tests.web.browsing import Browser, browser_of
from tests.web.mailing import last_link

NEW = "ada.new@example.org"


async def _link_that_undoes(member: Member) -> str:
    recently = Credential(session_id=None, token_id=None, scopes=frozenset(), proved_at=now())
    await ask_for_new_address(member, credential=recently, email=NEW)
    link = await last_link(NEW, MailKind.CONFIRM_NEW_ADDRESS)
    await change_address(member, token=link.rpartition("/")[2])
    return await last_link(ADA, MailKind.ADDRESS_CHANGED)


async def test_signing_out_takes_an_open_link_from_a_mail_too(client: AsyncClient, ada: Member) -> None:
    undo = await _link_that_undoes(ada)
    browser = await browser_of(client, ada)
    await browser.open(undo)
    await browser.open("/me")

    await browser.press("Sign out")

    await browser.open("/undo")
    assert "Was it not you?" not in browser.text
    assert not [name for name in client.cookies if not name.endswith("notice")]


async def test_a_link_that_brings_an_address_back_can_be_left_behind(client: AsyncClient, ada: Member) -> None:
    undo = await _link_that_undoes(ada)
    browser = Browser(client)
    await browser.open(undo)

    await browser.press("It was me, close this page")

    assert browser.path == "/"
    assert "This browser has forgotten the link." in browser.text
    await browser.open("/undo")
    assert "Was it not you?" not in browser.text
    await browser.open(undo)
    assert "Was it not you?" in browser.text


async def test_a_link_that_signs_in_can_be_left_behind(client: AsyncClient, ada: Member) -> None:
    await ask_for_sign_in(email=ADA)
    browser = Browser(client)
    await browser.open(await last_link(ADA, MailKind.SIGN_IN_LINK))

    await browser.press("Close this page for good")

    await browser.open("/sign-in/link/open")
    assert "This signs you in as" not in browser.text


async def test_who_lets_an_account_go_leaves_no_way_back_to_it_in_the_browser(client: AsyncClient, ada: Member) -> None:
    await leave(ada)
    browser = Browser(client)
    await browser.open("/sign-in")
    await browser.press("Sign in", email=ADA, password=PASSWORD)
    assert browser.path == "/leaving"

    await browser.press("Close this page for good")

    await browser.open("/leaving")
    assert browser.path == "/sign-in"
