"""The map is drawn at night from what takes part, tells of nobody, and stays where it was."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import clock
from api.accounts.schemas import Member
from api.database import fetch
from api.errors import NotFoundError
from api.interest_map.drawing import draw_due_maps, draw_map
from api.interest_map.naming import subjects
from api.interest_map.queries import interest_map
from api.interest_map.schemas import PEOPLE_NEEDED, ROUND_NUMBERS, SMALLEST, AreaRead, MapRead
from api.moderation.services import block_member
from api.privacy.erasure import erase
from api.profiles.me import update_me
from api.profiles.queries import my_statements
from api.profiles.schemas import Audience, MeUpdate, Purpose, Role, StatementUpdate
from api.profiles.services import change_statement, switch_off_purpose
from tests.api.interest_map.making import ABOUT, make_community, make_people, write
from tests.factories import make_member, make_statement
from tests.moved_clock import MovedClock
from tests.undone import undone

pytestmark = pytest.mark.usefixtures("database")

Community = dict[str, list[Member]]


@pytest.fixture
async def community() -> Community:
    made = await make_community()
    await draw_map(Purpose.HOBBY)
    return made


async def drawn(reader: Member, purpose: Purpose = Purpose.HOBBY) -> MapRead:
    await draw_map(purpose)
    return await interest_map(reader, purpose=purpose)


def plain(found: MapRead) -> bytes:
    return msgspec.json.encode(found)


async def area_of(reader: Member) -> AreaRead | None:
    """Where the only statement of a member lies."""
    found = await interest_map(reader, purpose=Purpose.HOBBY)
    return next((area for area in found.areas if area.place == found.mine[0].place), None)


async def test_areas_are_what_several_members_wrote_about(community: Community) -> None:
    areas = {about: await area_of(people[0]) for about, people in community.items()}

    names = {about: " ".join([*area.name, *area.words]) for about, area in areas.items() if area}
    assert "bees" in names["bees"]
    assert "sing" in names["choirs"]
    assert "bak" in names["bread"]
    assert len({area.place for area in areas.values() if area}) == 3


async def test_no_word_of_members_is_on_the_map_however_many_agree_on_it(community: Community) -> None:
    """A name and an insult, agreed on by a few accounts, would else stand before everybody who has the purpose."""
    await make_people(["Keep your bees and hives from Brzezinska, the thief."] * 2 * SMALLEST)
    await fetch("DELETE FROM interest_map")

    found = await drawn(community["bees"][0])

    said = {word for area in found.areas for word in (*area.name, *area.words)}
    assert said
    assert said <= set(subjects(Purpose.HOBBY))


async def test_the_same_community_gives_the_same_map_to_the_last_byte(community: Community) -> None:
    reader = community["bees"][0]
    before = plain(await interest_map(reader, purpose=Purpose.HOBBY))
    kept = await fetch("SELECT * FROM interest_area ORDER BY place")

    assert plain(await drawn(reader)) == before
    assert await fetch("SELECT * FROM interest_area ORDER BY place") == kept


async def test_all_get_the_same_map_whoever_blocked_whom(community: Community) -> None:
    reader, hidden = community["bees"][0], community["choirs"][0]
    before = await interest_map(reader, purpose=Purpose.HOBBY)

    await block_member(hidden, reader.id)

    assert await drawn(reader) == before
    assert (await interest_map(hidden, purpose=Purpose.HOBBY)).areas == before.areas


async def test_nothing_changes_before_the_job(community: Community) -> None:
    reader = community["bees"][0]
    before = plain(await interest_map(reader, purpose=Purpose.HOBBY))

    await make_people(["I carve spoons of birch wood."] * 12)
    await switch_off_purpose(community["bread"][0], purpose=Purpose.HOBBY)
    await erase(community["bread"][1].id)

    assert plain(await interest_map(reader, purpose=Purpose.HOBBY)) == before


async def test_what_is_new_comes_in_with_the_week_and_what_is_gone_goes_with_the_night(
    community: Community, moved_clock: MovedClock
) -> None:
    reader = community["bees"][0]
    before = await interest_map(reader, purpose=Purpose.HOBBY)
    moved_clock.move(days=1)
    await make_people([f"I carve spoons of birch wood, {number} so far." for number in range(12)], at=clock.now())
    after_a_night = await drawn(reader)
    moved_clock.move(days=6)
    after_a_week = await drawn(reader)
    for person in community["bread"][:6]:
        await switch_off_purpose(person, purpose=Purpose.HOBBY)
    without = await drawn(reader)

    assert after_a_night.areas == before.areas
    assert len(after_a_week.areas) == 4
    assert [area for area in after_a_week.areas if area.place in {one.place for one in before.areas}] != []
    assert not [area for area in without.areas if {"bread", "baking"} & set(area.words)]


async def test_areas_keep_their_places_and_names_when_somebody_comes_or_goes(
    community: Community, moved_clock: MovedClock
) -> None:
    reader = community["bees"][0]
    before = {area.place: area.name for area in (await interest_map(reader, purpose=Purpose.HOBBY)).areas}
    moved_clock.move(days=7)
    await make_people(["I keep bees on a roof.", "I sing in a choir by the sea."])
    await erase(community["bread"][0].id)

    assert {area.place: area.name for area in (await drawn(reader)).areas} == before


async def _leave_by_erasure(member: Member) -> None:
    await erase(member.id)


async def _leave_by_suspension(member: Member) -> None:
    await fetch("UPDATE account SET suspended_at = {} WHERE id = {}", clock.now(), member.id)


async def _leave_by_a_pause(member: Member) -> None:
    await update_me(member, change=MeUpdate(paused_until=clock.now() + timedelta(days=7)))


async def _leave_by_switching_off(member: Member) -> None:
    await switch_off_purpose(member, purpose=Purpose.HOBBY)


async def _leave_by_showing_it_to_few(member: Member) -> None:
    statement = (await my_statements(member)).items[0]
    await change_statement(member, statement.id, change=StatementUpdate(audience=Audience.CONNECTIONS))


@pytest.mark.parametrize(
    "leave",
    [
        _leave_by_erasure,
        _leave_by_suspension,
        _leave_by_a_pause,
        _leave_by_switching_off,
        _leave_by_showing_it_to_few,
    ],
)
async def test_whoever_takes_no_part_any_more_leaves_no_trace_after_the_night(community: Community, leave) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    reader = community["bees"][0]
    for person in community["bread"][: len(community["bread"]) - SMALLEST + 1]:
        await leave(person)

    found = await drawn(reader)

    assert b"bread" not in plain(found)
    assert b"bak" not in plain(found)


async def test_a_consent_that_is_taken_back_takes_part_no_more() -> None:
    made = await make_community(Purpose.BELIEF)
    reader = made["bees"][0]
    assert len((await drawn(reader, Purpose.BELIEF)).areas) == 3

    for person in made["bread"]:
        await fetch("UPDATE consent SET withdrawn_at = {} WHERE member = {}", clock.now(), person.id)

    assert len((await drawn(reader, Purpose.BELIEF)).areas) == 2


async def test_without_the_purpose_there_is_no_map_to_read(community: Community) -> None:
    elsewhere = await make_member("Elsewhere", purposes=[Purpose.BUSINESS])
    with pytest.raises(NotFoundError):
        await interest_map(elsewhere, purpose=Purpose.HOBBY)


async def test_without_a_consent_that_stands_there_is_no_map_to_read() -> None:
    reader = (await make_community(Purpose.BELIEF))["bees"][0]
    await drawn(reader, Purpose.BELIEF)
    await fetch("UPDATE consent SET withdrawn_at = {} WHERE member = {}", clock.now(), reader.id)

    with pytest.raises(NotFoundError):
        await interest_map(reader, purpose=Purpose.BELIEF)


async def test_too_few_people_are_no_map() -> None:
    people = await make_people(["I keep bees and sing of them."] * (PEOPLE_NEEDED - 1))

    found = await drawn(people[0])

    assert found.areas == []
    assert found.people_needed == PEOPLE_NEEDED


async def test_a_map_is_drawn_once_a_night_however_often_it_is_asked_for(
    community: Community, moved_clock: MovedClock
) -> None:
    moved_clock.move(hours=13)

    assert [await draw_due_maps(), await draw_due_maps()] == [len(Purpose), 0]


async def test_only_the_reader_is_told_where_they_are(community: Community) -> None:
    one, other = community["bees"][0], community["choirs"][0]
    mine, theirs = [await interest_map(reader, purpose=Purpose.HOBBY) for reader in (one, other)]

    assert mine.areas == theirs.areas
    assert [own.text for own in mine.mine] == [ABOUT["bees"][0]]
    assert mine.mine[0].place != theirs.mine[0].place


async def test_what_lies_between_two_of_mine_is_neither_of_them(community: Community) -> None:
    reader = await make_member("Ada", statements=["I keep bees.", "I sing in a choir."])

    found = await interest_map(reader, purpose=Purpose.HOBBY)

    own = {one.place for one in found.mine}
    assert len(own) == 2
    assert {lies.place for lies in found.between}.isdisjoint(own)
    assert all(set(lies.of) <= own for lies in found.between)


async def test_whoever_wrote_for_nobody_else_is_nowhere(community: Community) -> None:
    reader = await make_member("Ada")
    await make_statement(reader, "I keep bees.", role=Role.ABOUT, audience=Audience.NOBODY)

    found = await interest_map(reader, purpose=Purpose.HOBBY)

    assert found.mine == []
    assert found.between == []


words = st.lists(st.sampled_from(["quince", "birds", "Zanzibar", "violin", "moss", "bees"]), min_size=1, max_size=3)


@given(st.lists(st.tuples(st.integers(0, 29), words), max_size=25))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_area_comes_from_fewer_than_five_members_and_no_word_from_any(
    community: Community, more: list[tuple[int, list[str]]]
) -> None:
    everyone = [person for people in community.values() for person in people]
    async with undone():
        for number, said in more:
            await write(everyone[number].id, f"I like {' and '.join(said)}.", Purpose.HOBBY, at=clock.now())
        await fetch("DELETE FROM interest_map")
        found = await drawn(everyone[0])

    for area in found.areas:
        assert area.people >= SMALLEST
        assert area.people in ROUND_NUMBERS
        assert {*area.name, *area.words} <= set(subjects(Purpose.HOBBY))
