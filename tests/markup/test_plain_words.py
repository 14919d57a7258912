"""Hard words are found, and plain ones are left alone."""

import pytest

from tests.markup.plain_words import automated_readability, flesch_kincaid, hard_words_in

PLAIN = (
    "<main><p>People write why they want to meet. You read it and write back, and you can take your time.</p></main>"
)
HARD = "Notwithstanding preceding considerations, organisational interoperability needs comprehensive documentation. "


def test_plain_words_are_left_alone() -> None:
    assert hard_words_in(PLAIN * 5, "/home") == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("That is invalid.", "'invalid'"),
        ("Please wait.", "'Please'"),
        ("You just press it.", "'just'"),
        ("Well done!", "'!'"),
        (HARD * 10, "Flesch-Kincaid"),
        (HARD * 10, "automated readability"),
        ("and so on " * 20, "60 words"),
    ],
)
def test_hard_words_are_found(words: str, said: str) -> None:
    assert [line for line in hard_words_in(f"<p>{words}</p>", "/home") if said in line] != []


@pytest.mark.parametrize("tag", ["bdi", "blockquote", "textarea", "code"])
def test_what_members_wrote_is_theirs(tag: str) -> None:
    assert hard_words_in(f"<p>It says <{tag}>Please, simply click!</{tag}></p>", "/home") == []


def test_the_measures_are_those_that_were_published() -> None:
    sentences = ["The cat sat on the mat.", "It was a sunny day and the birds sang."]

    assert flesch_kincaid(sentences) == pytest.approx(0.39 * 15 / 2 + 11.8 * 16 / 15 - 15.59)
    assert automated_readability(sentences) == pytest.approx(4.71 * 46 / 15 + 0.5 * 15 / 2 - 21.43)
