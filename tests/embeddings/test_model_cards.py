"""What a model's card says about languages is read, and nothing is made up where it says nothing."""

from pathlib import Path

import pytest

from embeddings.model_cards import languages_on_card, tags_in


@pytest.mark.parametrize(
    ("card", "languages"),
    [
        ("---\nlanguage: en\nlicense: mit\n---\n# A model\n", {"en"}),
        ("---\nlicense: mit\nlanguage:\n- multilingual\n- ar\n- 'no'\n- zh-cn\ntags:\n- it\n---\n", {"ar", "nb", "zh"}),
        ("---\nlanguage:\n  - de\n  - pt-br\n---\n", {"de", "pt"}),
        ("---\nlanguage: [en, fr]\n---\n", {"en", "fr"}),
        ("---\nlanguages: en\n---\n", {"en"}),
        ("---\nlanguage: multilingual\n---\n", None),
        ("---\nlicense: mit\n---\nlanguage: en\n", None),
        ("# A model\n\nlanguage: en\n", None),
        ("", None),
    ],
)
def test_the_header_of_a_card_tells_the_languages(tmp_path: Path, card: str, languages: set[str] | None) -> None:
    (tmp_path / "README.md").write_text(card)

    assert languages_on_card(tmp_path) == languages


def test_without_a_card_nothing_is_known(tmp_path: Path) -> None:
    assert languages_on_card(tmp_path) is None


def test_tags_are_read_from_what_an_operator_writes() -> None:
    assert tags_in("en, de,pt-BR") == frozenset({"en", "de", "pt"})
    assert tags_in("everything!") is None
