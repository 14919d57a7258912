"""A browser that answers for a device with passkeys, as the script of the pages does."""

import json
import re
from typing import Any

from httpx import AsyncClient

from api.accounts.schemas import Member
from tests.authenticator import Authenticator
from tests.web.browsing import Browser, browser_of

OURS = {"Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-origin"}


async def options(browser: Browser, path: str) -> dict[str, Any]:
    """What the script of the page asks the server."""
    found = re.search(r'name="csrf_token" value="([^"]*)"', browser.reply.text)
    form = {"csrf_token": found.group(1) if found else ""}
    reply = await browser.client.post(path, data=form, headers=OURS)
    assert reply.status_code == 200, reply.text
    return dict(json.loads(reply.text))


async def answer_form(browser: Browser, action: str, answer: str, **more: str) -> None:
    """Send the form as the script does."""
    found = re.search(r'name="csrf_token" value="([^"]*)"', browser.reply.text)
    form = {"csrf_token": found.group(1) if found else "", "answer_of_passkey": answer} | more
    browser.reply = await browser.client.post(action, data=form, headers=OURS, follow_redirects=True)


async def with_passkey(client: AsyncClient, member: Member, name: str = "My phone") -> tuple[Browser, Authenticator]:
    """A signed-in browser of a member who has just added a passkey there."""
    browser, device = await browser_of(client, member), Authenticator()
    await browser.open("/settings/sign-in/passkeys/new")
    made = device.make(await options(browser, "/settings/sign-in/passkeys/options"))
    await answer_form(browser, "/settings/sign-in/passkeys/new", made, name=name)
    assert "The passkey is added." in browser.text
    return browser, device


async def signed_out(browser: Browser) -> None:
    """Sign out, and go to the page for signing in."""
    await browser.open("/settings")
    await browser.press("Sign out")
    await browser.open("/sign-in?next=/me")
