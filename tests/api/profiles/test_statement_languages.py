"""The language of statements: kept with the words, and told where the model reads it poorly."""

import pytest

from api.profiles import queries, services
from api.profiles.schemas import Audience, Purpose, StatementUpdate
from api.settings import SettingError
from api.settings import settings as all_settings
from tests.factories import make_member, make_statement


async def test_the_language_of_words_is_kept_with_them_and_told_to_their_author(database: None) -> None:
    ada = await make_member()

    written = await make_statement(ada, "Je répare de vieux accordéons dans ma cuisine.")

    assert (written.language, written.read_well) == ("fr", False)
    assert await queries.my_statement(ada, written.id) == written
    assert (await queries.my_statements(ada)).items == [written]


async def test_english_words_and_those_too_short_to_tell_are_read_well(database: None) -> None:
    ada = await make_member()

    english = await make_statement(ada, "I mend old accordions in my kitchen.")
    short = await make_statement(ada, "Akkordeon")

    assert (english.language, english.read_well) == ("en", True)
    assert (short.language, short.read_well) == (None, True)


async def test_the_language_follows_the_text_and_nothing_else(database: None) -> None:
    ada = await make_member()
    written = await make_statement(ada, "Je répare de vieux accordéons dans ma cuisine.")

    hidden = await services.change_statement(ada, written.id, change=StatementUpdate(audience=Audience.NOBODY))
    translated = await services.change_statement(
        ada, written.id, change=StatementUpdate(text="Ich repariere alte Akkordeons in meiner Küche.")
    )
    shortened = await services.change_statement(ada, written.id, change=StatementUpdate(text="Akkordeon"))

    assert [hidden.language, translated.language, shortened.language] == ["fr", "de", None]


async def test_others_are_told_the_language_so_that_it_can_be_read_out_right(database: None) -> None:
    ada, ben = await make_member(), await make_member("Ben")
    await make_statement(ada, "Je répare de vieux accordéons dans ma cuisine.")

    [card] = (await queries.member(ben, ada.id)).purposes

    assert [statement.language for statement in card.statements] == ["fr"]


async def test_a_purpose_is_read_poorly_when_nothing_searchable_under_it_is_read_well(database: None) -> None:
    ada = await make_member(purposes=[Purpose.HOBBY, Purpose.INTEREST])
    assert not await queries.all_read_poorly(ada, purpose=Purpose.HOBBY)

    await make_statement(ada, "Je répare de vieux accordéons dans ma cuisine.")
    await make_statement(ada, "I mend old accordions in my kitchen.", audience=Audience.NOBODY)
    await make_statement(ada, "I read old poems, slowly and aloud.", purpose=Purpose.INTEREST)

    assert await queries.all_read_poorly(ada, purpose=Purpose.HOBBY)
    assert not await queries.all_read_poorly(ada, purpose=Purpose.INTEREST)

    await make_statement(ada, "I mend old accordions in my kitchen.")

    assert not await queries.all_read_poorly(ada, purpose=Purpose.HOBBY)


async def test_a_model_that_is_said_to_read_more_is_believed(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await make_member()
    french = await make_statement(ada, "Je répare de vieux accordéons dans ma cuisine.")
    german = await make_statement(ada, "Ich repariere alte Akkordeons in meiner Küche.")

    monkeypatch.setenv("WHEREFORE_MODEL_LANGUAGES", "en, fr")
    all_settings.cache_clear()
    try:
        read_well = [(await queries.my_statement(ada, written.id)).read_well for written in (french, german)]
    finally:
        monkeypatch.undo()
        all_settings.cache_clear()

    assert read_well == [True, False]


def test_languages_that_are_none_stop_the_start_with_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHEREFORE_MODEL_LANGUAGES", "Klingon!")
    all_settings.cache_clear()
    try:
        with pytest.raises(SettingError, match="WHEREFORE_MODEL_LANGUAGES is 'Klingon!'; give short tags"):
            all_settings()
    finally:
        monkeypatch.undo()
        all_settings.cache_clear()
