"""At the quota nothing tells who is there, and whoever one had to do with stays in reach."""

from typing import Any
from uuid import uuid4

import msgspec
import pytest
from httpx import AsyncClient

from api.connections.services import end_connection
from api.database import fetch
from api.errors import NotFoundError
from api.limits import people
from api.limits.errors import QuotaReachedError
from api.limits.limit import Window
from api.limits.people import see, see_one
from api.matching import queries as matching_queries
from api.matching.entries import Row
from api.matching.marking import with_marks
from api.matching.queries import matches
from api.moderation.queries import blocks
from api.moderation.services import block_member
from api.profiles.queries import member
from api.profiles.schemas import Purpose
from tests.api.connections.making import make_connection, make_draft, make_recipient
from tests.api.limits.seeing import DAY, quota, world
from tests.factories import as_member, make_member
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")


async def test_at_the_quota_a_page_is_refused_alike_for_those_who_are_there_and_those_who_never_were(
    monkeypatch: pytest.MonkeyPatch, client: AsyncClient, moved_clock: MovedClock
) -> None:
    quota(monkeypatch, [Window(2, DAY)])
    viewer, first, second, third = [await make_member(name) for name in ("Ada", "Grace", "Mary", "Joan")]
    gone = await make_member("Gone")
    await block_member(gone, viewer.id)
    for seen in (first, second):
        await member(viewer, seen.id)
    headers = await as_member(client, viewer)

    replies = [await client.get(f"/api/v1/members/{who}", headers=headers) for who in (third.id, gone.id, uuid4())]
    seen_before = await client.get(f"/api/v1/members/{first.id}", headers=headers)

    assert {reply.status_code for reply in replies} == {429}
    assert len({reply.content for reply in replies}) == 1
    assert replies[0].json()["type"] == "/problems/people-quota"
    assert int(replies[0].headers["retry-after"]) > DAY - 60
    assert seen_before.status_code == 200


async def test_whoever_was_seen_and_then_blocked_is_not_there_at_the_quota_as_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quota(monkeypatch, [Window(1, DAY)])
    viewer, seen = await make_member("Ada"), await make_member("Grace")
    await member(viewer, seen.id)
    await block_member(seen, viewer.id)

    with pytest.raises(NotFoundError):
        await member(viewer, seen.id)


async def test_see_one_tells_nobody_without_room_who_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    quota(monkeypatch, [Window(1, DAY)])
    viewer = await make_member()
    await see_one(viewer.id, uuid4(), there=True)

    for there in (True, False):
        with pytest.raises(QuotaReachedError):
            await see_one(viewer.id, uuid4(), there=there)


@pytest.mark.parametrize("there", [True, False])
async def test_at_the_quota_no_call_tells_whether_a_member_never_seen_is_there(
    client: AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    there: bool,  # noqa: FBT001
) -> None:
    quota(monkeypatch, [Window(1, DAY)])
    viewer, grace = await make_member("Ada"), await make_recipient("Grace")
    [row] = await fetch("SELECT id FROM statement WHERE author = {} LIMIT 1", grace.id)
    said = str(row["id"] if there else uuid4())
    draft = msgspec.to_builtins(await make_draft(grace)) | ({} if there else {"recipient_id": str(uuid4())})
    await see(viewer.id, [uuid4()])
    token, other = await as_member(client, viewer), draft["recipient_id"]

    replies = [
        await client.request(method, f"/api/v1{path}", headers=token, json=body)
        for method, path, body in (
            ("GET", f"/members/{other}", None),
            ("POST", "/reason-checks", draft),
            ("POST", "/connection-requests", draft),
            ("PUT", f"/matches/{other}/state", {"state": "later"}),
            ("PUT", f"/blocks/{other}", None),
            ("POST", "/reports", {"target": {"kind": "member", "id": other}, "category": "scam"}),
            ("POST", "/reports", {"target": {"kind": "statement", "id": said}, "category": "scam"}),
        )
    ]

    assert [reply.status_code for reply in replies] == [429] * 7
    assert len({reply.json()["detail"] for reply in replies}) == 1
    assert (await client.get("/api/v1/blocks", headers=token)).json() == []


async def test_at_the_quota_a_refusal_takes_the_same_steps_whether_or_not_a_member_is_there(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What takes more steps takes longer, and a refused call can be made as often as somebody likes."""
    quota(monkeypatch, [Window(1, DAY)])
    viewer, others = await world()
    gone = await make_member("Gone", statements=["I mend wireless sets, and collect old ones."])
    await block_member(gone, viewer.id)
    [shown] = (await matches(viewer, purpose=Purpose.HOBBY, limit=1)).items
    there = next(other.id for other in others if other.id != shown.member.id)
    token = await as_member(client, viewer)
    steps: list[str] = []

    async def counted(sql: str, *values: object) -> list[dict[str, Any]]:
        steps.append(sql)
        return await fetch(sql, *values)

    async def marked(rows: list[Row]) -> list[Row]:
        steps.append("marks")
        return await with_marks(rows)

    monkeypatch.setattr(people, "fetch", counted)
    monkeypatch.setattr(matching_queries, "with_marks", marked)

    for path in ("/api/v1/members/{}", "/api/v1/matches/{}?purpose=hobby"):
        taken = []
        for who in (there, gone.id, uuid4()):
            steps.clear()
            assert (await client.get(path.format(who), headers=token)).status_code == 429
            taken.append([*steps])
        assert taken[0] == taken[1] == taken[2], path


async def test_at_the_quota_whoever_one_had_to_do_with_can_still_be_blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    quota(monkeypatch, [Window(1, DAY)])
    viewer, grace = await make_member("Ada"), await make_recipient("Grace")
    await end_connection(grace, await make_connection(viewer, grace))
    await fetch("DELETE FROM person_seen")
    await see(viewer.id, [uuid4()])

    await block_member(viewer, grace.id)

    assert [one.id for one in await blocks(viewer)] == [grace.id]
