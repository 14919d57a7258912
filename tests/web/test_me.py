"""What members change about themselves on the pages."""

import pytest
from httpx import AsyncClient

from api.profiles.purposes import consent_version
from api.profiles.queries import me, my_purposes, my_statements
from api.profiles.schemas import Audience, Purpose, Role
from tests.factories import make_member, make_statement
from tests.web.browsing import browser_of


@pytest.mark.parametrize("name", ["A" * 61, "ada@example.org", "insta ada"])
async def test_a_name_that_cannot_be_kept_stays_in_its_field(client: AsyncClient, name: str) -> None:
    ada = await make_member("Ada")
    browser = await browser_of(client, ada)
    await browser.open("/me/name")

    reply = await browser.press("Keep", display_name=name, pronouns="she")

    assert reply.status_code == 422
    assert browser.form("Keep").values["display_name"] == [name]
    assert browser.form("Keep").values["pronouns"] == ["she"]
    assert (await me(ada)).display_name == "Ada"


async def test_a_place_is_found_chosen_and_taken_back(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    browser = await browser_of(client, ada)
    await browser.open("/me/place")
    await browser.press("Search", q="leeds")
    await browser.press("Keep", place_id="2644688")
    chosen = (await me(ada)).place

    await browser.open("/me/place")
    await browser.press("I would rather not say")

    assert chosen == "Leeds, United Kingdom"
    assert (await me(ada)).place is None


async def test_choosing_no_place_keeps_the_list_to_choose_from(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member())
    await browser.open("/me/place?q=leeds")

    reply = await browser.press("Keep", place_id="")

    assert reply.status_code == 422
    assert "Leeds, United Kingdom" in browser.text


async def test_languages_and_ways_to_meet_are_kept(client: AsyncClient) -> None:
    ada = await make_member()
    browser = await browser_of(client, ada)
    await browser.open("/me/meeting")

    await browser.press("Keep", meets="online", languages=["ur", "", "en", ""])

    kept = await me(ada)
    assert (kept.meets, kept.languages) == ("online", ["ur", "en"])
    assert "اردو, English" in browser.text


async def test_a_break_is_taken_and_ended(client: AsyncClient) -> None:
    ada = await make_member()
    browser = await browser_of(client, ada)
    await browser.open("/me/pace")
    await browser.press("Keep", request_capacity="2", pause="7")
    assert "You are taking a break" in browser.text

    await browser.open("/me/pace")
    await browser.press("Keep", pause="0")

    kept = await me(ada)
    assert (kept.request_capacity, kept.paused_until) == (2, None)


async def test_changing_the_pace_leaves_a_break_as_it_is(client: AsyncClient) -> None:
    ada = await make_member()
    browser = await browser_of(client, ada)
    await browser.open("/me/pace")
    await browser.press("Keep", pause="30")
    before = (await me(ada)).paused_until

    await browser.open("/me/pace")
    await browser.press("Keep", request_capacity="7")

    assert (await me(ada)).paused_until == before


async def test_a_sensitive_purpose_stays_off_without_the_box(client: AsyncClient) -> None:
    ada = await make_member()
    browser = await browser_of(client, ada)
    await browser.open("/me/purposes/belief/on")

    reply = await browser.press("Switch it on")
    refused = await my_purposes(ada)
    await browser.press("Switch it on", consent=str(consent_version(Purpose.BELIEF)))

    assert reply.status_code == 422
    assert [mine.purpose for mine in refused] == [Purpose.HOBBY]
    assert [mine.purpose for mine in await my_purposes(ada)] == [Purpose.HOBBY, Purpose.BELIEF]


async def test_switching_off_keeps_the_words_for_oneself(client: AsyncClient) -> None:
    ada = await make_member(statements=["I mend old wireless sets."])
    browser = await browser_of(client, ada)
    await browser.open("/me/purposes/hobby/off")

    await browser.press("Switch it off")

    assert await my_purposes(ada) == []
    assert "Kept for me alone" in browser.text
    assert "I mend old wireless sets." in browser.text


async def test_words_are_written_changed_and_deleted(client: AsyncClient) -> None:
    ada = await make_member()
    browser = await browser_of(client, ada)
    await browser.open("/me/statements/new/hobby")
    await browser.press("Keep", text="I mend old wirless sets.", role="seeking", audience="nobody")
    [first] = (await my_statements(ada)).items

    await browser.open(f"/me/statements/{first.id}")
    await browser.press("Keep", text="I mend old wireless sets.", role="about", audience="purpose")
    [changed] = (await my_statements(ada)).items
    await browser.open(f"/me/statements/{first.id}/delete")
    await browser.press("Delete")

    assert (first.role, first.audience) == (Role.SEEKING, Audience.NOBODY)
    assert (changed.role, changed.audience) == (Role.ABOUT, Audience.PURPOSE)
    assert changed.text == "I mend old wireless sets."
    assert (await my_statements(ada)).items == []


@pytest.mark.parametrize(
    ("text", "audience", "hints"),
    [
        ("Call me on 0171 5551234 about old clocks.", "purpose", 1),
        ("Call me on 0171 5551234 about old clocks.", "nobody", 0),
        ("I have three cats, and clocks from 1890 to 1910.", "purpose", 0),
    ],
)
async def test_a_phone_number_that_strangers_can_read_is_kept_with_a_hint(
    client: AsyncClient, text: str, audience: str, hints: int
) -> None:
    ada = await make_member()
    browser = await browser_of(client, ada)
    await browser.open("/me/statements/new/hobby")

    await browser.press("Keep", text=text, audience=audience, role="about")

    assert text in browser.text
    assert browser.text.count("It is safer to take it out") == hints


async def test_words_that_are_too_long_come_back_with_every_choice(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member())
    await browser.open("/me/statements/new/hobby")

    reply = await browser.press("Keep", text="word " * 80, role="seeking", audience="connections")

    assert reply.status_code == 422
    values = browser.form("Keep").values
    assert values["text"][0].strip() == ("word " * 80).strip()
    assert (values["role"], values["audience"]) == (["seeking"], ["connections"])


async def test_markup_in_words_is_only_text(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member(statements=["<script>alert(1)</script> & radios"]))

    await browser.open("/me")

    assert "<script>alert" not in browser.reply.text
    assert "<script>alert(1)</script> & radios" in browser.text


async def test_the_words_of_others_cannot_be_changed(client: AsyncClient) -> None:
    theirs = await make_statement(await make_member("Grace"), "I collect keys.")
    browser = await browser_of(client, await make_member("Ada"))

    for path in (f"/me/statements/{theirs.id}", f"/me/statements/{theirs.id}/delete"):
        assert (await browser.open(path)).status_code == 404


async def test_a_notice_is_said_once(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member("Ada"))
    await browser.open("/me/name")
    await browser.press("Keep", display_name="Ada B")
    assert "Your name is kept." in browser.text

    await browser.open("/me")

    assert "Your name is kept." not in browser.text


async def test_a_forged_notice_is_not_shown(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member("Ada"))
    client.cookies.set("wherefore-notice", "WzQxMDAwMDAwMDAsICJIaSJd.00", domain="localhost.local", path="/")

    reply = await browser.open("/me")

    assert reply.status_code == 200
    assert 'role="status"' not in reply.text
