"""Languages are told when they are plain, and English is hardly ever taken for another."""

import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from embeddings.language import NAMES, language_name, language_of

HERE = Path(__file__).parent
SEEDS = HERE.parents[1] / "scripts" / "seed_data" / "statements"

STATEMENTS: dict[str, list[str]] = tomllib.loads((HERE / "statements_in_languages.toml").read_text())
FOREIGN = [(tag, text) for tag, texts in STATEMENTS.items() if tag != "en" for text in texts]


def english() -> list[str]:
    """Everything of ours that is English and looks like a statement: the bank of demo words."""
    found = [
        statement["text"]
        for file in sorted(SEEDS.glob("*.toml"))
        for topic in tomllib.loads(file.read_text())["topic"]
        for statement in topic["statement"]
    ]
    assert len(found) > 1000
    return found


def test_no_language_is_told_wrongly_of_statements_in_nineteen_languages() -> None:
    told = [(tag, language_of(text), text) for tag, text in FOREIGN]

    assert [line for line in told if line[1] not in {line[0], None}] == []


def test_hardly_any_short_statement_in_another_language_goes_unnoticed() -> None:
    untold = [text for tag, text in FOREIGN if language_of(text) is None]

    assert len(FOREIGN) > 80
    assert len(untold) <= 0.06 * len(FOREIGN)


def test_english_statements_are_never_taken_for_another_language() -> None:
    told = {text: language_of(text) for text in english()}

    assert {text: tag for text, tag in told.items() if tag not in {"en", None}} == {}
    assert sum(tag == "en" for tag in told.values()) >= 0.95 * len(told)


def test_beginnings_of_english_statements_are_hardly_ever_taken_for_another_language() -> None:
    beginnings = {" ".join(text.split()[:words]) for text in english() for words in (3, 4, 5, 6)}

    wrong = {text: tag for text in beginnings if (tag := language_of(text)) not in {"en", None}}

    assert len(beginnings) > 3000
    assert len(wrong) < 0.005 * len(beginnings), wrong


@pytest.mark.parametrize("text", STATEMENTS["en"])
def test_foreign_names_and_loan_words_in_english_are_not_taken_for_another_language(text: str) -> None:
    assert language_of(text) in {"en", None}


@pytest.mark.parametrize("text", ["", "   ", "🐝🐝🐝", "1984, 2024", "Schach", "Je suis", "読書", "Jürgen & Zoë", "\n"])
def test_too_little_to_go_by_is_told_as_nothing(text: str) -> None:
    assert language_of(text) is None


def test_a_language_without_a_name_here_is_not_told() -> None:
    # It takes this for Latin, and says so with confidence.
    assert "la" not in NAMES
    assert language_of("Gallia est omnis divisa in partes tres, quarum unam incolunt Belgae.") is None


def test_norwegian_has_the_tag_that_members_choose_for_themselves() -> None:
    assert language_of("Jeg bor på en øy og leter etter noen å spille trekkspill sammen med.") == "nb"


def test_a_line_break_changes_nothing() -> None:
    assert language_of("Je répare de vieux accordéons\ndans ma cuisine.") == "fr"


def test_names_are_english_and_an_unknown_tag_names_itself() -> None:
    assert (language_name("fr"), language_name("pt"), language_name("tlh")) == ("French", "Portuguese", "tlh")


def test_many_threads_hear_the_same() -> None:
    texts = [text for _, text in FOREIGN] * 20
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(language_of, texts))

    assert told == [language_of(text) for text in texts]


def test_nothing_is_asked_of_the_network(tmp_path: Path) -> None:
    program = (
        "import socket, sys\n"
        "def refuse(*_args, **_more): raise AssertionError('asked the network')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from embeddings.language import language_of\n"
        "sys.stdout.write(str(language_of('Ich imkere auf dem Dach einer Bücherei.')))\n"
    )
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        check=True, capture_output=True, text=True, cwd=HERE.parents[1], env={"HOME": str(tmp_path)},
    )  # fmt: skip

    assert told.stdout == "de"
    assert list(tmp_path.iterdir()) == []
