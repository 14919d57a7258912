"""Somebody who uses the JSON API over the network, as `docs` describe it."""

from itertools import count
from typing import Any

import httpx

PASSWORD = "a lantern over nine quiet harbours"
REASON = (
    "You wrote that you carve spoons from windfall apple wood. I have a fallen apple tree in the yard and two blunt "
    "knives, and I would love to hear which cut you make first. I can send you a good piece of the trunk in return."
)

_number = count(1)


class Person:
    """A member with a token."""

    def __init__(self, url: str, name: str) -> None:
        """Join and get a token."""
        self.http = httpx.Client(base_url=f"{url}/api/v1", timeout=60)
        self.name = name
        email = f"{name.lower()}{next(_number)}@example.org"
        joined = self.http.post(
            "/accounts", json={"email": email, "password": PASSWORD, "display_name": name, "over_18": True}
        )
        assert joined.status_code == 202, joined.text
        token = self.http.post("/tokens", json={"email": email, "password": PASSWORD, "name": "test"})
        assert token.status_code == 201, token.text
        self.http.headers["Authorization"] = f"Bearer {token.json()['token']}"
        self.id = self.get("/me")["id"]

    def call(self, method: str, path: str, *, expect: int, json: Any = None) -> Any:
        """One call that must be answered with `expect`."""
        reply = self.http.request(method, path, json=json)
        assert reply.status_code == expect, f"{method} {path}: {reply.status_code} {reply.text}"
        return reply.json() if reply.content else None

    def get(self, path: str) -> Any:
        """Read something."""
        return self.call("GET", path, expect=200)

    def states(self, text: str, *, purpose: str = "hobby", role: str = "about") -> str:
        """Switch a purpose on and write a statement under it; the statement's id."""
        self.call("PUT", f"/me/purposes/{purpose}", expect=200, json={})
        written = self.call("POST", "/me/statements", expect=201, json={"purpose": purpose, "role": role, "text": text})
        return str(written["id"])

    def request_for(self, other: "Person", statement: str, reason: str = REASON) -> dict[str, Any]:
        """The body of a request to somebody because of what they wrote."""
        anchor = {"kind": "statement", "id": statement}
        return {"recipient_id": other.id, "purpose": "hobby", "anchor": anchor, "reason": reason}
