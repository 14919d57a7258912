"""What members read about the language of their words, and what a screen reader is told of it."""

import pytest
from httpx import AsyncClient

from api.profiles.queries import my_statements
from api.profiles.schemas import Audience, Purpose
from api.settings import settings
from tests.factories import make_member, make_statement
from tests.web.browsing import browser_of

FRENCH = "Je répare de vieux accordéons dans ma cuisine."
GERMAN = "Ich repariere alte Akkordeons in meiner Küche."
ENGLISH = "I mend old accordions in my kitchen."
NOTE = (
    "This looks like French. We read English best for now, so fewer people may be found by it. "
    "You can keep it, or add the same in English."
)
IN_FRENCH = '<blockquote dir="auto" lang="fr">'


async def test_words_in_another_language_are_kept_with_a_note(client: AsyncClient) -> None:
    ada = await make_member()
    browser = await browser_of(client, ada)
    await browser.open("/me/statements/new/hobby")

    reply = await browser.press("Keep", text=FRENCH)

    assert [statement.text for statement in (await my_statements(ada)).items] == [FRENCH]
    assert f"Your words are kept. {NOTE}" in browser.text
    assert IN_FRENCH in reply.text


async def test_the_note_stays_beside_the_words_until_they_are_changed(client: AsyncClient) -> None:
    ada = await make_member()
    written = await make_statement(ada, FRENCH)
    browser = await browser_of(client, ada)

    await browser.open("/me")
    assert browser.text.count(NOTE) == 1

    await browser.open(f"/me/statements/{written.id}")
    await browser.press("Keep", text=ENGLISH)

    assert "Your words are changed." in browser.text
    assert "This looks like" not in browser.text


async def test_english_words_and_drafts_get_no_note(client: AsyncClient) -> None:
    ada = await make_member()
    await make_statement(ada, ENGLISH)
    await make_statement(ada, FRENCH, audience=Audience.NOBODY)
    browser = await browser_of(client, ada)

    reply = await browser.open("/me")

    assert IN_FRENCH in reply.text
    assert "This looks like" not in browser.text


async def test_first_words_in_another_language_go_on_with_a_note(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member(purposes=[Purpose.HOBBY, Purpose.INTEREST]))
    await browser.open("/first-words/hobby")
    await browser.press("Go on", about=FRENCH)
    assert NOTE in browser.text

    await browser.press("Go on", about=GERMAN)

    assert "Welcome, Ada." in browser.text
    assert "This looks like German." in browser.text


async def test_the_words_of_others_carry_their_language_wherever_they_stand(client: AsyncClient) -> None:
    ada, ben = await make_member(), await make_member("Ben")
    await make_statement(ada, FRENCH)
    theirs = await make_statement(ben, "Je répare aussi de vieux accordéons, dans mon garage.")
    browser = await browser_of(client, ada)

    shown = await browser.open(f"/members/{ben.id}")
    assert IN_FRENCH in shown.text
    assert f'<span lang="fr">{theirs.text}</span>' in shown.text

    composer = await browser.open(f"/members/{ben.id}/request?purpose=hobby")
    assert f'dir="auto" lang="fr">{theirs.text}</label>' in composer.text

    for page in ("/matches/hobby", "/home"):
        assert (await browser.open(page)).text.count('lang="fr"') == 2, page


async def test_an_empty_list_says_when_the_words_may_be_the_reason(client: AsyncClient) -> None:
    ada = await make_member()
    await make_statement(ada, FRENCH)
    browser = await browser_of(client, ada)
    told = "Your words here seem to be in a language that we do not read so well yet. Add the same in English"

    await browser.open("/matches/hobby")
    assert told in browser.text

    await make_statement(ada, ENGLISH)
    await browser.open("/matches/hobby")
    assert told not in browser.text


@pytest.mark.parametrize(
    ("languages", "told"),
    [
        ("en,de", "We read German and English best for now, so fewer people may be found by it."),
        ("en,de", "You can keep it, or add the same in German or English."),
        (
            "en,de,it,nl",
            "This looks like French, which we do not read so well yet, so fewer people may be found by it.",
        ),
        ("en,de,it,nl", "You can keep it, or add the same in another language."),
    ],
)
async def test_the_note_names_the_languages_of_the_model_in_force(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, languages: str, told: str
) -> None:
    ada = await make_member()
    await make_statement(ada, FRENCH)
    browser = await browser_of(client, ada)
    monkeypatch.setenv("WHEREFORE_MODEL_LANGUAGES", languages)
    settings.cache_clear()
    try:
        await browser.open("/me")
        on_me = browser.text
        await browser.open("/matches/hobby")
    finally:
        monkeypatch.undo()
        settings.cache_clear()

    assert told in on_me
    assert "in a language that we do not read so well yet." in browser.text


@pytest.mark.parametrize(("mine", "named"), [(GERMAN, "French and German"), (FRENCH, "French")])
async def test_a_pair_that_may_be_misread_says_so(client: AsyncClient, mine: str, named: str) -> None:
    ada, grace = await make_member(statements=[mine]), await make_member(statements=[FRENCH])
    browser = await browser_of(client, ada)

    for path in ("/matches/hobby", f"/matches/hobby/{grace.id}"):
        await browser.open(path)

        assert f"We do not read {named} so well yet, so this may not fit." in browser.text


async def test_a_pair_in_english_says_nothing_of_language(client: AsyncClient) -> None:
    ada, _ = await make_member(statements=[ENGLISH]), await make_member(statements=[ENGLISH])
    browser = await browser_of(client, ada)

    await browser.open("/matches/hobby")

    assert ENGLISH in browser.text
    assert "We do not read" not in browser.text
