"""Where mail goes out, an address is confirmed before there is an account, by whoever chose the password."""

import pytest
from httpx import AsyncClient

from api.accounts.pending import delete_unconfirmed
from api.accounts.queries import members_by_email
from api.database import fetch, fetch_one
from api.mail.schemas import MailKind
from api.profiles.purposes import consent_version
from api.profiles.schemas import Purpose
from tests.api.mail.posting import ADA
from tests.factories import PASSWORD
from tests.moved_clock import MovedClock
from tests.web.browsing import Browser
from tests.web.mailing import last_link, mail_goes_out, mails_to

OTHER = "seven loose kettles sing at dusk"


async def _join(client: AsyncClient, *, password: str = PASSWORD, purpose: str = "belief") -> Browser:
    browser = Browser(client)
    await browser.open("/join")
    await browser.press("Go on", purpose=[purpose])
    if purpose == "belief":
        await browser.press("Go on", consent=[f"belief:{consent_version(Purpose.BELIEF)}"])
    await browser.press("Go on", display_name="Ada")
    await browser.press("Go on", email=ADA)
    await browser.press("These are right, go on")
    await browser.press("Make my account", password=password, over_18="yes")
    return browser


@pytest.fixture(autouse=True)
def _mail(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    mail_goes_out(monkeypatch)


async def test_joining_ends_at_the_mailbox_and_confirming_opens_the_account(client: AsyncClient) -> None:
    browser = await _join(client)
    assert browser.path == "/look-in-your-mail"
    assert await members_by_email([ADA]) == {}

    await browser.open(await last_link(ADA, MailKind.CONFIRM_ADDRESS))
    await browser.press("Confirm and sign in", password=PASSWORD)

    assert browser.path == "/first-words/belief"
    row = await fetch_one("SELECT purpose, version FROM consent")
    assert row is not None
    assert (row["purpose"], row["version"]) == ("belief", consent_version(Purpose.BELIEF))


async def test_what_was_chosen_is_sealed_and_in_no_mail(client: AsyncClient) -> None:
    await _join(client)

    [(_, text)] = await mails_to(ADA)
    row = await fetch_one("SELECT choices FROM pending_account")
    assert row is not None
    assert "belief" not in text + row["choices"]
    assert "Ada" not in text


async def test_an_unconfirmed_account_opens_nothing_and_looks_like_none(client: AsyncClient) -> None:
    await _join(client)

    known, unknown = [
        await client.post("/api/v1/tokens", json={"email": email, "password": PASSWORD, "name": "x"})
        for email in (ADA, "nobody@example.org")
    ]

    assert known.status_code == 401
    assert known.content == unknown.content


async def test_a_program_that_opens_every_link_confirms_nothing(client: AsyncClient) -> None:
    await _join(client)
    link = await last_link(ADA, MailKind.CONFIRM_ADDRESS)

    for _ in range(3):
        await Browser(client).open(link)

    assert await members_by_email([ADA]) == {}


async def test_nobody_confirms_what_a_stranger_began(client: AsyncClient) -> None:
    """Somebody joins with Ada's address and a password of theirs, and hopes that she opens the link."""
    await _join(client, password=OTHER)
    browser = Browser(client)
    await browser.open(await last_link(ADA, MailKind.CONFIRM_ADDRESS))

    await browser.press("Confirm and sign in", password=PASSWORD)

    assert browser.reply.status_code == 422
    assert await members_by_email([ADA]) == {}


async def test_a_stranger_who_began_first_keeps_nobody_from_joining(client: AsyncClient) -> None:
    await _join(client, password=OTHER)
    browser = await _join(client)
    await browser.open(await last_link(ADA, MailKind.CONFIRM_ADDRESS))

    await browser.press("Confirm and sign in", password=PASSWORD)

    assert browser.path == "/first-words/belief"
    assert await fetch("SELECT 1 FROM pending_account") == []


async def test_a_link_confirms_once(client: AsyncClient) -> None:
    browser = await _join(client)
    link = await last_link(ADA, MailKind.CONFIRM_ADDRESS)
    await browser.open(link)
    await browser.press("Confirm and sign in", password=PASSWORD)

    await browser.open(link)

    assert browser.reply.status_code == 410


async def test_a_link_that_is_too_old_can_be_had_again(client: AsyncClient, moved_clock: MovedClock) -> None:
    browser = await _join(client)
    old = await last_link(ADA, MailKind.CONFIRM_ADDRESS)
    moved_clock.move(hours=24)
    await browser.open(old)
    assert browser.reply.status_code == 410

    await browser.press("Send me another mail")
    new = await last_link(ADA, MailKind.CONFIRM_ADDRESS)
    await browser.open(old)
    assert browser.reply.status_code == 410
    await browser.open(new)
    await browser.press("Confirm and sign in", password=PASSWORD)

    assert browser.path == "/first-words/belief"


async def test_what_nobody_confirms_goes_after_seven_days(client: AsyncClient, moved_clock: MovedClock) -> None:
    await _join(client)
    link = await last_link(ADA, MailKind.CONFIRM_ADDRESS)
    moved_clock.move(days=7)
    browser = Browser(client)

    await browser.open(link)
    assert "Send me another mail" not in browser.text
    assert await delete_unconfirmed() == 1


async def test_a_taken_address_gets_another_mail_and_the_same_answer(client: AsyncClient) -> None:
    draft = {"email": ADA, "password": PASSWORD, "display_name": "Ada", "over_18": True}
    free = await client.post("/api/v1/accounts", json=draft)
    await make_taken(ADA)
    taken = await client.post("/api/v1/accounts", json=draft)

    assert (free.status_code, free.json()) == (202, {"next": "confirm_email"})
    assert (taken.status_code, taken.content) == (free.status_code, free.content)
    assert (await mails_to(ADA))[-1][0] is MailKind.ALREADY_A_MEMBER
    assert len(await fetch("SELECT 1 FROM account WHERE email = {}", ADA)) == 1


async def make_taken(email: str) -> None:
    """Give somebody this address."""
    member = await make_enrolled()
    await fetch("UPDATE account SET email = {} WHERE id = {}", email, member)


async def make_enrolled() -> object:
    """A member made before mail went out."""
    from api.accounts.joining import enrol

    return (await enrol(email="first@example.org", display_name="Ada")).id
