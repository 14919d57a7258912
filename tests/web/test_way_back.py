"""The way back of whoever lost their account for a while: nothing that is done in it meanwhile closes it."""

import asyncio
from uuid import UUID

import msgspec
import pytest
from httpx import AsyncClient

from api import clock
from api.accounts import new_addresses
from api.accounts.asking import answer_asked, ask_for_new_address, ask_for_reset
from api.accounts.confirming import confirm_address
from api.accounts.errors import LinkDeadError
from api.accounts.joining import create_account
from api.accounts.new_addresses import bring_address_back, change_address
from api.accounts.schemas import AccountCreate, Asked, Credential, Member
from api.accounts.ways_in import end_every_credential
from api.database import fetch
from api.mail.schemas import MailKind
from api.privacy.erasure import leave, stay
from tests.api.accounts.making import with_app
from tests.api.mail.posting import ADA
from tests.factories import NEW_PASSWORD
from tests.moved_clock import MovedClock
from tests.web.browsing import Browser
from tests.web.mailing import last_link, mails_to

THIEF = "thief@example.org"


async def _change(member: Member, address: str) -> None:
    """Give an account another address, as whoever has just signed in to it can."""
    recent = Credential(session_id=None, token_id=None, scopes=frozenset(), proved_at=clock.now())
    await ask_for_new_address(member, credential=recent, email=address)
    await change_address(member, token=await _token(address, MailKind.CONFIRM_NEW_ADDRESS))


async def _token(address: str, kind: MailKind) -> str:
    return (await last_link(address, kind)).rpartition("/")[2]


async def test_leaving_and_staying_after_all_takes_no_address_away_for_good(client: AsyncClient, ada: Member) -> None:
    await _change(ada, THIEF)
    await leave(ada)
    await stay(ada.id)
    browser = Browser(client)

    await browser.open(await last_link(ADA, MailKind.ADDRESS_CHANGED))
    await browser.press("It was not me")
    await browser.press("Set the new password", password=NEW_PASSWORD)
    await browser.press("Sign in", email=ADA, password=NEW_PASSWORD)

    assert browser.path == "/home"


async def test_whoever_takes_their_address_back_by_hand_leaves_no_way_in_behind_them(ada: Member) -> None:
    """A thief who may undo it would have the account again, whatever password Ada has set since."""
    await _change(ada, THIEF)
    await _change(ada, ADA)

    assert [kind for kind, _ in await mails_to(THIEF)] == [MailKind.CONFIRM_NEW_ADDRESS, MailKind.ADDRESS_CHANGED_BACK]
    assert await fetch("SELECT email FROM mailed_link") == []


async def test_the_oldest_address_has_the_last_word_however_long_others_wait(
    ada: Member, moved_clock: MovedClock
) -> None:
    """Ada moves the account that was taken from her to a third address; the thief waits until hers is too late."""
    await _change(ada, THIEF)
    first = await _token(ADA, MailKind.ADDRESS_CHANGED)
    moved_clock.move(days=1)
    await _change(ada, "ada.elsewhere@example.org")
    moved_clock.move(days=6, hours=23)
    await bring_address_back(await _token(THIEF, MailKind.ADDRESS_CHANGED))
    moved_clock.move(days=6)

    await bring_address_back(first)

    assert [row["email"] for row in await fetch("SELECT email FROM account")] == [ADA]


async def test_whoever_switches_codes_on_gives_an_address_that_they_left_no_more_time(
    ada: Member, moved_clock: MovedClock
) -> None:
    await _change(ada, "ada.elsewhere@example.org")
    first = "SELECT expires_at FROM mailed_link WHERE email = {}"
    before = await fetch(first, ADA)
    moved_clock.move(days=3)

    await with_app(ada)

    assert await fetch(first, ADA) == before


async def test_another_name_for_the_same_mailbox_ends_no_way_back(ada: Member) -> None:
    await with_app(ada)
    await _change(ada, ADA.replace("@", "+here@"))

    assert len(await fetch("SELECT id FROM mailed_link WHERE purpose = 'undo'")) == 2


async def test_leaving_takes_nobody_the_way_around_an_app_that_is_not_theirs(client: AsyncClient, ada: Member) -> None:
    await with_app(ada)
    await leave(ada)
    browser = Browser(client)

    await browser.open(await last_link(ADA, MailKind.SECOND_STEP_ON))
    await browser.press("It was not me")
    await browser.press("Set the new password", password=NEW_PASSWORD)
    await browser.press("Sign in", email=ADA, password=NEW_PASSWORD)

    assert browser.path == "/leaving"


async def test_no_link_goes_to_an_address_that_is_taken_from_the_account_at_this_moment(
    ada: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _change(ada, THIEF)
    undo = await _token(ADA, MailKind.ADDRESS_CHANGED)
    await ask_for_reset(email=THIEF)
    [asked] = await fetch("SELECT id FROM mail_asked")
    undoing = asyncio.Event()

    async def ending(account: UUID) -> None:
        undoing.set()
        await asyncio.sleep(0.3)  # the job looks whose address it is, and waits for the account
        await end_every_credential(account)

    monkeypatch.setattr(new_addresses, "end_every_credential", ending)

    async def answering() -> None:
        await undoing.wait()
        await answer_asked(msgspec.json.encode(Asked(asked["id"])))

    await asyncio.gather(bring_address_back(undo), answering())

    assert MailKind.RESET_PASSWORD not in [kind for kind, _ in await mails_to(THIEF)]
    assert [row["email"] for row in await fetch("SELECT email FROM mailed_link")] == [ADA]


async def test_an_old_sign_up_gets_no_address_that_may_be_brought_back(ada: Member) -> None:
    between = "ada.for.a.day@example.org"
    await create_account(AccountCreate(email=between, password=NEW_PASSWORD, display_name="Ada", over_18=True))
    sign_up = await _token(between, MailKind.CONFIRM_ADDRESS)
    await _change(ada, between)
    await _change(ada, THIEF)

    with pytest.raises(LinkDeadError):
        await confirm_address(sign_up, password=NEW_PASSWORD)
    await bring_address_back(await _token(between, MailKind.ADDRESS_CHANGED))

    assert [row["email"] for row in await fetch("SELECT email FROM account")] == [between]
