"""One real site for the tests of this folder, and people on it who act over HTTP."""

from collections.abc import Iterator

import pytest

from tests.running_site import RunningSite
from tests.server.person import Person
from tests.unlimited import UNLIMITED


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A running site without members."""
    # Races are run more often in a minute than anybody does such things.
    with RunningSite(tmp_path_factory.mktemp("site") / "data", limits=UNLIMITED) as running:
        yield running
        for person in Person.everyone:
            person.http.close()
