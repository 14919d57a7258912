"""The real database, the real model and the real application, for every test."""

import math
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import cycle
from pathlib import Path

import hypothesis
import pytest
from argon2 import PasswordHasher
from httpx import ASGITransport, AsyncClient
from xdist.remote import Producer
from xdist.scheduler.protocol import Scheduling
from xdist.workermanage import WorkerController

from api.accounts import passwords
from tests import workers
from tests.emptying import empty
from tests.moved_clock import MovedClock
from tests.stock_postgresql import StockPostgres

hypothesis.settings.register_profile("wherefore", deadline=None)  # timing never decides a test
hypothesis.settings.load_profile("wherefore")

ENCRYPTION_KEYS = f"digest:{'d' * 42}A=,ktests:{'k' * 42}A="
"""The same for every run, as a database may be given that an earlier run has left."""

# Settings are read once, so the database must run before any test module is collected.
_started = None
_made = None
_stock = None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let races and random walks go on for long, and take a change of pages as meant."""
    parser.addoption("--soak", action="store_true", help="Race 1,000 times and walk 500 times: takes an hour or more.")
    parser.addoption(
        "--postgresql", metavar="FOLDER", type=Path, help="Run on the PostgreSQL whose programs are in this folder."
    )
    parser.addoption(
        "--write-outlines", action="store_true", help="Take how pages are built now as how they are meant."
    )


def pytest_configure(config: pytest.Config) -> None:
    """Start a database for this process, unless one is given or it runs no tests."""
    global _started, _made, _stock  # noqa: PLW0603 - pytest's hooks share nothing else
    if not workers.is_worker(config) and (folder := config.getoption("postgresql")) is not None:
        _stock = StockPostgres(folder)
        os.environ["WHEREFORE_DATABASE_URL"] = _stock.start()
    if workers.hands_out(config):
        return
    os.environ.setdefault("WHEREFORE_SECRET_KEY", "only-for-tests-only-for-tests-only-for-tests")
    os.environ.setdefault("WHEREFORE_ENCRYPTION_KEYS", ENCRYPTION_KEYS)
    if workers.is_worker(config) or "WHEREFORE_DATA_DIR" not in os.environ:
        os.environ["WHEREFORE_DATA_DIR"] = _made = tempfile.mkdtemp(prefix="wherefore-test-")
    if (given := workers.given_database(config)) is not None:
        os.environ["WHEREFORE_DATABASE_URL"] = given
    else:
        from api.embedded import EmbeddedPostgres

        _started = EmbeddedPostgres(Path(os.environ["WHEREFORE_DATA_DIR"]))
        os.environ["WHEREFORE_DATABASE_URL"] = _started.start()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started, and leave nothing of it."""
    if _started is not None:
        _started.stop()
    if _stock is not None:
        _stock.stop()
    if _made is not None:
        shutil.rmtree(_made, ignore_errors=True)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """What `-n auto` means."""
    return workers.number_for(config)


def pytest_configure_node(node: WorkerController) -> None:
    """Give a worker a database of its own, where one is given."""
    workers.make_database(node)


def pytest_testnodedown(node: WorkerController, error: object) -> None:
    """Take the worker's database away."""
    workers.drop_database(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """Hand out whole files, the longest first."""
    return workers.FilesLongestFirst(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say the figures that tests told, and on which PostgreSQL they ran where one was chosen."""
    if _stock is not None:
        terminalreporter.write_line(f"These ran on {_stock.version}.")
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    told = [
        f"{report.nodeid.partition('[')[0]}: {said}"
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, said in report.user_properties
        if name == "told"
    ]
    if told:
        terminalreporter.section("figures")
        terminalreporter.write_line("\n".join(told))


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Says a figure at the end of the run, whichever process measured it."""
    return lambda said: record_property("told", said)


@pytest.fixture(scope="session")
def soaking(pytestconfig: pytest.Config) -> bool:
    """Whether races and random walks are to go on for long."""
    return bool(pytestconfig.getoption("--soak"))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """One event loop for the whole run, as the pool belongs to one."""
    return "asyncio"


@pytest.fixture(scope="session")
async def migrated(anyio_backend: str) -> AsyncIterator[None]:
    """A database of this version's shape, and its pool; and what has a say when a purpose is switched off."""
    import api.connections.request_rows  # noqa: F401
    from api import database
    from api.migrations import migrate

    await migrate(os.environ["WHEREFORE_DATABASE_URL"])
    async with database.connected():
        yield


@pytest.fixture
async def database(migrated: None) -> None:
    """An empty database."""
    await empty()


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is slow is no reason to refuse what a test asks for."""
    monkeypatch.setattr("api.load_shedding.LONGEST_WORK", math.inf)


@pytest.fixture(autouse=True)
def same_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test meets the same recipients whichever ran before it in its process."""
    from tests.api.connections import making

    monkeypatch.setattr(making, "in_turn", cycle(making.PAIRS))


@pytest.fixture(autouse=True)
def cheap_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same argon2id with less memory: few tests are about what it costs, and many make members."""
    if request.path.name not in {"test_passwords.py", "test_enumeration.py"}:
        monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))


@pytest.fixture(autouse=True)
def without_mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test begins without a mail server, and leaves none behind."""
    from api.settings import settings

    set_there = "WHEREFORE_SMTP_URL" in os.environ
    for name in ("WHEREFORE_SMTP_URL", "WHEREFORE_MAIL_FROM"):
        monkeypatch.delenv(name, raising=False)
    if set_there:
        settings.cache_clear()
    yield
    if "WHEREFORE_SMTP_URL" in os.environ:
        monkeypatch.undo()
        settings.cache_clear()


@pytest.fixture(autouse=True, scope="session")
def names_lead_somewhere() -> Iterator[None]:
    """What webhooks are given leads to one address of the internet; nothing listens there, and nothing is called."""

    def look_up(host: str, _: int) -> list[str]:
        return ["127.0.0.1"] if host == "localhost" else ["93.184.215.14"]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.webhooks.calling._addresses_of", look_up)
        yield


@pytest.fixture(autouse=True)
def short_streams(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams of events end at once, so that every address can be opened; but not where tests are about them."""
    if "live" not in request.path.parts:
        monkeypatch.setattr("api.live.sending.LONGEST_SECONDS", 0)


@pytest.fixture
async def client(database: None) -> AsyncIterator[AsyncClient]:
    """A client of the whole application, in this process."""
    from tests.application import application

    transport = ASGITransport(app=application(), raise_app_exceptions=False)  # type: ignore[arg-type]  # narrower scopes
    # As the browsers of today: they say from where a form comes.
    here = {"Sec-Fetch-Site": "same-origin"}
    async with AsyncClient(transport=transport, base_url="http://localhost:8000", headers=here) as the_client:
        yield the_client


@pytest.fixture
def moved_clock(monkeypatch: pytest.MonkeyPatch) -> MovedClock:
    """A clock that a test moves on by hand."""

    clock = MovedClock()
    monkeypatch.setattr("api.clock.now", clock.now)
    return clock
