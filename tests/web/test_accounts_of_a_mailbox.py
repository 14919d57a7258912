"""How many accounts one mailbox may have: each has quotas of its own, so none may be had by leaving and coming back."""

import pytest
from httpx import AsyncClient

from api import clock
from api.accounts.addresses import ACCOUNTS_OF_A_MAILBOX
from api.accounts.asking import ask_for_new_address
from api.accounts.confirming import confirm_address
from api.accounts.errors import LinkDeadError, MailboxFullError
from api.accounts.joining import create_account
from api.accounts.new_addresses import bring_address_back, change_address
from api.accounts.queries import members_by_email
from api.accounts.schemas import AccountCreate, AccountCreated, Credential, Member
from api.mail.schemas import MailKind
from api.privacy.erasure import erase
from tests.factories import PASSWORD
from tests.moved_clock import MovedClock
from tests.web.browsing import Browser
from tests.web.mailing import last_link, mail_goes_out


@pytest.fixture(autouse=True)
def _mail(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    mail_goes_out(monkeypatch)


async def test_a_mailbox_has_three_accounts_whatever_is_written_after_a_plus_sign(client: AsyncClient) -> None:
    for number in range(4):
        email = f"ada+{number}@example.org"
        draft = AccountCreate(email=email, password=PASSWORD, display_name="Ada", over_18=True)
        assert await create_account(draft) == AccountCreated(next="confirm_email")
        browser = Browser(client)
        await browser.open(await last_link(email, MailKind.CONFIRM_ADDRESS))
        reply = await browser.press("Confirm and sign in", password=PASSWORD)

    assert reply.status_code == 409
    assert "Three accounts" in browser.text
    assert len(await members_by_email([f"ada+{number}@example.org" for number in range(4)])) == 3
    assert await _join("adam@example.org")


async def test_whoever_deletes_an_account_at_once_has_no_other_in_its_place(moved_clock: MovedClock) -> None:
    for number in range(ACCOUNTS_OF_A_MAILBOX):
        await erase((await _join(f"ada+{number}@example.org")).id)

    with pytest.raises(MailboxFullError):
        await _join("ada@example.org")

    moved_clock.move(days=30)
    assert await _join("ada@example.org")


async def test_accounts_that_are_moved_away_and_brought_back_leave_no_room_meanwhile(moved_clock: MovedClock) -> None:
    moved = [await _join(f"ada+{number}@example.org") for number in range(ACCOUNTS_OF_A_MAILBOX)]
    moved_clock.move(days=31)
    for number, ada in enumerate(moved):
        await _move(ada, f"elsewhere+{number}@example.org")
    with pytest.raises(MailboxFullError):
        await _join("ada@example.org")

    for number in range(ACCOUNTS_OF_A_MAILBOX):
        back = await last_link(f"ada+{number}@example.org", MailKind.ADDRESS_CHANGED)
        await bring_address_back(back.rpartition("/")[2])

    with pytest.raises(MailboxFullError):
        await _join("ada@example.org")
    with pytest.raises(MailboxFullError):
        await _join("elsewhere@example.org")


async def test_what_comes_to_nothing_or_stays_in_its_mailbox_takes_no_place() -> None:
    ada = await _join("ada@example.org")
    await create_account(AccountCreate(email="ada+1@example.org", password=PASSWORD, display_name="Ada", over_18=True))
    link = await last_link("ada+1@example.org", MailKind.CONFIRM_ADDRESS)
    await _move(ada, "ada+1@example.org")
    for _ in range(ACCOUNTS_OF_A_MAILBOX):
        with pytest.raises(LinkDeadError):
            await confirm_address(link.rpartition("/")[2], password=PASSWORD)

    assert await _join("ada+2@example.org")
    assert await _join("ada+3@example.org")


async def _join(email: str) -> Member:
    await create_account(AccountCreate(email=email, password=PASSWORD, display_name="Ada", over_18=True))
    token = (await last_link(email, MailKind.CONFIRM_ADDRESS)).rpartition("/")[2]
    return (await confirm_address(token, password=PASSWORD)).session.member


async def _move(member: Member, email: str) -> None:
    proved = Credential(session_id=None, token_id=None, scopes=frozenset(), proved_at=clock.now())
    await ask_for_new_address(member, credential=proved, email=email)
    token = (await last_link(email, MailKind.CONFIRM_NEW_ADDRESS)).rpartition("/")[2]
    await change_address(member, token=token)
