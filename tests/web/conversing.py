"""Two who are connected, and the page on which they write to each other."""

from uuid import UUID

from httpx import AsyncClient

from api.accounts.schemas import Member
from tests.api.connections.making import make_connection, make_recipient
from tests.factories import make_member
from tests.web.browsing import Browser, browser_of


async def connected() -> tuple[Member, Member, UUID]:
    """Ada asked Grace, and Grace said yes."""
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    return ada, grace, await make_connection(ada, grace)


async def opens(client: AsyncClient, reader: Member, connection_id: UUID) -> Browser:
    """A conversation as one of the two has it open."""
    browser = await browser_of(client, reader)
    await browser.open(f"/conversations/{connection_id}")
    return browser
