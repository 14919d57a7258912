"""One real site for the tests of this folder, and people on it who act over HTTP."""

from collections.abc import Iterator

import pytest

from tests.running_site import RunningSite
from tests.server.person import Person


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A running site without members."""
    with RunningSite(tmp_path_factory.mktemp("site") / "data") as running:
        yield running
        for person in Person.everyone:
            person.http.close()
