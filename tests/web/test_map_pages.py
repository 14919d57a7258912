"""The page of the interest map says the same as a list, a picture and a table, and what to do where it is empty."""

import re
from collections import Counter
from itertools import product
from uuid import UUID
from xml.etree import ElementTree as ET

from httpx import AsyncClient

from api.accounts.schemas import Member
from api.interest_map.drawing import draw_map
from api.interest_map.naming import subjects
from api.interest_map.queries import interest_map
from api.interest_map.schemas import AreaRead, MapRead, MyPlace
from api.profiles.schemas import Purpose
from embeddings.areas import MOST_AREAS
from tests.api.interest_map.making import make_community, make_people
from tests.factories import as_member, make_member
from tests.web.browsing import Browser, browser_of
from web.map_picture import SIZES, WIDTH, name_of, picture_of


async def reader_of_a_map() -> Member:
    await make_community()
    reader = await make_member("Ada", statements=["I keep bees.", "I sing in a choir."])
    await draw_map(Purpose.HOBBY)
    return reader


def part(browser: Browser, pattern: str) -> str:
    found = re.search(pattern, browser.reply.text, re.DOTALL)
    assert found is not None, pattern
    return found[0]


def words_of(markup: str) -> list[str]:
    return " ".join(re.sub(r"<[^>]*>", " ", markup).split()).casefold().split()


async def test_the_list_the_picture_and_the_table_say_the_same(client: AsyncClient) -> None:
    reader = await reader_of_a_map()
    found = await interest_map(reader, purpose=Purpose.HOBBY)
    browser = await browser_of(client, reader)

    await browser.open("/map/hobby")

    picture = ET.fromstring(part(browser, r"<svg class=\"map.*?</svg>"))  # noqa: S314 - our own
    groups = [" ".join(text.text or "" for text in group.iter("text")) for group in picture.iter("g")]
    items = re.findall(r'<li id="area-.*?</li>', browser.reply.text, re.DOTALL)
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", browser.reply.text, re.DOTALL)
    mine = {own.place for own in found.mine}
    assert len(found.areas) == len(groups) == len(items) == len(rows) >= 2
    for area, group, item, row in zip(found.areas, groups, items, rows, strict=True):
        name = name_of(area).replace(",", "").split()
        assert group.replace(",", "").split() == [*name, *(["you"] if area.place in mine else [])]
        for said in (words_of(item), words_of(row)):
            assert said[: len(name)] == name_of(area).casefold().split()
            assert ("here" in said) == (area.place in mine)
            assert str(area.people) in said
            assert set(" ".join(area.words).casefold().split()) <= {word.strip(".,") for word in said}
    assert browser.reply.text.index('id="areas"') < browser.reply.text.index('<svg class="map')


async def test_the_api_says_what_the_page_says(client: AsyncClient) -> None:
    reader = await reader_of_a_map()

    reply = await client.get("/api/v1/map?purpose=hobby", headers=await as_member(client, reader))

    found = await interest_map(reader, purpose=Purpose.HOBBY)
    assert [area["name"] for area in reply.json()["areas"]] == [area.name for area in found.areas]
    assert [own["text"] for own in reply.json()["mine"]] == ["I keep bees.", "I sing in a choir."]


async def test_only_the_reader_of_a_map_reads_a_sentence_on_it(client: AsyncClient) -> None:
    await reader_of_a_map()
    browser = await browser_of(client, await make_member("Ben", statements=["I bake bread."]))

    await browser.open("/map/hobby")

    assert "I bake bread." in browser.text
    assert "I keep bees" not in browser.text
    assert "Ada" not in browser.text


async def test_without_the_purpose_it_is_the_same_404_as_what_never_was(client: AsyncClient) -> None:
    await reader_of_a_map()
    browser = await browser_of(client, await make_member("Ben", purposes=[Purpose.BUSINESS]))

    off = await browser.open("/map/hobby")
    never = await browser.open("/map/fame")

    assert (off.status_code, never.status_code) == (404, 404)
    assert off.text.replace("/map/hobby", "") == never.text.replace("/map/fame", "")


