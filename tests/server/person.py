"""Somebody who uses the JSON API over the network, as `docs` describe it."""

from itertools import count
from typing import Any, ClassVar

import httpx

PASSWORD = "a lantern over nine quiet harbours"
REASON = (
    "You wrote that you carve spoons from windfall apple wood. I have a fallen apple tree in the yard and two blunt "
    "knives, and I would love to hear which cut you make first. I can send you a good piece of the trunk in return."
)

CRAFTS = (
    ("I carve spoons and bowls from windfall apple wood", ("Which cut do you make first in apple wood? My knives are "
     "blunt and a tree fell in our yard, so your bowls came to my mind at once.")),
    ("I keep bees on a flat roof in the city", ("How do your bees bear the summer heat up there on the roof? I have a "
     "balcony full of lavender and wonder whether a hive could ever stand beside it.")),
    ("I bind books by hand, with linen thread", ("The linen thread made me write: do you wax it yourself? My first "
     "notebook fell open at the spine and I would be glad of a word about sewing.")),
    ("I grow old varieties of potatoes and give the seed away", ("Old potatoes are what my grandmother cooked. Is "
     "there one among yours that stays firm in a stew? I could swap some broad beans for the seed.")),
    ("I play the hurdy-gurdy, badly and with joy", ("Somebody who plays the hurdy-gurdy with joy is just whom I hoped "
     "to find: mine has hung on the wall for a year because the wheel squeaks.")),
    ("I draw maps of places that do not exist", ("Your maps of places that are nowhere: do you begin at the coast or "
     "at a town? I write stories that badly need an island.")),
    ("I repair clocks that nobody wants any more", ("A clock that nobody wants stands in my hall and stops at four. "
     "What would you look at first? I like that you give them another turn.")),
    ("I bake rye bread with a sourdough from my aunt", ("An aunt's sourdough for rye! Mine turns grey in a week. How "
     "warm do you keep it, and would you tell me what she did?")),
    ("I photograph lichens on gravestones", ("I walk past gravestones with yellow lichens each morning and never knew "
     "anybody who looks at them as you do. Which lens do you kneel down with?")),
    ("I swim in the sea all winter, with a woolly hat", ("The woolly hat decided it. I want to swim through this "
     "winter as well and am afraid of the first minute; how do you get past it in the sea?")),
    ("I build dry stone walls on Sundays", ("We have a heap of stones and a gap in the wall where sheep get through. "
     "How do you choose the first stone when you build on a Sunday?")),
    ("I fold paper animals for the children's ward", ("Folding animals for children in hospital is a lovely thing. I "
     "can only do a frog. Which of yours do they ask for, and may I fold some too?")),
    ("I collect words that only one village uses", ("One-village words! Ours says slape for slippery. Do you write "
     "down who told you each of your words? I could ask my neighbours for more.")),
    ("I train for walking backwards up small hills", ("Walking backwards uphill sounds like what my knees need. How "
     "did you begin, and do you use a mirror? I live beside two small hills.")),
)  # fmt: skip
"""What each of many members wrote, and an honest reason to write to them."""

_number = count(1)


class Person:
    """A member with a token."""

    everyone: ClassVar[list["Person"]] = []

    def __init__(self, url: str, name: str) -> None:
        """Join and get a token."""
        # Dropped before the server drops them, which could be in the moment of the next call.
        limits = httpx.Limits(keepalive_expiry=2)
        self.http = httpx.Client(base_url=f"{url}/api/v1", timeout=60, limits=limits)
        self.everyone.append(self)
        self.email = email = f"{name.lower()}{next(_number)}@example.org"
        joined = self.http.post(
            "/accounts", json={"email": email, "password": PASSWORD, "display_name": name, "over_18": True}
        )
        assert joined.status_code == 202, joined.text
        self.sign_in()
        self.id = self.get("/me")["id"]

    def sign_in(self) -> None:
        """Get a token, and go on with it."""
        token = self.http.post("/tokens", json={"email": self.email, "password": PASSWORD, "name": "test"})
        assert token.status_code == 201, token.text
        self.http.headers["Authorization"] = f"Bearer {token.json()['token']}"

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

    def request_for(self, other: "Person", statement: str, reason: str = REASON) -> dict[str, object]:
        """The body of a request to somebody because of what they wrote."""
        anchor = {"kind": "statement", "id": statement}
        return {"recipient_id": other.id, "purpose": "hobby", "anchor": anchor, "reason": reason}
