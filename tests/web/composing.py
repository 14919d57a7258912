"""The page on which a reason is written, as its writer has it open."""

from httpx import AsyncClient

from api.accounts.schemas import Member
from tests.api.connections.making import PAIRS
from tests.web.browsing import Browser, browser_of

TEMPLATE = "Hi, I came across your profile and I would like to add you to my professional network. Let us connect!"
COMMANDING = PAIRS[0][1] + " You must answer me by tomorrow."


async def writing(client: AsyncClient, sender: Member, recipient: Member, *, chosen: bool = True) -> Browser:
    """The sender's browser with the page open on which they write to the recipient."""
    browser = await browser_of(client, sender)
    await browser.open(f"/members/{recipient.id}?purpose=hobby")
    first = browser.reply.text.partition("statement=")[2].partition('"')[0]
    await browser.open(f"/members/{recipient.id}/request?purpose=hobby&statement={first if chosen else ''}")
    return browser


def reason_in(browser: Browser) -> str:
    """What stands in the text field."""
    return browser.form("Check my reason").values["reason"][0]
