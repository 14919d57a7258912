"""Whatever page a test of the web is shown, in whatever state, it is valid HTML."""

import pytest
from httpx import AsyncClient, Response

from api.accounts.schemas import Member
from tests.api.mail.posting import ADA
from tests.factories import make_member
from tests.markup import faults_in
from tests.web.mailing import mail_goes_out

_SEEN: set[int] = set()
"""Pages that were found to be valid, by their hashes: many tests see the same."""


@pytest.fixture
def client(request: pytest.FixtureRequest, client: AsyncClient) -> AsyncClient:
    """The client of every test, with an eye on what it gets."""
    if request.path.name != "test_delivery.py":  # it reads replies byte by byte, which can be done once
        client.event_hooks["response"].append(_hold_valid)
    return client


async def _hold_valid(reply: Response) -> None:
    if not reply.headers.get("content-type", "").startswith("text/html"):
        return
    markup = (await reply.aread()).decode()
    if markup and hash(markup) not in _SEEN:
        assert faults_in(markup) == [], f"{reply.request.method} {reply.request.url.path} ({reply.status_code})"
        _SEEN.add(hash(markup))


@pytest.fixture
async def ada(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> Member:
    """A member, on a site that sends mail."""
    member = await make_member("Ada", email=ADA)
    mail_goes_out(monkeypatch)
    return member
