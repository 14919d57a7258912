"""Somebody who listens to what is new, over the network, on a thread of their own."""

import json
from collections.abc import Callable
from threading import Condition, Thread
from typing import Any, Self

import httpx

from tests.server.person import Person

SECONDS = 60
"""Enough on a busy machine; timing decides nothing."""


class Listener:
    """An open stream of a person's, and what it said."""

    def __init__(self, person: Person) -> None:
        """Prepare to listen as this person's program."""
        self.heard: list[tuple[str, dict[str, str]]] = []
        self.is_open = False
        self.is_over = False
        self.ended_cleanly = False
        self._changed = Condition()
        self._http = httpx.Client(base_url=person.http.base_url, headers=person.http.headers, timeout=SECONDS)
        self._thread = Thread(target=self._read, daemon=True)

    def __enter__(self) -> Self:
        """Open it."""
        self._thread.start()
        self.until(lambda: self.is_open or self.is_over)
        assert self.is_open
        return self

    def __exit__(self, *_: object) -> None:
        """Go."""
        self._http.close()

    def hears(self, kind: str, **ids: str) -> None:
        """Wait until this was said."""
        self.until(lambda: (kind, ids) in self.heard)

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds."""
        with self._changed:
            assert self._changed.wait_for(holds, SECONDS), self.heard

    def _read(self) -> None:
        kind = ""
        try:
            with self._http.stream("GET", "/events") as reply:
                assert reply.status_code == 200, reply.status_code
                for line in reply.iter_lines():
                    if line.startswith("event: "):
                        kind = line.removeprefix("event: ")
                    elif line.startswith("data: "):
                        self._note(heard=(kind, json.loads(line.removeprefix("data: "))))
                    elif line == ": open":
                        self._note(is_open=True)
            self._note(ended_cleanly=True)
        except (httpx.HTTPError, RuntimeError):  # the latter where the listener itself has gone
            pass
        finally:
            self._note(is_over=True)

    def _note(self, *, heard: tuple[str, dict[str, str]] | None = None, **noted: Any) -> None:
        with self._changed:
            if heard is not None:
                self.heard.append(heard)
            for name, value in noted.items():
                setattr(self, name, value)
            self._changed.notify_all()
