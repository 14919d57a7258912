"""The client that seeds other servers: it waits as long as it is asked to, and asks for the same thing only once."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from scripts import seed_client
from scripts.seed_client import Client, ClientError, RefusedError

PROBLEM = {"type": "/problems/too-many", "title": "Wait a little", "detail": "Wait.", "errors": []}


class Grumpy(HTTPServer):
    """A server that answers with what it was given, one after the other; None is no answer at all."""

    def __init__(self) -> None:
        """Listen on a free port, and remember the keys that come."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[tuple[int, dict[str, str]] | None] = []
        self.keys: list[str | None] = []


class _Handler(BaseHTTPRequestHandler):
    server: Grumpy

    def do_POST(self) -> None:
        self.server.keys.append(self.headers["Idempotency-Key"])
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        answer = self.server.answers.pop(0)
        if answer is None:
            self.close_connection = True
            return
        status, headers = answer
        body = json.dumps({"id": "7"} if status < 400 else PROBLEM).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def grumpy() -> Iterator[Grumpy]:
    server = Grumpy()
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it waited each time, without the waiting."""
    found: list[float] = []
    monkeypatch.setattr("scripts.seed_client.time.sleep", found.append)
    return found


def post(grumpy: Grumpy, said: list[str]) -> object:
    with Client(f"http://127.0.0.1:{grumpy.server_port}", note=said.append) as client:
        return client.call("POST", "/things", token="whf_x", body={}, key="one")


def test_it_waits_as_asked_and_sends_the_same_key_until_there_is_an_answer(grumpy: Grumpy, slept: list[float]) -> None:
    said: list[str] = []
    wait = {"Retry-After": "240"}
    grumpy.answers = [(429, wait), None, (503, {"Retry-After": "2"}), (500, {}), (409, {"Retry-After": "1"}), (201, {})]

    assert post(grumpy, said) == {"id": "7"}
    assert slept == [240, 1, 2, 2, 1]
    assert grumpy.keys == ["one"] * 6
    assert said[0] == "The server asks to wait 240 s: Wait a little."


def test_a_refusal_is_told_and_not_tried_again(grumpy: Grumpy, slept: list[float]) -> None:
    grumpy.answers = [(422, {})]

    with pytest.raises(RefusedError, match=r"POST /api/v1/things was refused \(too-many\): Wait\."):
        post(grumpy, [])
    assert slept == []


def test_a_server_that_never_answers_is_given_up(grumpy: Grumpy, slept: list[float]) -> None:
    grumpy.answers = [None] * seed_client.TRIES

    with pytest.raises(ClientError, match="Run the same command again to go on"):
        post(grumpy, [])
    assert slept == [1, 2, 4, 8, 16, 32, 64]
