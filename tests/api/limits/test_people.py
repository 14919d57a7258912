"""Nobody sees more distinct people than their quota, however they ask; whoever they saw stays open to them."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from httpx import AsyncClient

from api import clock
from api.accounts.schemas import Member
from api.connections.queries import slots
from api.connections.services import end_connection
from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from api.database import fetch
from api.errors import NotFoundError
from api.limits import people, policies
from api.limits.errors import QuotaReachedError
from api.limits.limit import Window
from api.limits.people import forget_seen, see, see_one, seen_by
from api.matching import queries as matching_queries
from api.matching.entries import Row
from api.matching.marking import with_marks
from api.matching.queries import explained, matches, people_of_the_day
from api.moderation.queries import blocks
from api.moderation.services import block_member
from api.privacy.erasure import erase
from api.privacy.export_document import export_document
from api.profiles.queries import member
from api.profiles.schemas import Purpose
from tests.api.connections.making import make_connection, make_draft, make_recipient
from tests.factories import as_member, make_member
from tests.moved_clock import MovedClock
from tests.web.browsing import browser_of

pytestmark = pytest.mark.usefixtures("database")

DAY = 86_400


@pytest.fixture(autouse=True)
def forgetful() -> None:
    """Begin as a process that has just started."""
    people._known.clear()


def quota(monkeypatch: pytest.MonkeyPatch, new: Sequence[Window], old: Sequence[Window] = ()) -> None:
    """Let new accounts, and old ones, see so many people."""
    windows = {"people-seen-new": tuple(new), "people-seen": tuple(old or new)}
    monkeypatch.setattr(policies, "_changes", lambda: windows)


async def seen_of(viewer: UUID, wanted: Sequence[UUID]) -> int:
    return len((await see(viewer, wanted)).shown)


async def used_of(viewer: Member) -> list[int]:
    """How many people count in each window of a viewer's quota."""
    return [one.used for one in (await seen_by(viewer.id)).windows]


@pytest.mark.parametrize("others", [59, 60, 61])
async def test_a_new_account_sees_as_many_as_it_may_and_not_one_more(others: int) -> None:
    viewer = await make_member()
    wanted = [uuid4() for _ in range(others)]

    seen = await see(viewer.id, wanted)

    assert seen.shown == set(wanted[:60])
    assert (seen.reached is None) is (others <= 60)


async def test_racing_shows_not_one_person_more() -> None:
    viewer = await make_member()
    groups = [[uuid4() for _ in range(7)] for _ in range(20)]

    results = await asyncio.gather(*(see(viewer.id, group) for group in groups))

    assert len({person for seen in results for person in seen.shown}) == 60
    assert sum(seen.reached is not None for seen in results) >= 11


async def test_the_same_people_again_cost_nothing_even_after_the_quota_is_used_up() -> None:
    viewer = await make_member()
    wanted = [uuid4() for _ in range(60)]
    await see(viewer.id, wanted)

    for _ in range(3):
        people._known.clear()
        assert await seen_of(viewer.id, wanted) == 60
        assert await seen_of(viewer.id, [*wanted[:5], uuid4()]) == 5
    assert await used_of(viewer) == [60, 60]


async def test_room_comes_back_when_it_was_said_and_not_before(moved_clock: MovedClock) -> None:
    viewer = await make_member()
    await see(viewer.id, [uuid4() for _ in range(60)])
    held = await see(viewer.id, [uuid4()])
    assert held.reached is not None
    assert held.reached.more_at == clock.now() + timedelta(days=1)

    moved_clock.move(days=1, seconds=-1)
    assert await seen_of(viewer.id, [uuid4()]) == 0
    moved_clock.move(seconds=1)
    assert await seen_of(viewer.id, [uuid4()]) == 1


async def test_the_month_holds_beside_the_day(monkeypatch: pytest.MonkeyPatch, moved_clock: MovedClock) -> None:
    quota(monkeypatch, [Window(10, DAY), Window(25, 30 * DAY)])
    viewer = await make_member()

    each_day = []
    for _ in range(32):
        each_day.append(await seen_of(viewer.id, [uuid4() for _ in range(50)]))
        moved_clock.move(days=1)

    assert each_day == [10, 10, 5] + [0] * 27 + [10, 10]


