"""Where somebody is within their area is known to nobody: it is not asked, and no number of probes finds it."""

import re
from collections.abc import Callable, Sequence
from math import asin, cos, pi, radians, sin, sqrt
from random import Random

import numpy as np
from httpx import AsyncClient

from api.accounts.schemas import Meets, Member
from api.matching.nearness import nearness
from api.profiles.me import update_me
from api.profiles.places import _places, position, search_places
from api.profiles.schemas import MeUpdate
from tests.factories import as_member, make_member
from tests.moved_clock import MovedClock
from tests.web.browsing import browser_of

PROBES = 10_000
HERE, THERE = (
    next(found for found in search_places(f"{name}, united states", most=100) if found.name == name)
    for name in ("Lexington", "Lexington-Fayette")
)
"""Two places within one area: they have the same centre."""

Point = tuple[float, float]

_TOKEN = re.compile(rb'name="csrf_token" value="[^"]*"')  # of the session, and so another in each


async def test_moving_within_an_area_changes_nothing_that_anybody_else_gets_but_the_name_that_was_chosen(
    client: AsyncClient, moved_clock: MovedClock
) -> None:
    viewer, mover = await neighbours()
    await place(viewer, HERE.id)
    await place(mover, HERE.id)
    headers = await as_member(client, viewer)
    before = await everything(client, viewer, mover, headers)

    await place(mover, THERE.id)
    moved_clock.move(hours=2)
    after = await everything(client, viewer, mover, headers)

    assert position(HERE.id) == position(THERE.id)
    assert any(HERE.name.encode() in body for body in before.values())
    new, old = f"{THERE.name}, {THERE.country}".encode(), f"{HERE.name}, {HERE.country}".encode()
    assert {path: body.replace(new, old) for path, body in after.items()} == before


async def test_saying_the_same_place_again_changes_no_byte(client: AsyncClient, moved_clock: MovedClock) -> None:
    viewer, mover = await neighbours()
    await place(viewer, HERE.id)
    await place(mover, HERE.id)
    headers = await as_member(client, viewer)
    before = await everything(client, viewer, mover, headers)

    await place(mover, HERE.id)
    moved_clock.move(hours=2)

    assert await everything(client, viewer, mover, headers) == before


async def test_from_wherever_one_looks_two_places_of_one_area_look_alike_in_the_list(
    client: AsyncClient, moved_clock: MovedClock
) -> None:
    viewer, mover = await neighbours()
    headers = await as_member(client, viewer)
    looks: dict[int, list[bytes]] = {HERE.id: [], THERE.id: []}
    for probe in ("Lexington, united states", "Cincinnati", "Chicago", "Bergen, norway"):
        await place(viewer, search_places(probe)[0].id)
        for chosen, seen in looks.items():
            await place(mover, chosen)
            moved_clock.move(hours=2)
            body = (await client.get("/api/v1/matches?purpose=hobby", headers=headers)).content
            seen.append(body.replace(THERE.name.encode(), HERE.name.encode()))

    assert str(mover.id).encode() in looks[HERE.id][0]
    assert looks[HERE.id] == looks[THERE.id]


def test_ten_thousand_probes_find_nobody_better_than_their_area_says(
    *, soaking: bool, tell: Callable[[str], None]
) -> None:
    """Trilateration by somebody who has what no member has: the band itself, from any place, and the table of places.

    Homes lie anywhere in an area; members name its place. What is found is as far off as the area is wide, and for two
    homes in one area it is the same.
    """
    chance = Random(5)  # noqa: S311 - to be the same each time
    table = list(_places())
    probes = chance.sample(table, PROBES)
    errors = []
    for _ in range(200 if soaking else 10):
        area = chance.choice(table)
        centre, radius = found(area), radius_of(area)
        guess = trilaterate(probes, nearness(area, probes), table)
        errors += [distance(guess, home_in(centre, radius, chance)) / radius for _ in range(40)]
    blind = 2 / 3  # how far off, on average, the middle of a disc is from all of it

    mean, median = np.mean(errors), np.median(errors)
    tell(f"{PROBES:,} probes: off by {mean:.2f} radii of the area (median {median:.2f}); blind: {blind:.2f}")
    assert np.mean(errors) > 0.95 * blind