async def test_where_there_are_too_few_people_the_page_says_how_many_a_map_needs(client: AsyncClient) -> None:
    people = await make_people(["I keep bees."] * 3)
    await draw_map(Purpose.HOBBY)
    browser = await browser_of(client, people[0])

    await browser.open("/map/hobby")

    assert "No map yet" in browser.text
    assert "at least 20 people" in browser.text


async def test_before_the_first_night_there_is_no_map_yet(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member("Ada"))

    await browser.open("/map/hobby")

    assert "No map yet" in browser.text


async def test_whoever_wrote_nothing_is_told_how_to_come_onto_the_map(client: AsyncClient) -> None:
    await reader_of_a_map()
    browser = await browser_of(client, await make_member("Ben"))

    await browser.open("/map/hobby")

    assert "You are not on the map yet" in browser.text
    assert 'href="/me/statements/new/hobby"' in browser.reply.text
    assert browser.reply.text.count('class="button primary"') == 1, "one button of a page is filled"


async def test_maps_are_found_from_the_matches(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member("Ada", statements=["I keep bees."]))

    assert 'href="/map/hobby"' in (await browser.open("/matches")).text
    assert 'href="/map"' in (await browser.open("/home")).text
    assert (await browser.open("/map")).url.path == "/map/hobby"


def test_a_full_picture_has_everything_inside_and_nothing_on_top_of_another() -> None:
    areas = [
        AreaRead(place, ["words that are long and many", "Vergissmeinnicht"], [], 50_000, [(place + 1) % MOST_AREAS])
        for place in range(MOST_AREAS)
    ]
    mine = [MyPlace(statement=UUID(int=7), text="I.", place=4)]
    picture = picture_of(MapRead(Purpose.HOBBY, areas, None, 20, mine, []))

    for disc in picture.discs:
        assert disc.radius <= disc.x <= WIDTH - disc.radius
        assert disc.radius <= disc.y <= picture.height - disc.radius
        assert all(0 < text.y < picture.height for text in disc.texts)
        for other in picture.discs:
            apart = ((disc.x - other.x) ** 2 + (disc.y - other.y) ** 2) ** 0.5
            assert other is disc or apart >= disc.radius + other.radius


def test_every_name_stands_whole_and_in_letters_that_can_be_read() -> None:
    sizes: Counter[int] = Counter()
    for name in sorted({name for purpose in Purpose for name in subjects(purpose)}):
        for people, mine in product((5, 50, 500), (False, True)):
            [disc] = picture_of(
                MapRead(Purpose.HOBBY, [AreaRead(0, [name], [], people, [])], None, 20, _at(mine), [])
            ).discs
            sizes[disc.size] += 1
            assert " ".join(text.words for text in disc.texts) == name
            assert all(text.room is None for text in disc.texts), (name, people, "narrower than its letters")

    assert sizes[SIZES[0]] > 0.85 * sizes.total()


def test_a_word_that_no_disc_has_room_for_is_drawn_narrower_and_parts_of_a_name_never_share_a_line() -> None:
    names = [["Donaudampfschiff", "tea"], ["Vergissmeinnicht"]]
    areas = [AreaRead(place, name, [], 5, []) for place, name in enumerate(names)]

    long, longer = picture_of(MapRead(Purpose.HOBBY, areas, None, 20, [], [])).discs

    assert [text.words for text in long.texts] == ["Donaudampfschiff", "tea"]
    assert [bool(text.room) for text in (*long.texts, *longer.texts)] == [True, False, True]
    assert {long.size, longer.size} == {SIZES[-1]}


def _at(mine: bool) -> list[MyPlace]:  # noqa: FBT001
    return [MyPlace(statement=UUID(int=7), text="I.", place=0)] * mine
