"""One real site for the tests of this folder, and people on it who act over HTTP."""

from collections.abc import Iterator

import pytest

from api.limits.policies import ALL, QUOTAS
from tests.running_site import RunningSite
from tests.server.person import Person


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A running site without members."""
    # Races are run more often in a minute than anybody does such things.
    names = [limit.name for limit in ALL] + [f"{quota.name}{new}" for quota in QUOTAS for new in ("", "-new")]
    limits = ",".join(f"{name}=100000/1s" for name in names)
    with RunningSite(tmp_path_factory.mktemp("site") / "data", limits=limits) as running:
        yield running
        for person in Person.everyone:
            person.http.close()