def test_nothing_finer_than_a_place_of_the_table_is_taken_or_kept() -> None:
    coordinates = {value for one in map(found, _places()) for value in one}

    assert all(round(value, 1) == value for value in coordinates)
    assert {name for name in MeUpdate.__struct_fields__ if "place" in name or "lat" in name or "lon" in name} == {
        "place_id"
    }


async def neighbours() -> tuple[Member, Member]:
    """Two who match and may meet in person, and another who matches as well."""
    viewer = await make_member("Ada", statements=["I mend old wireless sets."])
    mover = await make_member("Grace", statements=["I mend old clocks and wireless sets."])
    other = await make_member("Mary", statements=["I restore old wireless sets in my kitchen."])
    await place(other, search_places("Cincinnati")[0].id)
    return viewer, mover


async def place(member: Member, place_id: int) -> None:
    """Say where a member is, who would also meet in person."""
    await update_me(member, change=MeUpdate(place_id=place_id, meets=Meets.IN_PERSON_TOO))


async def everything(client: AsyncClient, viewer: Member, other: Member, headers: dict[str, str]) -> dict[str, bytes]:
    """What the viewer gets from every route that says anything of the other."""
    calls = ("/matches?purpose=hobby", f"/matches/{other.id}?purpose=hobby", f"/members/{other.id}")
    found = {path: (await client.get(f"/api/v1{path}", headers=headers)).content for path in calls}
    client.cookies.clear()
    browser = await browser_of(client, viewer)
    for path in ("/home", "/matches/hobby", f"/matches/hobby/{other.id}", f"/members/{other.id}"):
        found[f"page {path}"] = (await browser.open(path)).text.encode()
    client.cookies.clear()
    return {path: _TOKEN.sub(b"", body) for path, body in found.items()}


def trilaterate(
    probes: Sequence[int], seen: np.ndarray[tuple[int], np.dtype[np.float32]], table: Sequence[int]
) -> Point:
    """The middle of all places of the table from which the probes would have seen the same."""
    left = list(table)
    nearest_first = np.argsort(-seen, kind="stable")  # they rule out most, whichever order they were made in
    for probe, factor in ((probes[number], seen[number]) for number in nearest_first):
        if len({found(one) for one in left}) == 1:
            break
        would = nearness(probe, left)
        left = [one for one, what in zip(left, would, strict=True) if what == factor]
    lats, lons = zip(*map(found, left), strict=True)
    return float(np.mean(lats)), float(np.mean(lons))


def found(place_id: int) -> Point:
    """Where the centre of an area is."""
    point = position(place_id)
    assert point is not None
    return point


def radius_of(area: int) -> float:
    """Kilometres: half of the way to the next area, and no less than half of the grid on which centres lie."""
    centre = found(area)
    lat = centre[0]
    nearby = {point for point in map(found, _places()) if abs(point[0] - lat) < 1 and point != centre}
    return min(50.0, max(5.5, min((distance(centre, point) for point in nearby), default=50.0) / 2))


def home_in(centre: Point, radius: float, chance: Random) -> Point:
    """Somewhere in a disc, anywhere as likely."""
    away, angle = radius * sqrt(chance.random()), chance.uniform(0, 2 * pi)
    lat = centre[0] + away * cos(angle) / 111.2
    return lat, centre[1] + away * sin(angle) / (111.2 * cos(radians(centre[0])))


def distance(one: Point, other: Point) -> float:
    """Kilometres between two points (haversine formula)."""
    lat_a, lon_a, lat_b, lon_b = map(radians, (*one, *other))
    chord = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * 6371 * asin(sqrt(min(1, chord)))
