"""What is no HTTP does the server no harm."""

import re
import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing

import httpx
import psutil
import pytest

from scripts.careful_protocol import HEAD_SECONDS
from tests.running_site import RunningSite
from tests.server.malformed_requests import BY_ALL, Malformed, malformed_requests

pytestmark = pytest.mark.server

HALF_OPEN = 200
MOST_GROWTH = 60_000_000
"""Bytes of memory that the server may have more after all were sent again: they should leave nothing behind."""
ROUNDS = 4


def test_five_hundred_malformed_requests_bring_out_no_fault_and_do_no_harm(
    site: RunningSite, tell: Callable[[str], None]
) -> None:
    said = len(site.said())
    sent = malformed_requests()
    faults: dict[str, bytes] = {}

    # A server that has just started grows by itself, some time; one that keeps something of them grows every time.
    for _ in range(ROUNDS):
        before = _memory(site)
        statuses: Counter[str] = Counter()
        for one in sent:
            answer = _answer(site, one)
            status = re.match(rb"HTTP/1\.[01] (\d{3}) ", answer)
            statuses[status[1].decode() if status else "hung up"] += 1
            if answer and (status is None or status[1] >= b"500"):
                faults[one.name] = answer[:200]
        grown = _memory(site) - before
        if grown < MOST_GROWTH:
            break

    tell(f"{len(sent)} malformed requests: {dict(sorted(statuses.items()))}; {grown / 1e6:.0f} MB more")
    assert len(sent) == BY_ALL
    assert faults == {}
    assert "Traceback" not in site.said()[said:]
    assert httpx.get(f"{site.url}/").status_code == 200
    assert httpx.get(f"{site.url}/api/v1/purposes").status_code == 200
    assert grown < MOST_GROWTH


def test_half_open_requests_keep_nobody_from_being_answered_and_are_hung_up_on(site: RunningSite) -> None:
    with ExitStack() as stack:
        waiting = [stack.enter_context(_open(site)) for _ in range(HALF_OPEN)]
        for number, one in enumerate(waiting):
            one.sendall((b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", b"", b"G", b"\r\n")[number % 4])
        answers = [httpx.get(f"{site.url}/", timeout=30).status_code for _ in range(5)]
        began = time.monotonic()
        while time.monotonic() - began < HEAD_SECONDS / 2:
            waiting[0].sendall(b"x")  # a little now and then wins no time
            time.sleep(1)
        waiting[0].settimeout(3 * HEAD_SECONDS)
        waiting[1].settimeout(3 * HEAD_SECONDS)
        ends = [waiting[0].recv(100), waiting[1].recv(100)]

    assert answers == [200] * 5
    assert ends == [b"", b""]


def test_a_head_without_end_is_refused_before_it_fills_the_memory(site: RunningSite) -> None:
    with _open(site) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ")
        sent = 0
        try:
            while sent < 50_000_000:
                connection.sendall(b"x" * 100_000)
                sent += 100_000
        except OSError:
            pass

    assert sent < 50_000_000
    assert httpx.get(f"{site.url}/").status_code == 200


@pytest.mark.parametrize("piece", [b"x: y\r\n" * 10_000, b"x" * 60_000])
def test_a_trailer_without_end_is_hung_up_on_before_it_fills_the_memory(site: RunningSite, piece: bytes) -> None:
    with _open(site) as connection:
        connection.sendall(b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nx: ")
        sent = 0
        try:
            while sent < 20_000_000:
                connection.sendall(piece)
                sent += len(piece)
        except OSError:
            pass

    assert sent < 20_000_000
    assert httpx.get(f"{site.url}/").status_code == 200


def test_a_body_in_many_pieces_is_read_whole(site: RunningSite) -> None:
    body = b'{"email": "' + b"a" * 300_000 + b'"}'

    answer = httpx.post(
        f"{site.url}/api/v1/accounts",
        content=(body[at : at + 100] for at in range(0, len(body), 100)),
        headers={"content-type": "application/json"},
    )

    assert answer.status_code == 422


@pytest.mark.parametrize("host", [b"", b"Host: [\r\n", b"Host: a\r\nHost: b\r\n", b"Host: a b\r\n"])
def test_a_request_that_names_no_host_is_told_so(site: RunningSite, host: bytes) -> None:
    answer = _answer(site, Malformed("host", b"GET /api/v1/me HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n"))

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in answer
    assert b"The Host header must name one host." in answer


def _open(site: RunningSite) -> socket.socket:
    return socket.create_connection(("localhost", site.port), timeout=10)


def _answer(site: RunningSite, request: Malformed) -> bytes:
    """Everything that comes back until the other side hangs up."""
    answer = b""
    with closing(_open(site)) as connection:
        try:
            connection.sendall(request.sent)
            connection.shutdown(socket.SHUT_WR)
            while (part := connection.recv(65_536)) != b"":
                answer += part
        except (ConnectionResetError, BrokenPipeError):
            pass
    return answer


def _memory(site: RunningSite) -> int:
    assert site.process is not None
    return int(psutil.Process(site.process.pid).memory_info().rss)
