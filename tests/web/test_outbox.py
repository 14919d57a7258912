"""Moderators see how mails fared, never what they say; the command prints those that nobody sends."""

from contextlib import nullcontext

import pytest
from httpx import AsyncClient

from api.accounts.joining import enrol
from api.accounts.schemas import Member
from api.accounts.services import set_moderator
from api.mail.letters import letter
from api.mail.schemas import MailKind
from api.mail.services import send
from scripts.outbox import show_outbox
from tests.api.mail.posting import ADA
from tests.web.browsing import browser_of
from tests.web.mailing import mail_goes_out

LINK = "/reset/a-token"


async def _moderator() -> Member:
    member = await enrol(email="mo@example.org", display_name="Mo")
    await set_moderator(email="mo@example.org", is_moderator=True)
    return member


async def _mail() -> None:
    await send(to=ADA, mail=letter(MailKind.RESET_PASSWORD, path=LINK))


async def test_without_a_server_no_moderator_reads_a_link_that_opens_an_account(client: AsyncClient) -> None:
    await _mail()
    browser = await browser_of(client, await _moderator())

    await browser.open("/moderation/outbox")

    assert "Reset password" in browser.text
    assert "Kept here" in browser.text
    assert ADA not in browser.reply.text
    assert LINK not in browser.reply.text


async def test_with_a_server_nobody_reads_any_mail(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    await _mail()
    mail_goes_out(monkeypatch)
    await _mail()
    browser = await browser_of(client, await _moderator())

    await browser.open("/moderation/outbox")

    assert "Reset password" in browser.text
    assert "Waits" in browser.text
    assert ADA not in browser.reply.text
    assert LINK not in browser.reply.text


async def test_for_ordinary_members_there_is_no_outbox(client: AsyncClient) -> None:
    await _mail()
    browser = await browser_of(client, await enrol(email="grace@example.org", display_name="Grace"))

    await browser.open("/nothing")
    nothing = browser.reply.status_code
    reply = await browser.open("/moderation/outbox")

    assert reply.status_code == nothing == 404
    assert ADA not in reply.text


async def test_the_command_prints_what_an_operator_must_pass_on(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("api.database.connected", nullcontext)  # the run's own pool serves the command as well
    await _mail()

    await show_outbox()
    kept = capsys.readouterr().out
    mail_goes_out(monkeypatch)
    await show_outbox()
    sent = capsys.readouterr().out

    assert ADA in kept
    assert LINK in kept
    assert ADA not in sent
    assert "reset_password" in sent
