"""The line to the database breaks in every way that lines break: the site says so, loses nothing, and recovers."""

import time
from collections.abc import Iterator

import pytest

from api.embedded import EmbeddedPostgres
from tests.line import Fault, Line
from tests.running_site import RunningSite
from tests.server.writers import Conversation, Writers
from tests.unlimited import UNLIMITED

pytestmark = pytest.mark.server

AT_ONCE = 25
"""More than there are connections in the pool."""
SECONDS_TO_RECOVER = 60


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database that nobody else uses."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("distant") / "data")
    yield server.start()
    server.stop()


@pytest.fixture(scope="module")
def line(database_url: str) -> Iterator[Line]:
    """The line to it."""
    with Line(database_url) as line:
        yield line


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, line: Line) -> Iterator[RunningSite]:
    """A site at the other end of the line."""
    data_dir = tmp_path_factory.mktemp("far") / "data"
    with RunningSite(data_dir, limits=UNLIMITED, database_url=line.url) as running:
        yield running


@pytest.fixture(scope="module")
def conversations(site: RunningSite) -> list[Conversation]:
    """Some who are connected."""
    return [Conversation(site.url, number) for number in range(3)]


@pytest.mark.parametrize("what", ["hung up on", "nobody answers", "held"])
def test_no_acknowledged_write_is_lost_or_doubled_and_all_goes_on(
    site: RunningSite, line: Line, conversations: list[Conversation], what: str, *, soaking: bool
) -> None:
    writers = Writers(conversations)

    with writers.writing(at_once=AT_ONCE):
        writers.seconds_until(AT_ONCE)
        before = len(writers.acknowledged)
        break_it(line, what, longer=soaking)
        during = len(writers.acknowledged)
        took = writers.seconds_until(during + AT_ONCE)

    assert before >= AT_ONCE
    assert took < SECONDS_TO_RECOVER
    assert writers.lost_and_doubled() == ([], [])
    for refusal in writers.refusals:
        if refusal.status_code == 503:
            assert refusal.json()["type"] in {"/problems/unavailable", "/problems/busy"}
            assert int(refusal.headers["Retry-After"]) > 0
    assert site.seconds_until_ready() < SECONDS_TO_RECOVER
    assert "Traceback" not in site.said()


def break_it(line: Line, what: str, *, longer: bool) -> None:
    """Break the line for some seconds, or for longer than a request waits for anything, and mend it."""
    if what == "hung up on":
        for _ in range(200 if longer else 10):
            line.hang_up()
            time.sleep(0.2)
        return
    line.suffer(Fault.REFUSED if what == "nobody answers" else Fault.HELD)
    time.sleep(60 if longer else 3)
    line.suffer(Fault.NONE)