async def test_whoever_was_seen_is_forgotten_after_thirty_days(moved_clock: MovedClock) -> None:
    viewer = await make_member()
    await see(viewer.id, [uuid4() for _ in range(4)])
    moved_clock.move(days=29)
    await see(viewer.id, [uuid4()])
    moved_clock.move(days=1)

    assert await forget_seen() == 4
    assert len(await fetch("SELECT 1 AS one FROM person_seen")) == 1


async def test_an_account_that_is_no_longer_new_may_see_more(moved_clock: MovedClock) -> None:
    viewer = await make_member()
    wanted = [uuid4() for _ in range(300)]
    assert await seen_of(viewer.id, wanted) == 60

    moved_clock.move(days=14)

    assert await seen_of(viewer.id, wanted) == 60 + 200  # those seen before, and as many new ones


async def test_two_new_accounts_cannot_lift_each_other_by_talking() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    await connect(ada, grace)

    assert await seen_of(ada.id, [uuid4() for _ in range(300)]) == 60 - 1  # whom they wrote to


@pytest.mark.parametrize("aged", [0, 20], ids=["young", "here for longer"])
async def test_nobody_falls_back_when_the_other_leaves(aged: int) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    await fetch("UPDATE account SET created_at = {} WHERE id = {}", clock.now() - timedelta(days=aged), grace.id)
    connection_id = await make_connection(ada, grace)
    for author in (ada, grace):
        await send_message(author, connection_id, draft=MessageCreate("I mend clocks, too.", send_anyway=True))
    before = ((await slots(ada)).allowed, (await seen_by(ada.id)).new_until is None)

    await erase(grace.id)

    assert ((await slots(ada)).allowed, (await seen_by(ada.id)).new_until is None) == before == (8, aged > 14)


async def test_talking_with_somebody_who_is_here_for_longer_lifts_a_new_account() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    await fetch("UPDATE account SET created_at = {} WHERE id = {}", clock.now() - timedelta(days=15), grace.id)
    await connect(ada, grace)

    assert await seen_of(ada.id, [uuid4() for _ in range(300)]) == 200 - 1  # whom they wrote to


async def test_what_is_kept_names_nobody_who_was_seen() -> None:
    viewer, seen = await make_member(), await make_member()
    await member(viewer, seen.id)
    await member(seen, viewer.id)

    rows = await fetch("SELECT * FROM person_seen")

    assert {row["viewer"] for row in rows} == {viewer.id, seen.id}
    assert len({row["pair"] for row in rows}) == 2
    assert all(seen.id.bytes not in row["pair"] and viewer.id.bytes not in row["pair"] for row in rows)


async def test_pairs_go_with_the_account_of_whoever_looked() -> None:
    viewer = await make_member()
    await see(viewer.id, [uuid4()])

    await fetch("DELETE FROM account WHERE id = {}", viewer.id)

    assert await fetch("SELECT 1 AS one FROM person_seen") == []


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


async def test_with_room_whoever_is_not_there_costs_nothing_and_is_not_found() -> None:
    viewer = await make_member()
    for _ in range(70):
        with pytest.raises(NotFoundError):
            await member(viewer, uuid4())

    assert await used_of(viewer) == [0, 0]


async def test_whoever_was_seen_and_then_blocked_is_not_there_at_the_quota_as_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quota(monkeypatch, [Window(1, DAY)])
    viewer, seen = await make_member("Ada"), await make_member("Grace")
    await member(viewer, seen.id)
    await block_member(seen, viewer.id)

    with pytest.raises(NotFoundError):
        await member(viewer, seen.id)


async def test_oneself_and_whoever_one_is_in_touch_with_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    quota(monkeypatch, [Window(1, DAY)])
    viewer, friend, seen = await make_member("Ada"), await make_recipient("Grace"), await make_member("Mary")
    await connect(viewer, friend)
    await fetch("DELETE FROM person_seen")
    await member(viewer, seen.id)

    assert (await member(viewer, viewer.id)).id == viewer.id
    assert (await member(viewer, friend.id)).connected
    assert await used_of(viewer) == [1]


