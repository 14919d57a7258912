"""The pages on which members find others worth meeting."""

import re
from pathlib import Path

import pytest
from httpx import AsyncClient

from api.profiles.schemas import Purpose, Role
from tests.factories import make_member, make_statement
from tests.web.browsing import Browser, browser_of
from web.words import MEANINGS

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "matching.md"

CARVES = "I carve spoons and bowls from windfall apple wood"
HONEY = "I keep bees and give the honey to my neighbours"
WANTS_TO_CARVE = "I want to learn to carve wooden spoons by hand"


async def _browser_of_ada(client: AsyncClient, *others: str) -> Browser:
    """Ada's browser; she wants to carve, and each of the others does."""
    ada = await make_member("Ada", statements=[("seeking", WANTS_TO_CARVE)])
    for name in others:
        await make_member(name, statements=[CARVES])
    return await browser_of(client, ada)


async def test_a_match_shows_the_words_of_both_and_how_much_they_share_in_words(client: AsyncClient) -> None:
    browser = await _browser_of_ada(client, "Grace")

    await browser.open("/matches/hobby")

    assert "You look for this, and Grace wrote about it." in browser.text
    assert f"You hope to find {WANTS_TO_CARVE}" in browser.text
    assert f"Grace wrote {CARVES}" in browser.text
    assert "common ground" in browser.text
    assert "Online first" in browser.text


async def test_a_match_leads_to_asking_because_of_the_words_that_matched(client: AsyncClient) -> None:
    ada = await make_member("Ada", statements=[("seeking", WANTS_TO_CARVE)])
    grace = await make_member("Grace", statements=[CARVES])
    more = await make_statement(grace, "I keep bees on a flat roof")
    browser = await browser_of(client, ada)

    await browser.open("/matches/hobby")

    assert f"/members/{grace.id}/request?purpose=hobby&amp;statement=" in browser.reply.text
    assert str(more.id) not in browser.reply.text


async def test_the_words_that_carried_a_match_are_marked_and_nothing_is_lost(client: AsyncClient) -> None:
    browser = await _browser_of_ada(client, "Grace")

    reply = await browser.open("/matches/hobby")

    marked = re.findall(r'<mark role="none">(.*?)</mark>', reply.text)
    assert {"carve", "spoons"} <= set(" ".join(marked).split())
    assert CARVES in re.sub(r"</?mark[^>]*>", "", reply.text)


async def test_what_members_wrote_is_never_markup(client: AsyncClient) -> None:
    ada = await make_member("Ada", statements=["I carve spoons & bowls <b>by hand</b>"])
    await make_member("Grace", statements=["I carve spoons, bowls & <script>alert(1)</script> ladles"])
    browser = await browser_of(client, ada)

    reply = await browser.open("/matches/hobby")

    assert "<script>alert" not in reply.text
    assert "<b>by" not in reply.text


@pytest.mark.parametrize(
    ("mine", "theirs", "said"),
    [
        (("seeking", WANTS_TO_CARVE), ("about", CARVES), "You look for this, and Grace wrote about it."),
        (("about", CARVES), ("seeking", WANTS_TO_CARVE), "Grace looks for this, and you wrote about it."),
        (("about", CARVES), ("about", CARVES), "You both wrote about this."),
        (("about", HONEY), ("about", "Wasps fascinate me"), "You may have this in common."),
        (("seeking", HONEY), ("about", "Wasps fascinate me"), "You look for something, and Grace may bring it."),
        (("about", HONEY), ("seeking", "Wasps fascinate me"), "Grace looks for something, and you may bring it."),
    ],
)
async def test_it_is_said_who_gives_what_to_whom_and_no_more_than_is_so(
    client: AsyncClient, mine: tuple[str, str], theirs: tuple[str, str], said: str
) -> None:
    ada, _ = await make_member("Ada", statements=[mine]), await make_member("Grace", statements=[theirs])
    browser = await browser_of(client, ada)

    await browser.open("/matches/hobby")

    assert said in browser.text


async def test_a_match_leads_to_why_it_is_one(client: AsyncClient) -> None:
    ada = await make_member("Ada", statements=[("seeking", WANTS_TO_CARVE)])
    grace = await make_member("Grace", statements=[CARVES])
    browser = await browser_of(client, ada)
    listed = await browser.open("/matches/hobby")

    reply = await browser.open(f"/matches/hobby/{grace.id}")

    assert f'href="/matches/hobby/{grace.id}"' in listed.text
    assert reply.status_code == 200
    assert "You look for this, and Grace wrote about it." in browser.text
    assert "of the pairs of people who got this word had an interest in common" in browser.text
    assert "What we did not use" in browser.text
    assert "photos" in browser.text


def test_what_a_word_meant_is_what_the_documentation_measured() -> None:
    measured = dict(re.findall(r"^\| \*(\w+)\* \| [^|]+ \| (\d+) % \|", DOCUMENTATION.read_text(), re.MULTILINE))
    said = {"9 in 10": 90, "3 in 4": 75, "half": 50}

    for word, meaning in MEANINGS.items():
        (share,) = [share for words, share in said.items() if meaning.startswith(words)]
        assert share == pytest.approx(int(measured[word]), abs=5), word


