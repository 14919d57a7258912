"""A sentence that a visitor tries on the first page: answered at once, carried along when they join, kept nowhere."""

import pytest
import structlog
from httpx import AsyncClient

from api import logs
from api.accounts.queries import members_by_email
from api.database import fetch
from api.interest_map.drawing import draw_map
from api.limits.limit import Window
from api.limits.policies import TRYING
from api.profiles.queries import my_statements
from api.profiles.schemas import Audience, Purpose
from api.settings import settings
from tests.api.interest_map.making import make_community
from tests.factories import PASSWORD, make_member
from tests.web.browsing import Browser, browser_of

BEES = "I have two hives and love my bees"
CANARY = "quixobluub"
COUNTED = {"rate_spent"}
"""Calls from an address, as a keyed digest, for a while: see docs/limits.md."""


async def _tried(client: AsyncClient, words: str) -> Browser:
    browser = Browser(client)
    await browser.open("/")
    await browser.press("See who is here", words=words)
    return browser


async def _rows() -> dict[str, int]:
    """How many rows every table has."""
    tables = await fetch(
        "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    )
    return {table["name"]: (await fetch(f'SELECT count(*) AS n FROM "{table["name"]}"'))[0]["n"] for table in tables}


async def test_a_visitor_sees_what_kinds_of_people_are_near_and_nobody(client: AsyncClient) -> None:
    people = await make_community()
    await draw_map(Purpose.HOBBY)

    browser = await _tried(client, BEES)

    assert browser.path == "/"
    assert "People near your words" in browser.text
    assert "Some people here wrote about" in browser.text
    assert "bees" in browser.text.replace(BEES, "")
    assert not any(str(person.id) in browser.reply.text for group in people.values() for person in group)
    assert "Person 1" not in browser.text
    assert [value.strip() for value in browser.form("Try these").values["words"]] == [BEES]


async def test_where_nobody_is_near_it_is_said_kindly_with_what_to_do(client: AsyncClient) -> None:
    browser = await _tried(client, BEES)

    assert browser.reply.status_code == 200
    assert "No group to show you yet" in browser.text
    assert "There may still be somebody for you" in browser.text
    assert browser.form("Join with these words").values["words"] == [BEES]


async def test_the_sentence_comes_along_into_joining_and_becomes_the_first_draft(client: AsyncClient) -> None:
    await make_community()
    await draw_map(Purpose.HOBBY)
    browser = await _tried(client, BEES)

    await browser.press("Join with these words")
    assert browser.form("Go on").values["purpose"] == ["hobby"]
    await browser.press("Go on")
    await browser.press("Go on", display_name="Noor")
    await browser.press("Go on", email="noor@example.org")
    await browser.press("These are right, go on")
    await browser.press("Make my account", password=PASSWORD, over_18="yes")

    noor = (await members_by_email(["noor@example.org"]))["noor@example.org"]
    [draft] = (await my_statements(noor)).items
    assert (draft.text, draft.audience) == (BEES, Audience.NOBODY)
    assert browser.path == "/first-words/hobby"


async def test_nothing_is_kept_of_whoever_only_tries_and_begins_to_join(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WHEREFORE_LOG_FORMAT", "json")
    settings.cache_clear()
    logs.configure_logs()
    monkeypatch.setattr(logs, "logger", structlog.get_logger())
    await make_community()
    await draw_map(Purpose.HOBBY)
    before = await _rows()

    browser = await _tried(client, f"I love my bees and {CANARY}")
    addresses = [str(browser.reply.url)]
    await browser.press("Join with these words")
    for answer in ({"purpose": ["hobby"]}, {"display_name": "Noor"}, {"email": "noor@example.org"}):
        await browser.press("Go on", **answer)
        addresses.append(str(browser.reply.url))
    settings.cache_clear()

    after = await _rows()
    assert {name for name, count in after.items() if before[name] != count} <= COUNTED
    assert CANARY in browser.reply.text
    assert not any(CANARY in address for address in addresses)
    assert not any(CANARY in value for value in client.cookies.values())
    written = capfd.readouterr()
    assert '"event": "request"' in written.out
    assert CANARY not in written.out + written.err


async def test_a_sentence_that_cannot_be_taken_is_shown_again_with_what_to_change(client: AsyncClient) -> None:
    browser = await _tried(client, "word " * 80)

    assert browser.reply.status_code == 422
    assert "at most 280 characters" in browser.text
    assert "data-error-summary" in browser.reply.text
    assert [value.strip() for value in browser.form("See who is here").values["words"]] == [("word " * 80).strip()]


async def test_without_a_sentence_it_says_what_to_write(client: AsyncClient) -> None:
    browser = await _tried(client, "  ")

    assert browser.reply.status_code == 422
    assert "Write a sentence about something you love." in browser.text


async def test_only_so_many_are_taken_from_one_address_and_the_words_stay(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.limits.services.windows_of", lambda _: (Window(2, 300),))
    for _ in range(2):
        assert (await _tried(client, BEES)).reply.status_code == 200

    browser = await _tried(client, BEES)

    assert browser.reply.status_code == 429
    assert BEES in browser.text
    assert "Retry-After" in browser.reply.headers


async def test_a_member_is_led_home(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member("Ada"))
    await browser.open("/me")

    reply = await client.post("/", data={**browser.form("Sign out").values, "words": BEES})

    assert (reply.status_code, reply.headers["location"]) == (303, "/home")


async def test_a_language_that_is_read_less_well_is_said(client: AsyncClient) -> None:
    browser = await _tried(
        client, "Ich sammle alte Landkarten und Bücher über Seefahrer aus dem achtzehnten Jahrhundert."
    )

    assert "This looks like German, so we may have missed people." in browser.text


async def test_a_page_stays_in_its_own_language_whatever_is_tried(client: AsyncClient) -> None:
    browser = Browser(client)
    await browser.open("/")

    await browser.press("See who is here", words="Ich repariere alte Uhren mit meinem Großvater")

    assert '<html lang="en"' in browser.reply.text
    assert 'lang="de"' in browser.reply.text


async def test_a_sentence_stays_while_too_much_is_tried_at_once(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.encoding.is_busy", lambda: True)

    browser = Browser(client)
    await browser.open("/")
    for _ in range(TRYING.windows[0].most + 1):  # which counts for nothing: no sentence was looked at
        reply = await browser.press("See who is here", words=BEES)

    assert reply.status_code == 503
    assert "try again in a moment" in browser.text
    assert BEES in reply.text
