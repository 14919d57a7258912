"""Somebody who joins, as far as the page that asks for a password."""

from httpx import AsyncClient

from api.profiles.purposes import consent_version
from api.profiles.schemas import Purpose
from tests.web.browsing import Browser

CONSENT = f"belief:{consent_version(Purpose.BELIEF)}"


async def at_the_password(client: AsyncClient, *, email: str = "noor@example.org") -> Browser:
    """The browser of Noor, who has answered every question but the last."""
    browser = Browser(client)
    await browser.open("/join")
    await browser.press("Go on", purpose=["hobby", "belief"])
    await browser.press("Go on", consent=[CONSENT])
    await browser.press("Go on", display_name="Noor")
    await browser.press("Go on", email=email)
    await browser.press("These are right, go on")
    return browser
