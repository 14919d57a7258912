"""A client of the JSON API as a good program has one: it waits when it is asked to, and does nothing twice."""

import time
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

CALLS = "/api/v1"
TRIES = 7
"""Without any answer, over two minutes in all."""
_SECONDS_TO_ANSWER = 60


class ClientError(Exception):
    """The server cannot be used, or refuses; one line that says why."""


class RefusedError(ClientError):
    """The server refused a call, for a reason that trying again does not change."""

    def __init__(self, reply: httpx.Response) -> None:
        """Say what the problem document says."""
        problem = _json(reply) or {}
        self.status = reply.status_code
        self.code = str(problem.get("type", "")).rpartition("/")[2] or f"HTTP {reply.status_code}"
        fields = "".join(f" {one['pointer']}: {one['detail']}" for one in problem.get("errors", ()))
        said = problem.get("detail") or "It did not answer as a Wherefore does."
        super().__init__(f"{reply.request.method} {reply.request.url.path} was refused ({self.code}): {said}{fields}")


class Client:
    """Calls of one server, for whichever member a token is."""

    def __init__(self, url: str, *, note: Callable[[str], None] = print) -> None:
        """Prepare; `note` is told when there is something to wait for.

        Raises:
            ClientError: That is no address of a server.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise ClientError(f"{url!r} is no address of a server; give it like https://wherefore.example.")
        self._http = httpx.Client(base_url=f"{parts.scheme}://{parts.netloc}", timeout=_SECONDS_TO_ANSWER)
        self._note = note

    def __enter__(self) -> Self:
        """Keep the connection."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let it go."""
        self._http.close()

    def call(
        self, method: str, path: str, *, token: str | None = None, body: Any = None, key: str | None = None
    ) -> Any:
        """One call, made again until there is an answer; what is in it.

        Args:
            method: Such as POST.
            path: What follows `/api/v1`.
            token: Of the member who acts.
            body: What is sent.
            key: For a POST: the same for the same thing to be done, so that it is done once.

        Raises:
            RefusedError: The server refuses it for good.
            ClientError: There is no answer.
        """
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if key:
            headers["Idempotency-Key"] = key
        for attempt in range(TRIES):
            try:
                reply = self._waited_for(method, path, headers=headers, body=body)
            except httpx.TransportError as error:
                self._note(f"No answer ({error or type(error).__name__}). Trying again in {2**attempt} s.")
                time.sleep(2**attempt)
                continue
            if reply.is_success:
                return _json(reply)
            if reply.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                raise RefusedError(reply)
            self._note(f"The server failed ({reply.status_code}). Trying again in {2**attempt} s.")
            time.sleep(2**attempt)
        raise ClientError(f"There is no answer from {self._http.base_url}. Run the same command again to go on.")

    def _waited_for(self, method: str, path: str, *, headers: dict[str, str], body: Any) -> httpx.Response:
        """The answer that is no "wait": each time for as long as the server says."""
        while True:
            reply = self._http.request(method, f"{CALLS}{path}", headers=headers, json=body)
            wait = reply.headers.get("Retry-After", "")
            if reply.status_code not in {409, 429, 503} or not wait.isdigit():
                return reply
            title = (_json(reply) or {}).get("title", reply.reason_phrase)
            self._note(f"The server asks to wait {wait} s: {title}.")
            time.sleep(int(wait))


def _json(reply: httpx.Response) -> Any:
    """What a reply says, if it says anything as JSON."""
    if "json" not in reply.headers.get("Content-Type", ""):
        return None
    return reply.json()
