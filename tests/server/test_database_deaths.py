"""PostgreSQL is killed while people are busy: the site says so plainly, and is itself again without anybody's help."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event

import httpx
import psutil
import pytest

from tests.running_site import RunningSite
from tests.server.person import Person

pytestmark = pytest.mark.server

BUSY = 12
"""More than the connections of the pool, so that a lost one would be missed."""
SECONDS_TO_RECOVER = 60


def victims(site: RunningSite, kind: str) -> list[psutil.Process]:
    """The processes of PostgreSQL to kill: its server, one member's connection, or everything."""
    everything = [process for process in site.processes() if process.name() == "postgres"]
    server = [process for process in everything if "wherefore-" in " ".join(process.cmdline()) and is_server(process)]
    connections = [process for process in everything if "wherefore wherefore" in " ".join(process.cmdline())]
    return {"server": server, "one connection": connections[:1], "everything": everything}[kind]


def is_server(process: psutil.Process) -> bool:
    return not process.cmdline()[0].startswith("postgres: ")


@pytest.mark.parametrize("kind", ["server", "one connection", "everything"])
def test_a_killed_database_is_a_short_wait_and_nothing_else(site: RunningSite, kind: str) -> None:
    person = Person(site.url, "Ada")
    headers = dict(person.http.headers)
    over = Event()
    replies: list[httpx.Response] = []

    def be_busy(number: int) -> None:
        with httpx.Client(base_url=site.url, timeout=60) as http:
            while not over.is_set():
                if number % 3:
                    change = {"display_name": f"Ada {number}"}
                    replies.append(http.patch("/api/v1/me", json=change, headers=headers))
                else:
                    replies.append(http.get("/home", headers={"Cookie": "wherefore=" + "x" * 43}))
                time.sleep(0.01)

    with ThreadPoolExecutor(BUSY) as threads:
        busy = [threads.submit(be_busy, number) for number in range(BUSY)]
        try:
            time.sleep(1)
            chosen = victims(site, kind)
            for process in chosen:
                with suppress(psutil.NoSuchProcess):  # it has followed its server already
                    process.kill()
            recovered = ready_again(site)
        finally:
            over.set()
    assert chosen
    assert recovered
    assert [thread.exception() for thread in busy] == [None] * BUSY

    refused = [reply for reply in replies if reply.status_code >= 400]
    assert refused
    assert {reply.status_code for reply in refused} == {503}
    assert all(int(reply.headers["Retry-After"]) > 0 for reply in refused)
    assert {reply.json()["type"] for reply in refused if "json" in reply.headers["Content-Type"]} == {
        "/problems/unavailable"
    }
    assert not any("Traceback" in reply.text or "asyncpg" in reply.text for reply in refused)
    with ThreadPoolExecutor(2 * BUSY) as threads:
        after = threads.map(lambda _: person.http.patch("/me", json={"display_name": "Ada"}).status_code, range(50))
        assert set(after) == {200}


def ready_again(site: RunningSite) -> bool:
    """Whether the site was out of order and then is ready, for a second at least."""
    until = time.monotonic() + SECONDS_TO_RECOVER
    since: float | None = None
    time.sleep(0.5)
    while time.monotonic() < until:
        ready = httpx.get(f"{site.url}/readyz", timeout=10).status_code == 200
        since = (since or time.monotonic()) if ready else None
        if since is not None and time.monotonic() - since > 1:
            return True
        time.sleep(0.1)
    return False
