"""A forgotten password is set anew by a link, and nobody shuts the owner of a mailbox out."""

from datetime import timedelta

import pyotp
from httpx import AsyncClient

from api.accounts.queries import member_by_session
from api.accounts.schemas import Member
from api.accounts.second_factor import begin_second_factor, confirm_second_factor, waiting_app
from api.accounts.services import open_session
from api.clock import now
from api.mail.schemas import MailKind
from tests.api.accounts.making import credential_of, with_app
from tests.api.mail.posting import ADA
from tests.factories import NEW_PASSWORD, PASSWORD, as_member
from tests.web.browsing import Browser
from tests.web.mailing import forgets, last_link, mails_to, signs_in


async def test_a_forgotten_password_is_set_anew_and_ends_everything_that_opened_the_account(
    client: AsyncClient, ada: Member
) -> None:
    session, token = await open_session(ada), await as_member(client, ada)
    browser = await forgets(client)
    assert browser.path == "/look-in-your-mail"

    await browser.open(await last_link(ADA, MailKind.RESET_PASSWORD))
    await browser.press("Set the new password", password=NEW_PASSWORD)

    assert browser.path == "/sign-in"
    assert (await signs_in(ADA, NEW_PASSWORD), await signs_in(ADA, PASSWORD)) == (True, False)
    assert await member_by_session(session.token) is None
    assert (
        await AsyncClient(transport=client._transport, base_url=client.base_url).get("/api/v1/me", headers=token)
    ).status_code == 401
    assert (await mails_to(ADA))[-1][0] is MailKind.PASSWORD_CHANGED


async def test_a_bad_new_password_uses_nothing_up(client: AsyncClient, ada: Member) -> None:
    browser = await forgets(client)
    await browser.open(await last_link(ADA, MailKind.RESET_PASSWORD))

    reply = await browser.press("Set the new password", password="short")
    assert reply.status_code == 422
    await browser.press("Set the new password", password=NEW_PASSWORD)

    assert browser.path == "/sign-in"


async def test_whoever_has_an_app_for_codes_needs_one_for_a_new_password(client: AsyncClient, ada: Member) -> None:
    here = await credential_of(ada)
    await begin_second_factor(ada, credential=here)
    app = await waiting_app(ada, credential=here)
    assert app is not None
    await confirm_second_factor(ada, credential=here, code=pyotp.TOTP(app.key).at(now() - timedelta(seconds=30)))
    browser = await forgets(client)
    await browser.open(await last_link(ADA, MailKind.RESET_PASSWORD))

    # Recovery codes have letters, which a keyboard for numbers has not.
    assert "numeric" not in browser.reply.text
    reply = await browser.press("Set the new password", password=NEW_PASSWORD, code="000000")
    assert (reply.status_code, await signs_in(ADA, NEW_PASSWORD)) == (422, False)
    await browser.press(
        "Set the new password", password=NEW_PASSWORD, code=pyotp.TOTP(app.key).at(now() + timedelta(seconds=30))
    )

    assert browser.path == "/sign-in"


async def test_nobody_shuts_the_owner_out_with_an_app_of_their_own(client: AsyncClient, ada: Member) -> None:
    """Somebody knows the password of Ada, who has no app, and sets one up."""
    await with_app(ada)
    browser = Browser(client)

    await browser.open(await last_link(ADA, MailKind.SECOND_STEP_ON))
    await browser.press("It was not me")
    back = await signs_in(ADA, PASSWORD)
    await browser.press("Set the new password", password=NEW_PASSWORD)

    assert not back
    assert browser.path == "/sign-in"
    await browser.press("Sign in", email=ADA, password=NEW_PASSWORD)
    assert browser.path == "/home"
