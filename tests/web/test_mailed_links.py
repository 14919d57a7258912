"""Links in mails set a password anew, sign in, change an address and undo that: once, soon, by pressing a button."""

from datetime import timedelta

import pyotp
import pytest
from httpx import AsyncClient

from api.accounts.asking import ask_for_new_address
from api.accounts.errors import LinkDeadError, WrongCredentialsError
from api.accounts.links import LASTS
from api.accounts.new_addresses import change_address
from api.accounts.queries import member_by_session
from api.accounts.schemas import Credential, LinkPurpose, Member
from api.accounts.services import open_session, prove
from api.clock import now
from api.database import fetch, fetch_one
from api.mail.schemas import MailKind
from api.privacy.erasure import leave
from tests.api.accounts.making import credential_of, with_app
from tests.factories import PASSWORD, as_member, make_member
from tests.moved_clock import MovedClock
from tests.web.browsing import Browser, browser_of
from tests.web.mailing import last_link, mail_goes_out, mails_to

ADA = "ada@example.org"
NEW = "ada.new@example.org"
OTHER = "seven loose kettles sing at dusk"

OTHERS = [f"somebody{number}@example.org" for number in range(11)]


@pytest.fixture
async def ada(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> Member:
    """A member, on a site that sends mail."""
    member = await make_member("Ada", email=ADA)
    mail_goes_out(monkeypatch)
    return member


async def _forget(client: AsyncClient, email: str = ADA) -> Browser:
    browser = Browser(client)
    await browser.open("/forgot")
    await browser.press("Ask for the link", email=email)
    return browser


def _recent(session_id: object = None) -> Credential:
    return Credential(session_id=None, token_id=None, scopes=frozenset(), proved_at=now())


async def _signs_in(email: str, password: str) -> bool:
    try:
        await prove(email=email, password=password)
    except WrongCredentialsError:
        return False
    return True


async def test_a_forgotten_password_is_set_anew_and_ends_everything_that_opened_the_account(
    client: AsyncClient, ada: Member
) -> None:
    session, token = await open_session(ada), await as_member(client, ada)
    browser = await _forget(client)
    assert browser.path == "/look-in-your-mail"

    await browser.open(await last_link(ADA, MailKind.RESET_PASSWORD))
    await browser.press("Set the new password", password=OTHER)

    assert browser.path == "/sign-in"
    assert (await _signs_in(ADA, OTHER), await _signs_in(ADA, PASSWORD)) == (True, False)
    assert await member_by_session(session.token) is None
    assert (
        await AsyncClient(transport=client._transport, base_url=client.base_url).get("/api/v1/me", headers=token)
    ).status_code == 401
    assert (await mails_to(ADA))[-1][0] is MailKind.PASSWORD_CHANGED


async def test_a_bad_new_password_uses_nothing_up(client: AsyncClient, ada: Member) -> None:
    browser = await _forget(client)
    await browser.open(await last_link(ADA, MailKind.RESET_PASSWORD))

    reply = await browser.press("Set the new password", password="short")
    assert reply.status_code == 422
    await browser.press("Set the new password", password=OTHER)

    assert browser.path == "/sign-in"


async def test_whoever_has_an_app_for_codes_needs_one_for_a_new_password(client: AsyncClient, ada: Member) -> None:
    from api.accounts.second_factor import begin_second_factor, confirm_second_factor, waiting_app

    here = await credential_of(ada)
    await begin_second_factor(ada, credential=here)
    app = await waiting_app(ada, credential=here)
    assert app is not None
    await confirm_second_factor(ada, credential=here, code=pyotp.TOTP(app.key).at(now() - timedelta(seconds=30)))
    browser = await _forget(client)
    await browser.open(await last_link(ADA, MailKind.RESET_PASSWORD))

    # Recovery codes have letters, which a keyboard for numbers has not.
    assert "numeric" not in browser.reply.text
    reply = await browser.press("Set the new password", password=OTHER, code="000000")
    assert (reply.status_code, await _signs_in(ADA, OTHER)) == (422, False)
    await browser.press(
        "Set the new password", password=OTHER, code=pyotp.TOTP(app.key).at(now() + timedelta(seconds=30))
    )

    assert browser.path == "/sign-in"


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
    browser = await _forget(client)
    token = (await last_link(ADA, MailKind.RESET_PASSWORD)).rpartition("/")[2]

    answers = {
        path: (await browser.open(f"{path}/{token}")).status_code
        for path in ("/sign-in/link", "/undo", "/confirm", "/reset")
    }

    assert answers == {"/sign-in/link": 410, "/undo": 410, "/confirm": 410, "/reset": 200}


async def test_only_a_hash_of_a_link_is_kept_and_its_page_has_no_token_in_the_address(
    client: AsyncClient, ada: Member
) -> None:
    browser = await _forget(client)
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
    import asyncio

    from api.accounts.resetting import sign_in_by_link

    browser = Browser(client)
    await browser.open("/sign-in/link")
    await browser.press("Ask for the link", email=ADA)
    token = (await last_link(ADA, MailKind.SIGN_IN_LINK)).rpartition("/")[2]

    outcomes = await asyncio.gather(*[sign_in_by_link(token) for _ in range(6)], return_exceptions=True)

    assert sum(isinstance(outcome, LinkDeadError) for outcome in outcomes) == 5


async def test_an_address_is_changed_by_a_link_to_the_new_one(client: AsyncClient, ada: Member) -> None:
    elsewhere = await open_session(ada)
    browser = await browser_of(client, ada)
    await browser.open("/settings/email")
    await browser.press("Send the link", email=NEW)
    assert await _signs_in(ADA, PASSWORD)

    await browser.open(await last_link(NEW, MailKind.CONFIRM_NEW_ADDRESS))
    await browser.press("Use this address")

    assert browser.path == "/settings"
    assert NEW in browser.text
    assert (await _signs_in(NEW, PASSWORD), await _signs_in(ADA, PASSWORD)) == (True, False)
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
    assert await _signs_in(ADA, PASSWORD)


async def test_whoever_opens_the_link_signed_out_signs_in_first_and_goes_on(client: AsyncClient, ada: Member) -> None:
    await ask_for_new_address(ada, credential=_recent(), email=NEW)
    link = await last_link(NEW, MailKind.CONFIRM_NEW_ADDRESS)
    browser = Browser(client)

    await browser.open(link)

    assert browser.path == "/sign-in"
    assert link.rpartition("/")[2] not in str(browser.reply.url) + browser.reply.text
    await browser.press("Sign in", email=ADA, password=PASSWORD)
    await browser.press("Use this address")
    assert await _signs_in(NEW, PASSWORD)


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
    assert await _signs_in("thief@example.org", PASSWORD)

    await browser.press("It was not me")
    assert browser.path == "/reset"
    await browser.press("Set the new password", password=OTHER)

    assert await member_by_session(thief.token) is None
    assert (await _signs_in(ADA, OTHER), await _signs_in("thief@example.org", OTHER)) == (True, False)
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
        "/api/v1/accounts", json={"email": ADA, "password": OTHER, "display_name": "Eve", "over_18": True}
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


async def test_nobody_is_written_to_who_is_no_member(client: AsyncClient, ada: Member) -> None:
    await _forget(client, "nobody@example.org")

    assert await mails_to("nobody@example.org") == []
    assert await fetch("SELECT 1 FROM mail_asked") == []


async def test_a_mailbox_is_not_flooded(client: AsyncClient, ada: Member) -> None:
    statuses = [(await _forget(client)).reply.status_code for _ in range(6)]

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


async def _stranger() -> Member:
    from api.accounts.joining import enrol
    from tests.factories import _number

    return await enrol(email=f"stranger{next(_number)}@example.org", display_name="Grace")


def test_links_that_open_an_account_work_for_ten_minutes_at_most() -> None:
    assert {purpose: LASTS[purpose] for purpose in (LinkPurpose.RESET, LinkPurpose.SIGN_IN)} == {
        LinkPurpose.RESET: timedelta(minutes=10),
        LinkPurpose.SIGN_IN: timedelta(minutes=10),
    }


async def test_nobody_shuts_the_owner_out_with_an_app_of_their_own(client: AsyncClient, ada: Member) -> None:
    """Somebody knows the password of Ada, who has no app, and sets one up."""
    await with_app(ada)
    browser = Browser(client)

    await browser.open(await last_link(ADA, MailKind.SECOND_STEP_ON))
    await browser.press("It was not me")
    back = await _signs_in(ADA, PASSWORD)
    await browser.press("Set the new password", password=OTHER)

    assert not back
    assert browser.path == "/sign-in"
    await browser.press("Sign in", email=ADA, password=OTHER)
    assert browser.path == "/home"


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
