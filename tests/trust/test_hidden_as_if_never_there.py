"""Not visible, blocked, erased and never existed: the same answer, byte for byte, in the same time."""

import random
import time
from collections.abc import Callable, Mapping
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient, Response

from api import clock
from api.accounts.schemas import Member
from api.database import fetch
from api.moderation.services import block_member
from api.profiles.schemas import Purpose
from tests.factories import as_member, make_member
from tests.unlimited import lift_limits
from tests.web.browsing import browser_of

TRIES, TRIES_OF_A_SOAK = 60, 400
AS_GOOD_AS_GUESSING = {TRIES: (0.25, 0.75), TRIES_OF_A_SOAK: (0.4, 0.6)}
"""Between which the share of pairs must lie in which the hidden one took longer. By chance alone it is 0.5, give or
take 0.05 with so few tries and 0.02 with so many, so that what falls out of it is no chance."""


@pytest.fixture
async def hidden(database: None) -> tuple[Member, Mapping[str, UUID]]:
    """A viewer, and the ids of those whom they may not see, by why; `they` is the viewer."""
    viewer = await make_member("Ada")
    made = {name: await make_member(name) for name in ("blocked them", "they blocked", "suspended", "erased", "paused")}
    made["elsewhere"] = await make_member("elsewhere", purposes=[Purpose.INTEREST])
    await block_member(made["blocked them"], viewer.id)
    await block_member(viewer, made["they blocked"].id)
    for name, column in (("suspended", "suspended_at"), ("erased", "erased_at")):
        await fetch(f"UPDATE account SET {column} = {{}} WHERE id = {{}}", clock.now(), made[name].id)
    await fetch("UPDATE account SET paused_until = now() + interval '1 year' WHERE id = {}", made["paused"].id)
    gone = await make_member("gone")
    await fetch("DELETE FROM account WHERE id = {}", gone.id)
    return viewer, {name: member.id for name, member in made.items()} | {"gone": gone.id, "never": uuid4()}


async def test_the_api_answers_alike(client: AsyncClient, hidden: tuple[Member, Mapping[str, UUID]]) -> None:
    viewer, ids = hidden
    token = await as_member(client, viewer)

    for method, path in (
        ("GET", "/api/v1/members/{}"),
        ("GET", "/api/v1/matches/{}?purpose=hobby"),
        ("PUT", "/api/v1/matches/{}/state"),
    ):
        body = {"state": "later"} if method == "PUT" else None
        replies = {
            why: await client.request(method, path.format(member_id), headers=token, json=body)
            for why, member_id in ids.items()
        }
        assert {reply.status_code for reply in replies.values()} == {404}, path
        assert {_plainly(reply) for reply in replies.values()} == {_plainly(replies["never"])}, path


async def test_pages_answer_alike(client: AsyncClient, hidden: tuple[Member, Mapping[str, UUID]]) -> None:
    viewer, ids = hidden
    browser = await browser_of(client, viewer)
    client.headers["Accept-Encoding"] = "identity"  # how short a page packs depends on the random tokens in it

    for path in ("/members/{}", "/members/{}/request", "/members/{}/block", "/matches/hobby/{}"):
        replies = {why: await browser.open(path.format(member_id)) for why, member_id in ids.items()}
        assert {reply.status_code for reply in replies.values()} == {404}, path
        assert {_plainly(reply) for reply in replies.values()} == {_plainly(replies["never"])}, path


async def test_the_answers_are_not_told_apart_by_time(
    client: AsyncClient,
    hidden: tuple[Member, Mapping[str, UUID]],
    monkeypatch: pytest.MonkeyPatch,
    *,
    soaking: bool,
    tell: Callable[[str], None],
) -> None:
    lift_limits(monkeypatch)  # so many tries would be refused
    viewer, ids = hidden
    token = await as_member(client, viewer)
    tries = TRIES_OF_A_SOAK if soaking else TRIES
    took: dict[str, list[float]] = {why: [] for why in ids}
    # In turns and in no order, so that whatever else the machine does meanwhile falls on all of them alike.
    for _ in range(tries):
        for why, member_id in random.sample(sorted(ids.items()), len(ids)):
            began = time.perf_counter()
            await client.get(f"/api/v1/members/{member_id}", headers=token)
            took[why].append(time.perf_counter() - began)

    # Whom the viewer blocked is on the viewer's own list: PostgreSQL finds that row first, and it tells them nothing.
    secret = took.keys() - {"never", "they blocked"}
    longer = {why: _longer(took[why], took["never"]) for why in sorted(secret)}
    tell(f"share of pairs that took longer than nobody's: { {why: round(one, 2) for why, one in longer.items()} }")
    least, most = AS_GOOD_AS_GUESSING[tries]
    assert all(least < share < most for share in longer.values()), longer


def _longer(one: list[float], other: list[float]) -> float:
    """In which share of all pairs the first took longer (the area under the curve of a guess by time)."""
    return sum((a > b) + 0.5 * (a == b) for a in one for b in other) / (len(one) * len(other))


def _plainly(reply: Response) -> str:
    assert str(reply.request.url.path) not in reply.text
    ignored = {"x-request-id", "date", "ratelimit", "ratelimit-policy"}
    headers = sorted(f"{name}: {value}" for name, value in reply.headers.items() if name not in ignored)
    return "\n".join([*headers, reply.text])
