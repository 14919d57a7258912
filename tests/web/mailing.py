"""A mailbox for tests of pages: what the site's mails say, read where they are kept, and the links in them."""

import re
from urllib.parse import urlsplit

import pytest
from httpx import AsyncClient

from api.accounts.errors import WrongCredentialsError
from api.accounts.services import prove
from api.database import fetch
from api.mail.schemas import MailKind
from api.sealing import opened
from tests.api.mail.posting import ADA, do_jobs, write_to
from tests.web.browsing import Browser

NOWHERE = "smtp://127.0.0.1:9?starttls=no"
"""A mail server that is set, so that addresses are to be confirmed; nobody listens there."""


def mail_goes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the site believe that it can send mails."""
    write_to(monkeypatch, NOWHERE)


async def mails_to(address: str) -> list[tuple[MailKind, str]]:
    """The mails that were written to an address, oldest first: kind and text. Jobs that wait are done first."""
    await do_jobs("answer_asked", "answer_sign_up")
    rows = await fetch("SELECT id, kind, recipient, text FROM outgoing_mail WHERE text IS NOT NULL ORDER BY created_at")
    return [
        (MailKind(row["kind"]), opened(row["text"], about="outgoing_mail.text", row=row["id"]))
        for row in rows
        if opened(row["recipient"], about="outgoing_mail.recipient", row=row["id"]) == address
    ]


async def last_link(address: str, kind: MailKind) -> str:
    """The path of the link in the last mail of a kind to an address."""
    texts = [text for found, text in await mails_to(address) if found is kind]
    [url] = re.findall(r"https?://\S+", texts[-1])
    return str(urlsplit(url).path)


async def forgets(client: AsyncClient, email: str = ADA) -> Browser:
    """A browser in which a link for a new password was asked for."""
    browser = Browser(client)
    await browser.open("/forgot")
    await browser.press("Ask for the link", email=email)
    return browser


async def signs_in(email: str, password: str) -> bool:
    """Whether a password opens an account."""
    try:
        await prove(email=email, password=password)
    except WrongCredentialsError:
        return False
    return True
