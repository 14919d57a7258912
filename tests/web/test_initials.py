"""Every name can be drawn."""

import pytest

from web.app import environment
from web.initials import initials


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("Ada Byrne", "AB"),
        ("Tomás de la Cruz", "TC"),
        ("noor", "N"),
        ("Q", "Q"),
        ("Ελένη Παππά", "ΕΠ"),
        ("Иван Петров", "ИП"),
        ("E\u0301lodie Roux", "ÉR"),
        ("سمير حداد", "س"),
        ("דנה לוי", "דל"),
        ("王小明", "王"),
        ("김 민호", "김"),
        ("क्षितिज राव", "क्"),
        ("\U0001f469\u200d\U0001f9af Maren", "M"),
        ("\U0001f33b\U0001f33b", ""),
        ("“Max” (the cook)", "MC"),
        ("ß", "ß"),
        ("", ""),
        ("  \u200f ", ""),
        ("1984", ""),
    ],
)
def test_a_name_has_the_initials_that_its_reader_expects(name: str, drawn: str) -> None:
    assert initials(name) == drawn


def test_a_name_without_letters_is_drawn_as_the_sign() -> None:
    cards = environment().get_template("components/cards.html").module

    assert "mark-reason" in cards.initials("\U0001f33b", 3)  # type: ignore[attr-defined]
    assert "<text" not in cards.initials("\U0001f33b", 3)  # type: ignore[attr-defined]


def test_initials_of_letters_written_from_right_to_left_are_drawn_in_their_order() -> None:
    cards = environment().get_template("components/cards.html").module

    assert 'direction="rtl"' not in cards.initials("Ada", 3)  # type: ignore[attr-defined]
    assert ">דל</text>" in cards.initials("דנה לוי", 3)  # type: ignore[attr-defined]
