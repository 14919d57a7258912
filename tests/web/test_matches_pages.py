"""The pages on which members find others worth meeting."""

import pytest
from httpx import AsyncClient

from api.profiles.schemas import Purpose, Role
from tests.factories import make_member, make_statement
from tests.web.browsing import Browser, browser_of

CARVES = "I carve spoons and bowls from windfall apple wood"
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


async def test_one_chooses_among_ones_own_purposes(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member(purposes=[Purpose.HOBBY]))

    await browser.open("/matches")

    on, _, off = browser.reply.text.partition("Not switched on")
    assert "/matches/hobby" in on
    assert "/matches/belief" not in on
    assert "/matches/belief" in off


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
    await browser.press("Bring them back")

    assert "Grace will not be shown to you again" in after
    assert CARVES not in after
    assert CARVES in browser.text


async def test_whoever_is_put_off_until_later_comes_last(client: AsyncClient) -> None:
    browser = await _browser_of_ada(client, "Grace", "Mary")
    await browser.open("/matches/hobby")
    first, last = sorted(("Grace", "Mary"), key=browser.text.index)

    await browser.press("Later")

    assert browser.text.index(last) < browser.text.index(first)


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
    browser.form("Later")

    reply = await browser.press("Later", member_id="nobody")

    assert reply.status_code == 404


async def test_a_visitor_is_asked_to_sign_in_and_led_back(client: AsyncClient) -> None:
    reply = await client.get("/matches/hobby")

    assert reply.status_code == 303
    assert reply.headers["location"] == "/sign-in?next=%2Fmatches%2Fhobby"
