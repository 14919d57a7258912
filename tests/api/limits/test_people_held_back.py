"""Lists and pages show as many new people as there is room for, and say that they hold back."""

import json
from uuid import uuid4

import pytest
from httpx import AsyncClient

from api.database import fetch
from api.limits import people
from api.limits.errors import QuotaReachedError
from api.limits.limit import Window
from api.limits.people import see
from api.matching.queries import explained, matches, people_of_the_day
from api.privacy.export_document import export_document
from api.profiles.schemas import Purpose
from tests.api.limits.seeing import DAY, quota, used_of, world
from tests.web.browsing import browser_of

pytestmark = pytest.mark.usefixtures("database")


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


async def test_an_export_names_nobody_on_a_list_who_was_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    quota(monkeypatch, [Window(2, DAY)])
    viewer, _ = await world()
    shown = await matches(viewer, purpose=Purpose.HOBBY)

    document = json.loads(b"".join([piece async for piece in export_document(viewer)]))

    assert (await fetch("SELECT count(*) AS kept FROM match_entry"))[0]["kept"] > len(shown.items) == 2
    listed = [(row["position"], row["member"]) for row in document["parts"]["matches"]]
    assert listed == [(place, str(match.member.id)) for place, match in enumerate(shown.items)]
