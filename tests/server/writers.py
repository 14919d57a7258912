"""Many who write to each other at once while something breaks, and what must stand there afterwards."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, cycle
from secrets import token_hex
from typing import Any
from uuid import uuid4

import httpx

from tests.server.person import CRAFTS, Person

PAUSE = 0.1
"""Seconds between two tries of the same write."""
LONGEST = 120
"""Seconds after which a write that was tried again and again is given up, and the test with it."""


class Conversation:
    """Two members who are connected."""

    def __init__(self, url: str, number: int) -> None:
        """Join twice, and connect by a reason."""
        self.ada, self.nur = Person(url, "Ada"), Person(url, "Nur")
        craft, reason = CRAFTS[number % len(CRAFTS)]
        written = self.nur.states(craft)
        self.ada.states("I look for people who make things with their hands")
        draft = self.ada.request_for(self.nur, written, reason)
        sent = self.ada.call("POST", "/connection-requests", expect=201, json=draft)
        accepted = self.nur.call("POST", f"/connection-requests/{sent['id']}/acceptance", expect=201)
        self.path = f"/connections/{accepted['connection_id']}/messages"

    def texts(self) -> Counter[str]:
        """How often each message stands there."""
        found: Counter[str] = Counter()
        path: str | None = f"{self.path}?limit=100"
        while path is not None:
            page = self.ada.get(path)
            found.update(message["text"] for message in page["items"])
            path = f"{self.path}?limit=100&cursor={page['next']}" if page["next"] else None
        return found


class Writers:
    """Threads of which each sends one message after the other, each again with its key until it is acknowledged."""

    def __init__(self, conversations: list[Conversation]) -> None:
        """Prepare; `acknowledged` and `answers` grow while they write."""
        self.conversations = conversations
        self.acknowledged: list[tuple[Conversation, str]] = []
        self.answers: Counter[int | str] = Counter()
        self.refusals: list[httpx.Response] = []
        self._mark, self._number = token_hex(3), count(1)
        self._over = threading.Event()
        self._failures: list[BaseException] = []

    @contextmanager
    def writing(self, *, at_once: int) -> Iterator[None]:
        """Write for as long as this lasts; what is under way at its end is finished.

        Raises:
            AssertionError: Somebody gave up, or got an answer that is no excuse.
        """

        def write(conversations: list[Conversation]) -> None:
            try:
                self._write(conversations)
            except BaseException as error:  # noqa: BLE001 - told below
                self._failures.append(error)

        shares = [self.conversations[number % len(self.conversations) :: at_once] for number in range(at_once)]
        threads = [threading.Thread(target=write, args=[share]) for share in shares]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join(LONGEST + 60)
            self._over.clear()
        assert self._failures == []

    def _write(self, conversations: list[Conversation]) -> None:
        limits = httpx.Limits(max_keepalive_connections=0)  # a kept connection may be cut in the moment of a call
        with httpx.Client(timeout=60, limits=limits) as http:
            for conversation in cycle(conversations):
                if self._over.is_set():
                    break
                text = f"The clock has stopped again, and this is note {self._mark}{next(self._number)} about it."
                self._send(http, conversation, {"text": text})
                self.acknowledged.append((conversation, text))

    def _send(self, http: httpx.Client, conversation: Conversation, body: dict[str, Any]) -> None:
        writer = conversation.ada.http
        url = str(writer.base_url).rstrip("/") + conversation.path
        headers = {"Authorization": writer.headers["Authorization"], "Idempotency-Key": str(uuid4())}
        until = time.monotonic() + LONGEST
        while time.monotonic() < until:
            try:
                answer = http.post(url, json=body, headers=headers)
            except httpx.TransportError as error:
                self.answers[type(error).__name__] += 1
            else:
                self.answers[answer.status_code] += 1
                if answer.status_code == 201:
                    return
                # 409: the first try with this key is still under way.
                assert answer.status_code in {409, 503}, f"{answer.status_code} {answer.text}"
                self.refusals.append(answer)
            time.sleep(PAUSE)
        raise AssertionError(f"No acknowledgement within {LONGEST} s; answers so far: {self.answers}")

    def seconds_until(self, acknowledged: int) -> float:
        """Wait until so many are acknowledged, and no longer than a writer tries; the seconds that it took."""
        began = time.monotonic()
        while len(self.acknowledged) < acknowledged and time.monotonic() - began < 5 * LONGEST and not self._failures:
            time.sleep(PAUSE)
        return time.monotonic() - began

    def lost_and_doubled(self) -> tuple[list[str], list[str]]:
        """The acknowledged messages that do not stand there, and those that stand there more than once."""
        there: Counter[str] = Counter()
        for conversation in self.conversations:
            there += conversation.texts()
        lost = [text for _, text in self.acknowledged if there[text] == 0]
        return lost, [text for text, times in there.items() if times > 1]
