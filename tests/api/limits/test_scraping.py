"""Whoever collects people gets no more of them than the quota, whatever they try; a ring as many times that."""

import asyncio
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient

from api import clock
from api.accounts.schemas import Member
from api.database import fetch
from api.limits import people, policies
from api.limits.limit import Window
from api.profiles.schemas import Audience, Purpose, PurposeSwitch, Role, StatementCreate
from api.profiles.services import add_statement, switch_on_purpose
from tests.factories import as_member, make_member

PURPOSES = (Purpose.HOBBY, Purpose.INTEREST, Purpose.BUSINESS)
OTHERS = 30
QUOTA = 12
WORDS = "I mend old wireless sets, clocks and radios at the kitchen table, number {}."


@pytest.fixture
async def crowd(database: None, monkeypatch: pytest.MonkeyPatch) -> list[Member]:
    """Thirty members who match under three purposes, on a site where a new account sees twelve in a day."""
    people._known.clear()
    monkeypatch.setattr(policies, "_changes", lambda: {"people-seen-new": (Window(QUOTA, policies.DAY),)})
    first = await make_member("First", purposes=PURPOSES, statements=[WORDS.format(0)])
    return [first, *[await copy_of(number) for number in range(1, OTHERS)]]


async def copy_of(number: int) -> Member:
    """Another member with the same words, made without a password, which is what takes the time."""
    made = uuid4()
    await fetch(
        "INSERT INTO account (id, email, display_name, created_at, confirmed_adult_at) VALUES ({}, {}, {}, {}, {})",
        made,
        f"copy{number}@example.org",
        f"Copy {number}",
        clock.now(),
        clock.now(),
    )
    member = Member(id=made, display_name=f"Copy {number}")
    for purpose in PURPOSES:
        await switch_on_purpose(member, purpose=purpose, switch=PurposeSwitch(consent=None))
        draft = StatementCreate(purpose=purpose, role=Role.ABOUT, text=WORDS.format(number), audience=Audience.PURPOSE)
        await add_statement(member, draft=draft)
    return member


class Scraper:
    """A program that notes everybody whose name it is given."""

    def __init__(self, client: AsyncClient, names: dict[UUID, str]) -> None:
        """Know who there is, to recognise them in any reply."""
        self.client = client
        self.names = names
        self.seen: set[UUID] = set()
        self.calls = 0

    async def get(self, path: str, headers: dict[str, str]) -> dict[str, object]:
        """Read something, and note who is in it."""
        reply = await self.client.get(f"/api/v1{path}", headers=headers)
        self.calls += 1
        self.seen |= {member for member, name in self.names.items() if f'"{name}"' in reply.text}
        body: dict[str, object] = reply.json()
        return body

    async def everything(self, headers: dict[str, str]) -> None:
        """Every list to its end, then every page of everybody."""
        for purpose in PURPOSES:
            cursor = ""
            for _ in range(8):
                part = await self.get(f"/matches?purpose={purpose}&limit=7{cursor}", headers)
                if not part.get("next"):
                    break
                cursor = f"&cursor={part['next']}"
        for member in list(self.names)[:20]:
            await self.get(f"/members/{member}", headers)
            await self.get(f"/matches/{member}?purpose=hobby", headers)


async def test_a_scraper_and_a_ring_of_them_see_no_more_than_their_quotas(
    client: AsyncClient, crowd: list[Member], tell: Callable[[str], None]
) -> None:
    accounts = [
        await make_member(f"Scraper {number}", purposes=PURPOSES, statements=[WORDS.format(99)]) for number in range(3)
    ]
    names = {member.id: member.display_name for member in (*crowd, *accounts)}
    ring = []
    for account in accounts:
        scraper = Scraper(client, names)
        tokens = [await as_member(client, account) for _ in range(3)]
        await asyncio.gather(*(scraper.everything(headers) for headers in tokens))
        ring.append(scraper)

    together = set().union(*(scraper.seen for scraper in ring))
    calls = sum(scraper.calls for scraper in ring)
    tell(
        f"{calls} calls for {OTHERS} people: each of 3 accounts saw {[len(one.seen) for one in ring]} "
        f"(quota {QUOTA}), the ring {len(together)} (at most {3 * QUOTA})"
    )
    assert [len(scraper.seen) for scraper in ring] == [QUOTA] * 3
    assert len(together) <= 3 * QUOTA
