"""What is new reaches whoever listens on any worker, survives the database, and holds nobody up at the end."""

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import httpx
import psutil
import pytest

from tests.running_site import RunningSite
from tests.server.listener import Listener
from tests.server.person import CRAFTS, Person
from tests.unlimited import UNLIMITED

pytestmark = pytest.mark.server

TRIALS, TRIALS_OF_A_SOAK = 3, 300
_ENDS_LISTENING = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'wherefore events'"


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A running site of two workers."""
    with RunningSite(tmp_path_factory.mktemp("live") / "data", "--workers", "2", limits=UNLIMITED) as running:
        yield running


def _connected(site: RunningSite) -> tuple[Person, Person, str]:
    ada, grace = Person(site.url, "Liveada"), Person(site.url, "Livegrace")
    ada.states(CRAFTS[1][0])
    statement = grace.states(CRAFTS[0][0])
    return ada, grace, _connect(ada, grace, statement)


def _connect(ada: Person, grace: Person, statement: str) -> str:
    sent = ada.call("POST", "/connection-requests", expect=201, json=ada.request_for(grace, statement, CRAFTS[0][1]))
    return str(grace.call("POST", f"/connection-requests/{sent['id']}/acceptance", expect=201)["connection_id"])


def _say(author: Person, connection_id: str) -> str:
    path, text = f"/connections/{connection_id}/messages", {"text": "The cuckoo is back.", "send_anyway": True}
    return str(author.call("POST", path, expect=201, json=text)["id"])


def _holding_streams(site: RunningSite) -> list[psutil.Process]:
    """The workers that have somebody on their line just now."""
    return [process for process in site.processes() if process.name() != "postgres" and _lines(process, site.port)]


def _lines(process: psutil.Process, port: int) -> set[object]:
    return {line.raddr for line in process.net_connections("tcp") if line.laddr and line.laddr.port == port} - {()}


def test_a_message_reaches_streams_on_every_worker(workers: RunningSite) -> None:
    ada, grace, connection_id = _connected(workers)
    for person in (ada, grace):
        person.http.close()  # what stays open are streams
    with ExitStack() as opened:
        listening = [opened.enter_context(Listener(grace))]
        [holding] = _holding_streams(workers)
        holding.suspend()  # or it might take the next one, too
        try:
            listening.append(opened.enter_context(Listener(grace)))
        finally:
            holding.resume()
        assert len(_holding_streams(workers)) == 2
        with httpx.Client(base_url=ada.http.base_url, headers=ada.http.headers, timeout=60) as writing:
            ada.http = writing
            message_id = _say(ada, connection_id)

        for listener in listening:
            listener.hears("message.received", connection_id=connection_id, message_id=message_id)


def test_whoever_listens_is_told_to_read_again_when_the_line_to_the_database_was_cut(workers: RunningSite) -> None:
    ada, grace, connection_id = _connected(workers)
    with Listener(grace) as listener:
        workers.execute(_ENDS_LISTENING)
        listener.hears("refresh")
        message_id = _say(ada, connection_id)

        listener.hears("message.received", connection_id=connection_id, message_id=message_id)
        assert [kind for kind, _ in listener.heard] == ["refresh", "message.received"]


def test_a_stream_ends_with_its_token_whichever_worker_has_it(workers: RunningSite) -> None:
    person = Person(workers.url, "Revoked")
    [token] = person.get("/tokens")
    with Listener(person) as listener:
        person.call("DELETE", f"/tokens/{token['id']}", expect=204)

        listener.until(lambda: listener.is_over)
        assert listener.ended_cleanly


def test_nothing_of_what_a_block_came_before_is_told(
    workers: RunningSite, *, soaking: bool, tell: Callable[[str], None]
) -> None:
    ada, grace, connection_id = _connected(workers)
    eve = Person(workers.url, "Liveeve")
    statement = grace.get("/me/statements")["items"][0]["id"]
    eve.states(CRAFTS[2][0])
    of_eve = _connect(eve, grace, statement)
    before = refused = 0
    for _ in range(TRIALS_OF_A_SOAK if soaking else TRIALS):
        with Listener(grace) as listener:
            said, blocked = _at_once(ada, grace, connection_id)
            assert blocked.status_code == 204, blocked.text
            # What comes last has passed everything before it.
            listener.hears("message.received", connection_id=of_eve, message_id=_say(eve, of_eve))
            told = [ids for _, ids in listener.heard if ids.get("connection_id") == connection_id]
            assert len(told) <= (said.status_code == 201)
        before, refused = before + (said.status_code == 201), refused + (said.status_code == 404)
        grace.call("DELETE", f"/blocks/{ada.id}", expect=204)
        workers.execute("DELETE FROM connection WHERE id = $1", connection_id)
        workers.execute("DELETE FROM connection_request WHERE sender = $1", ada.id)
        connection_id = _connect(ada, grace, statement)
    tell(f"{before} messages were there before the block, {refused} were refused and told to nobody")


def _at_once(ada: Person, grace: Person, connection_id: str) -> tuple[httpx.Response, httpx.Response]:
    barrier = Barrier(2)

    def write() -> httpx.Response:
        barrier.wait(timeout=60)
        text = {"text": f"Are you there? {uuid4()}", "send_anyway": True}
        return ada.http.post(f"/connections/{connection_id}/messages", json=text)

    def block() -> httpx.Response:
        barrier.wait(timeout=60)
        return grace.http.put(f"/blocks/{ada.id}")

    with ThreadPoolExecutor(2) as threads:
        writing, blocking = threads.submit(write), threads.submit(block)
        return writing.result(), blocking.result()


def test_open_streams_hold_nobody_up_at_the_end(tmp_path: Path, *, soaking: bool) -> None:
    site = RunningSite(tmp_path / "data", *(("--workers", "2") if soaking else ()))
    site.start()
    people = [Person(site.url, "Staying") for _ in range(3)]
    with ExitStack() as opened:
        listening = [opened.enter_context(Listener(person)) for person in people]
        left = site.stop(signal.SIGTERM)
        _, alive = psutil.wait_procs(left, timeout=5)

        for listener in listening:
            listener.until(lambda: all(one.is_over for one in listening))
    assert alive == []
    assert [listener.ended_cleanly for listener in listening] == [True] * 3
    assert site.said().endswith("Stopped.\n")
    assert "Cancel" not in site.said()  # what uvicorn says when it has waited in vain
