"""The disk is full, cannot be written, or is slow: the site says so, loses nothing, and goes on by itself."""

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

import httpx
import psutil
import pytest

from tests.running_site import RunningSite
from tests.server.disks import SmallDisk, can_be_only_read, only_read
from tests.server.writers import Conversation, Writers
from tests.unlimited import UNLIMITED

pytestmark = pytest.mark.server

AT_ONCE = 8
MEGABYTES = 300
"""Of the small disk: PostgreSQL takes some sixty at first."""
LONGEST_ANSWER = 45
"""Seconds: a statement is given up after 40."""
SECONDS_TO_RECOVER = 30

READ = ("/api/v1/me", "/api/v1/me/statements", "/api/v1/connections", "/api/v1/purposes", "/")


class Seen(NamedTuple):
    """What came of a fault."""

    refused: Counter[str]
    """Writes that were refused, by the type of the problem."""
    read: Counter[int | str]
    """Answers to reads while it lasted."""
    recovered: float
    """Seconds from its end until as many more were acknowledged as write at once."""


def suffer(site: RunningSite, fault: AbstractContextManager[None], *, seconds: float) -> Seen:
    """Write and read while there is a fault, and until all goes on; nothing acknowledged may be missing or doubled."""
    writers = Writers([Conversation(site.url, number) for number in range(2)])
    with writers.writing(at_once=AT_ONCE):
        writers.seconds_until(2 * AT_ONCE)
        with fault, _reading(writers.conversations[0]) as read:
            time.sleep(seconds)
        recovered = writers.seconds_until(len(writers.acknowledged) + AT_ONCE)

    assert writers.lost_and_doubled() == ([], [])
    assert set(writers.answers) <= {201, 409, 503}, writers.answers
    assert all(int(refusal.headers["Retry-After"]) > 0 for refusal in writers.refusals if refusal.status_code == 503)
    assert recovered < SECONDS_TO_RECOVER
    assert "Traceback" not in site.said()
    return Seen(Counter(one.json()["type"] for one in writers.refusals if one.status_code == 503), read, recovered)


@contextmanager
def _reading(conversation: Conversation) -> Iterator[Counter[int | str]]:
    """One who reads one page and call after the other for as long as this lasts."""
    read: Counter[int | str] = Counter()
    over = Event()
    ada = conversation.ada.http

    def go_on() -> None:
        url = str(ada.base_url).partition("/api/")[0]
        with httpx.Client(base_url=url, headers=dict(ada.headers), timeout=LONGEST_ANSWER) as http:
            while not over.is_set():
                for path in READ:
                    try:
                        read[http.get(path).status_code] += 1
                    except httpx.TransportError as error:
                        read[type(error).__name__] += 1
                time.sleep(0.05)

    thread = Thread(target=go_on)
    thread.start()
    try:
        yield read
    finally:
        over.set()
        thread.join()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site on a disk as it is."""
    with RunningSite(tmp_path_factory.mktemp("disk") / "data", limits=UNLIMITED) as running:
        yield running


def test_with_a_full_disk_all_can_be_read_and_nothing_is_lost(
    tmp_path: Path, tell: Callable[[str], None], *, soaking: bool
) -> None:
    disk = SmallDisk(tmp_path / "data", megabytes=MEGABYTES)

    with RunningSite(tmp_path / "data", limits=UNLIMITED, within=disk.within) as site:
        seen = suffer(site, disk.full(site), seconds=90 if soaking else 5)

        tell(f"refused {dict(seen.refused)}, read {dict(seen.read)}, writing again after {seen.recovered:.1f} s")
        assert set(seen.refused) == {"/problems/cannot-keep"}
        assert set(seen.read) == {200}
        assert "disk_full" in site.said()
        assert "PostgreSQL ended" not in site.said()


def test_with_a_disk_that_can_only_be_read_nothing_is_lost_and_the_database_comes_back(
    site: RunningSite, tmp_path: Path, tell: Callable[[str], None], *, soaking: bool
) -> None:
    if not can_be_only_read(tmp_path):
        pytest.skip("Nothing can be made unchangeable here.")

    seen = suffer(site, only_read(site.data_dir / "postgres"), seconds=60 if soaking else 5)

    tell(f"refused {dict(seen.refused)}, read {dict(seen.read)}, writing again after {seen.recovered:.1f} s")
    assert set(seen.refused) <= {"/problems/unavailable", "/problems/cannot-keep", "/problems/busy"}
    assert set(seen.read) <= {200, 503}
    assert site.said().count("Trying again until it can.") <= 1


def test_a_database_that_may_only_be_read_is_read(site: RunningSite, tell: Callable[[str], None]) -> None:
    seen = suffer(site, _read_only(site), seconds=4)

    tell(f"refused {dict(seen.refused)}, read {dict(seen.read)}, writing again after {seen.recovered:.1f} s")
    assert seen.refused["/problems/cannot-keep"]
    assert set(seen.refused) <= {"/problems/cannot-keep", "/problems/unavailable"}
    assert seen.read[200] > 10 * seen.read[503]  # those whose line was cut
    assert set(seen.read) <= {200, 503}


def test_with_a_disk_that_is_slow_every_wait_has_an_end_and_nothing_is_lost(
    site: RunningSite, tell: Callable[[str], None], *, soaking: bool
) -> None:
    seen = suffer(site, _slow(site, stands=60 if soaking else 3), seconds=60 if soaking else 5)

    tell(f"refused {dict(seen.refused)}, read {dict(seen.read)}, writing again after {seen.recovered:.1f} s")
    assert set(seen.refused) <= {"/problems/unavailable", "/problems/busy"}
    assert set(seen.read) <= {200, 503}


@contextmanager
def _read_only(site: RunningSite) -> Iterator[None]:
    """As those make it who keep databases for others, when a disk is full or while another machine takes over."""
    own = "BEGIN READ WRITE; ALTER ROLE wherefore {} default_transaction_read_only{}; COMMIT"
    hang_up = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = user AND pid <> pg_backend_pid()"
    site.execute(own.format("SET", " = on"))
    site.query(hang_up)
    try:
        yield
    finally:
        site.execute(own.format("RESET", ""))
        site.query(hang_up)


@contextmanager
def _slow(site: RunningSite, *, stands: float) -> Iterator[None]:
    """PostgreSQL stands still for a while, as when the disk does, and then for nine tenths of the time."""
    over = Event()

    def hold(seconds: float) -> None:
        held = [one for one in site.processes() if _is_postgres(one)]
        for process in held:
            _send(process, signal.SIGSTOP)
        over.wait(seconds)
        for process in held:
            _send(process, signal.SIGCONT)

    def go_on() -> None:
        hold(stands)
        while not over.wait(0.1):
            hold(0.9)

    thread = Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _is_postgres(process: psutil.Process) -> bool:
    try:
        return bool(process.name() == "postgres")
    except psutil.NoSuchProcess:
        return False


def _send(process: psutil.Process, number: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)
