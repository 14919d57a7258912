"""A receiver on this machine, which may be called for as long as a test lasts."""

from collections.abc import AsyncIterator, Iterator

import pytest

from api.settings import settings
from tests.api.webhooks.receiving import Receiver, receiving


@pytest.fixture
def development(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Webhooks may lead to this machine, and without encryption."""
    monkeypatch.setenv("WHEREFORE_WEBHOOKS", "development")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
async def receiver(database: None, development: None) -> AsyncIterator[Receiver]:
    """A receiver that answers 204."""
    async with receiving() as the_receiver:
        yield the_receiver
