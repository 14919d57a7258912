"""A PostgreSQL of its own, for what wants a database where nobody else is connected."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from api.embedded import EmbeddedPostgres
from api.migrations import migrate
from api.piccolo_conf import DB
from api.settings import settings
from tests.emptying import empty


@pytest.fixture(scope="session")
def another_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database beside the one of this run."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("another") / "data") as postgres:
        yield postgres.start()


@pytest.fixture
async def url(
    another_server: str, anyio_backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[str]:
    """An empty database of this version's shape that the test has for itself, with a journal of its own."""
    monkeypatch.setenv("WHEREFORE_DATABASE_URL", another_server)
    monkeypatch.setenv("WHEREFORE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(DB, "pool", None)
    settings.cache_clear()
    await migrate(another_server)
    await empty()
    yield another_server
    monkeypatch.undo()
    settings.cache_clear()
