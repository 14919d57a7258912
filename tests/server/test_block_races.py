"""A block that comes at the same moment as a message: on a real server, nothing is delivered once the block stands."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import httpx
import pytest

from tests.running_site import RunningSite
from tests.server.person import CRAFTS, Person

pytestmark = pytest.mark.server

TRIALS, TRIALS_OF_A_SOAK = 5, 1000
_LATER = (0, 0.005, 0.01, 0.02, 0.04)
"""Seconds for which the message waits after the block has begun: a block does more, and would come second else."""
_TABLES = ("message", "connection", "connection_request", "block", "blocked_address", "rate_spent")
_BEGIN_ANEW = "; ".join(f"DELETE FROM {table}" for table in _TABLES)


def test_no_message_is_delivered_after_a_block(
    site: RunningSite, *, soaking: bool, tell: Callable[[str], None]
) -> None:
    ada, grace = Person(site.url, "Blockada"), Person(site.url, "Blockgrace")
    ada.states(CRAFTS[1][0])
    statement = grace.states(CRAFTS[0][0])
    arrived = refused = 0
    for number in range(TRIALS_OF_A_SOAK if soaking else TRIALS):
        site.execute(_BEGIN_ANEW)
        asked = ada.call(
            "POST", "/connection-requests", expect=201, json=ada.request_for(grace, statement, CRAFTS[0][1])
        )
        accepted = grace.call("POST", f"/connection-requests/{asked['id']}/acceptance", expect=201)
        connection_id = accepted["connection_id"]
        path = f"/connections/{connection_id}/messages"

        said, blocked, read, later = _at_once(ada, grace, path, seconds_later=_LATER[number % len(_LATER)])

        assert said.status_code in {201, 404}, said.text
        assert blocked.status_code == 204, blocked.text
        # Whatever arrived before it is gone with the conversation; nothing is read or written any more.
        assert read.status_code == later.status_code == 404
        assert _number_of_messages(site, connection_id) == (said.status_code == 201)
        arrived, refused = arrived + (said.status_code == 201), refused + (said.status_code == 404)
    tell(f"{arrived} messages were there before the block, {refused} were refused, 0 came after it")


def _at_once(ada: Person, grace: Person, path: str, *, seconds_later: float) -> tuple[httpx.Response, ...]:
    """Ada writes and Grace blocks her in about the same moment; once the block stands, Grace reads and Ada writes."""
    barrier = Barrier(2)

    def write() -> httpx.Response:
        barrier.wait(timeout=60)
        time.sleep(seconds_later)
        return ada.http.post(path, json={"text": "Are you there?", "send_anyway": True})

    def block() -> tuple[httpx.Response, ...]:
        barrier.wait(timeout=60)
        blocked = grace.http.put(f"/blocks/{ada.id}")
        return blocked, grace.http.get(path)

    with ThreadPoolExecutor(2) as threads:
        writing, blocking = threads.submit(write), threads.submit(block)
        said, (blocked, read) = writing.result(), blocking.result()
    return said, blocked, read, ada.http.post(path, json={"text": "And now?", "send_anyway": True})


def _number_of_messages(site: RunningSite, connection_id: Any) -> int:
    rows = site.query("SELECT count(*) AS number FROM message WHERE connection = $1", connection_id)
    return int(str(rows[0]["number"]))