async def test_no_number_of_a_match_is_on_its_page(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada", statements=[CARVES]), await make_member("Grace", statements=[CARVES])
    browser = await browser_of(client, ada)
    await browser.open("/matches/hobby")

    await browser.open(f"/matches/hobby/{grace.id}")

    assert set(re.findall(r"\d+(?:\.\d+)?", browser.text.partition("Why this match?")[2])) <= {"9", "10", "3", "4"}


async def test_marked_words_are_said_to_those_who_cannot_see_marks(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada", statements=[CARVES]), await make_member("Grace", statements=[CARVES])
    browser = await browser_of(client, ada)
    await browser.open("/matches/hobby")

    await browser.open(f"/matches/hobby/{grace.id}")

    said = browser.text.partition("Marked words.")[2]
    assert said.index("Yours:") < said.index("spoons") < said.index("Those of Grace:")


async def test_why_is_not_told_of_whoever_is_not_among_the_matches(client: AsyncClient) -> None:
    ada = await make_member("Ada", statements=[CARVES])
    grace = await make_member("Grace", statements=["I restore old motorcycles"])
    browser = await browser_of(client, ada)
    await browser.open("/matches/hobby")

    for path in (f"hobby/{grace.id}", f"hobby/{ada.id}", f"interest/{grace.id}", f"fame/{grace.id}", "hobby/grace"):
        assert (await browser.open(f"/matches/{path}")).status_code == 404, path


async def test_one_chooses_among_ones_own_purposes(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member(purposes=[Purpose.HOBBY, Purpose.INTEREST]))

    await browser.open("/matches")

    on, _, off = browser.reply.text.partition("Not switched on")
    assert "/matches/hobby" in on
    assert "/matches/belief" not in on
    assert "/matches/belief" in off


async def test_whoever_has_one_purpose_only_need_not_choose_it(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member(purposes=[Purpose.HOBBY]))

    for place in ("matches", "map"):
        reply = await browser.open(f"/{place}")

        assert browser.path == f"/{place}/hobby"
        assert f'class="back" href="/{place}"' not in reply.text, "a way back that leads here again is none"
    assert 'href="/me/purposes"' in (await browser.open("/matches")).text


async def test_a_purpose_that_is_off_is_offered_kindly(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member(purposes=[Purpose.HOBBY]))

    reply = await browser.open("/matches/belief")

    assert reply.status_code == 200
    assert "Belief is not switched on" in browser.text
    assert "/me/purposes/belief/on" in reply.text


async def test_a_purpose_that_does_not_exist_is_not_found(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member())

    assert (await browser.open("/matches/fame")).status_code == 404


async def test_whoever_wrote_nothing_is_asked_to_write(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member())

    reply = await browser.open("/matches/hobby")

    assert "Write a sentence or two first" in browser.text
    assert "/me/statements/new/hobby" in reply.text


async def test_where_nobody_is_yet_one_is_led_to_the_purpose_where_somebody_is(client: AsyncClient) -> None:
    ada = await make_member("Ada", purposes=[Purpose.HOBBY, Purpose.INTEREST], statements=[("seeking", WANTS_TO_CARVE)])
    await make_statement(ada, "I read about how maps were drawn before anyone could fly", purpose=Purpose.INTEREST)
    grace = await make_member("Grace", purposes=[Purpose.INTEREST])
    await make_statement(grace, "Old maps, and how they were drawn", role=Role.ABOUT, purpose=Purpose.INTEREST)
    browser = await browser_of(client, ada)

    await browser.open("/matches/hobby")

    assert "Nobody yet for this" in browser.text
    assert "see who is here for interest" in browser.text


async def test_whoever_is_set_aside_is_gone_and_can_be_brought_back(client: AsyncClient) -> None:
    browser = await _browser_of_ada(client, "Grace")
    await browser.open("/matches/hobby")

    await browser.press("Not for me")
    after = browser.text
    await browser.press("Show them again")

    assert "Grace will not be shown to you again" in after
    assert CARVES not in after
    assert CARVES in browser.text


async def test_whoever_is_put_off_until_later_comes_last(client: AsyncClient) -> None:
    browser = await _browser_of_ada(client, "Grace", "Mary")
    await browser.open("/matches/hobby")
    first, last = sorted(("Grace", "Mary"), key=browser.text.index)

    await browser.press("Show me later")

    assert browser.text.rindex(last) < browser.text.rindex(first)


async def test_a_long_list_goes_on_on_another_page(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.pages.matches.MATCHES_A_PAGE", 1)
    browser = await _browser_of_ada(client, "Grace", "Mary")

    first = (await browser.open("/matches/hobby")).text
    link = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    second = (await browser.open(link)).text

    assert {"Grace" in first, "Mary" in first} == {True, False}
    assert ("Grace" in first) != ("Grace" in second)
    assert "That is everyone for now" in second


async def test_an_unknown_choice_changes_nothing(client: AsyncClient) -> None:
    browser = await _browser_of_ada(client, "Grace")
    await browser.open("/matches/hobby")
    browser.form("Show me later")

    reply = await browser.press("Show me later", member_id="nobody")

    assert reply.status_code == 404


async def test_a_visitor_is_asked_to_sign_in_and_led_back(client: AsyncClient) -> None:
    reply = await client.get("/matches/hobby")

    assert reply.status_code == 303
    assert reply.headers["location"] == "/sign-in?next=%2Fmatches%2Fhobby"