WORDS = [
    "I mend old wireless sets.",
    "I mend old clocks and wireless sets.",
    "I restore valve radios in my kitchen.",
    "I collect and repair old radios.",
    "I mend wireless sets from the war.",
    "I build small radios from old parts.",
]


async def test_a_list_shows_as_many_new_people_as_there_is_room_for_and_says_that_it_holds_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    viewer, _ = await world()
    whole = [found.member.id for found in (await matches(viewer, purpose=Purpose.HOBBY)).items]
    await fetch("DELETE FROM person_seen")
    people._known.clear()
    quota(monkeypatch, [Window(3, DAY)])

    part = await matches(viewer, purpose=Purpose.HOBBY)
    again = await matches(viewer, purpose=Purpose.HOBBY)

    assert len(whole) > 4
    assert [found.member.id for found in part.items] == whole[:3]
    assert part.held_back is not None
    assert "There is room for new people in 24 hours" in part.held_back.detail
    assert "Your account is new, so it starts with less." in part.held_back.detail
    assert [found.member.id for found in again.items] == whole[:3]
    with pytest.raises(QuotaReachedError):
        await explained(viewer, purpose=Purpose.HOBBY, member_id=whole[4])
    assert (await explained(viewer, purpose=Purpose.HOBBY, member_id=whole[0])).match.member.id == whole[0]


async def test_the_first_page_counts_only_those_whom_it_shows() -> None:
    viewer, _ = await world()

    shown = await people_of_the_day(viewer, purposes=[Purpose.HOBBY], most=3)

    assert len(shown.items) == 3
    assert await used_of(viewer) == [3, 3]


async def test_the_pages_say_kindly_that_people_are_held_back(
    monkeypatch: pytest.MonkeyPatch, client: AsyncClient
) -> None:
    quota(monkeypatch, [Window(2, DAY)])
    viewer, others = await world()
    browser = await browser_of(client, viewer)

    await browser.open("/matches/hobby")
    listed = browser.text
    unseen = next(one for one in others if str(one.id) not in browser.reply.text)
    refused = await browser.open(f"/members/{unseen.id}")

    assert "Some people on this page are held back for now." in listed
    assert "There is room for new people in 24 hours" in listed
    assert refused.status_code == 429
    assert "You have met many new people" in browser.text


async def test_a_purpose_without_room_is_not_called_empty(monkeypatch: pytest.MonkeyPatch, client: AsyncClient) -> None:
    quota(monkeypatch, [Window(1, DAY)])
    viewer, _ = await world()
    await see(viewer.id, [uuid4()])
    browser = await browser_of(client, viewer)

    await browser.open("/matches/hobby")
    assert "The people on this page are held back for now." in browser.text
    assert "Nobody yet" not in browser.text
    await browser.open("/home")
    assert "Enough new people for now" in browser.text


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


async def test_an_export_names_nobody_on_a_list_who_was_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    quota(monkeypatch, [Window(2, DAY)])
    viewer, _ = await world()
    shown = await matches(viewer, purpose=Purpose.HOBBY)

    document = json.loads(b"".join([piece async for piece in export_document(viewer)]))

    assert (await fetch("SELECT count(*) AS kept FROM match_entry"))[0]["kept"] > len(shown.items) == 2
    listed = [(row["position"], row["member"]) for row in document["parts"]["matches"]]
    assert listed == [(place, str(match.member.id)) for place, match in enumerate(shown.items)]


async def world() -> tuple[Member, list[Member]]:
    """Somebody who has six matches."""
    others = [await make_member(f"Other {number}", statements=[text]) for number, text in enumerate(WORDS)]
    return await make_member("Ada", statements=["I mend and collect old wireless sets."]), others


async def connect(one: Member, other: Member) -> None:
    """Two members who are connected, and have both written."""
    connection = await make_connection(one, other)
    for author in (one, other):
        await send_message(author, connection, draft=MessageCreate("Hello, and thank you."))
