"""An application that hears what is new, with ways to open its streams."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from httpx import AsyncClient

from api.accounts.schemas import Member
from api.accounts.services import open_session
from api.authentication import cookie_name
from api.database import transaction
from api.event_kinds import Kind
from api.events import tell
from api.live import listening
from api.live.streams import STREAMS
from tests.factories import as_member
from tests.streaming import SECONDS, OpenStream


@pytest.fixture
async def live(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncClient]:
    """A client of an application that listens, and looks after its streams often."""
    monkeypatch.setattr(listening, "SECONDS_BETWEEN_LOOKS", 0.05)
    monkeypatch.setattr(listening, "SECONDS_BEFORE_TRYING_AGAIN", 0.05)
    async with listening.running():
        await until_hearing()
        yield client


async def until_hearing() -> None:
    """Wait until what is new is heard."""
    async with asyncio.timeout(SECONDS):
        while not STREAMS.hears:  # noqa: ASYNC110 - nothing else tells
            await asyncio.sleep(0.01)


async def caught_up() -> None:
    """Wait until everything that was told so far has been heard: what comes last has passed all before it."""
    nobody = uuid4()
    async with transaction():
        await tell(Kind.CONNECTION_MADE, to=nobody)
    async with asyncio.timeout(SECONDS):
        while all(event.to != nobody for _, event in STREAMS._remembered):  # noqa: ASYNC110 - nothing else tells
            await asyncio.sleep(0.005)


async def as_browser(member: Member) -> dict[str, str]:
    """The headers of a browser in which a member has just signed in."""
    session = await open_session(member, label="Firefox on Linux", proved=True)
    return {"Cookie": f"{cookie_name()}={session.token}"}


async def page_stream(member: Member, query: str = "") -> OpenStream:
    """The stream that a page opens, once all before it was heard."""
    await caught_up()
    return OpenStream(f"/events{query}", await as_browser(member))


async def program_stream(client: AsyncClient, member: Member, query: str = "") -> OpenStream:
    """The stream that a program opens, with a token for everything, once all before it was heard."""
    await caught_up()
    return OpenStream(f"/api/v1/events{query}", await as_member(client, member))
