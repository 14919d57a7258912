"""Any PostgreSQL from 15 serves as well as the bundled one; what cannot serve is refused with what to do."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import migrations
from api.migrations import DatabaseUnsuitableError, migrate
from tests.running_site import RunningSite
from tests.server.story import two_people_are_connected
from tests.stock_postgresql import StockPostgres, installations
from tests.unlimited import UNLIMITED

pytestmark = pytest.mark.server


@pytest.fixture(scope="module", params=installations(), ids=lambda folder: folder.parent.name)
def stock(request: pytest.FixtureRequest) -> Iterator[StockPostgres]:
    """A server of each installation here."""
    with StockPostgres(request.param) as server:
        yield server


def test_the_whole_story_happens_on_a_postgresql_of_another_installation(stock: StockPostgres, tmp_path: Path) -> None:
    with RunningSite(tmp_path / "data", limits=UNLIMITED, database_url=stock.url) as site:
        two_people_are_connected(site.url)

    assert not (tmp_path / "data" / "postgres").exists()


async def test_an_older_server_is_refused_with_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "OLDEST_POSTGRESQL", 99)

    with pytest.raises(DatabaseUnsuitableError, match=r"This is PostgreSQL \d+; Wherefore needs 99 or newer\."):
        await migrate(os.environ["WHEREFORE_DATABASE_URL"])


async def test_an_older_pgvector_is_refused_with_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "OLDEST_PGVECTOR", (99,))

    with pytest.raises(DatabaseUnsuitableError, match=r"ALTER EXTENSION vector UPDATE;$"):
        await migrate(os.environ["WHEREFORE_DATABASE_URL"])
