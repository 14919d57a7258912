"""The demo bank is large, varied, free of copies, and says nothing that Wherefore leaves out."""

import re
from collections import Counter
from itertools import combinations

from api.profiles.schemas import Purpose, Role
from api.texts import tidy
from scripts.seed_data import Letters, load_personas, load_reasons, load_topics

_LEFT_OUT = re.compile(
    r"\b(employ(?:er|ers|ee|ees|ment)|job|jobs|job title|career|profession|professional|ceo|manager|university"
    r"|college|school|schools|degree|diploma|linkedin|résumé|résumés|cv|network|networking)\b",
    re.IGNORECASE,
)
_CONTACT = re.compile(r"https?:|www\.|\b\w+\.(?:com|org|net|io|me)\b|@|\+?\d(?:[\s()./-]?\d){6,}", re.IGNORECASE)
_MOST_ALIKE = 0.6


def _bank() -> list[str]:
    return [statement.text for topic in load_topics() for statement in topic.statements]


def _persona_statements() -> list[str]:
    return [s.text for persona in load_personas() for card in persona.purpose for s in card.statement]


def _letter_texts(letters: Letters) -> list[str]:
    return [
        *(reason.text for reason in letters.reason),
        *letters.questions,
        *letters.answers,
        *letters.refusal_sentences,
        *(message.text for message in letters.message),
    ]


def _everything() -> list[str]:
    introductions = [persona.introduction for persona in load_personas()]
    return [*_bank(), *_persona_statements(), *introductions, *_letter_texts(load_reasons())]


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _trigrams(text: str) -> frozenset[tuple[str, ...]]:
    words = re.findall(r"[\w']+", text.casefold())
    if len(words) < 3:
        return frozenset({tuple(words)})
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def _near_copies(texts: list[str]) -> list[tuple[str, str]]:
    grams = [(text, _trigrams(text)) for text in texts]
    return [(a, b) for (a, x), (b, y) in combinations(grams, 2) if len(x & y) / len(x | y) >= _MOST_ALIKE]


def test_the_bank_holds_at_least_six_hundred_different_statements() -> None:
    assert len({_folded(text) for text in _bank()}) >= 600


def test_every_purpose_has_at_least_a_hundred_statements() -> None:
    counts = Counter({topic.purpose: 0 for topic in load_topics()})
    for topic in load_topics():
        counts[topic.purpose] += len(topic.statements)

    assert set(counts) == set(Purpose)
    assert min(counts.values()) >= 100, counts


def test_every_topic_is_said_in_several_ways_and_in_both_roles() -> None:
    for topic in load_topics():
        assert len(topic.statements) >= 3, topic.name
        assert {statement.role for statement in topic.statements} == set(Role), topic.name


def test_topic_names_are_different_within_a_purpose() -> None:
    names = [(topic.purpose, topic.name) for topic in load_topics()]

    assert len(names) == len(set(names))


def test_statements_fit_the_length_and_are_tidy() -> None:
    for text in [*_bank(), *_persona_statements()]:
        assert 1 <= len(text) <= 280, text
        assert text == tidy(text)


def test_no_text_stands_twice() -> None:
    counts = Counter(_folded(text) for text in _everything())

    assert [text for text, count in counts.items() if count > 1] == []


def test_no_statement_nearly_copies_another() -> None:
    assert _near_copies([*_bank(), *_persona_statements()]) == []


def test_no_reason_nearly_copies_another() -> None:
    assert _near_copies([reason.text for reason in load_reasons().reason]) == []


def test_nothing_speaks_of_what_wherefore_leaves_out() -> None:
    assert [text for text in _everything() if _LEFT_OUT.search(text)] == []


def test_nothing_holds_links_addresses_or_telephone_numbers() -> None:
    assert [text for text in _everything() if _CONTACT.search(text)] == []


def test_countries_are_two_capital_letters() -> None:
    countries = {s.country for topic in load_topics() for s in topic.statements if s.country}
    countries |= {persona.country for persona in load_personas()}

    assert [country for country in countries if not re.fullmatch(r"[A-Z]{2}", country)] == []


def test_every_reason_answers_a_statement_of_its_topic() -> None:
    written = {(topic.purpose, topic.name, s.text) for topic in load_topics() for s in topic.statements}

    assert [r for r in load_reasons().reason if (r.purpose, r.topic, r.anchor) not in written] == []


def test_reasons_have_the_length_of_a_request() -> None:
    for reason in load_reasons().reason:
        assert 60 <= len(tidy(reason.text)) <= 600, reason.text


def test_there_are_reasons_of_every_kind_for_every_purpose() -> None:
    reasons = load_reasons().reason
    kinds = {(reason.purpose, reason.kind) for reason in reasons}

    assert sum(reason.kind != "poor" for reason in reasons) >= 60
    assert sum(reason.kind == "poor" for reason in reasons) >= 15
    assert kinds == {(p, kind) for p in Purpose for kind in ("charming", "plain", "awkward", "poor")}


def test_there_is_enough_to_ask_answer_refuse_and_write() -> None:
    letters = load_reasons()

    assert len(letters.questions) >= 20
    assert len(letters.answers) >= 20
    assert len(letters.refusal_sentences) >= 12
    assert len(letters.message) >= 40
    assert {(m.purpose, m.kind) for m in letters.message} == {(p, k) for p in Purpose for k in ("opener", "reply")}


def test_twelve_personas_have_two_to_four_purposes_with_both_roles() -> None:
    personas = load_personas()

    assert len(personas) == len({persona.name for persona in personas}) == 12
    for persona in personas:
        assert 2 <= len(persona.purpose) <= 4, persona.name
        assert len({card.purpose for card in persona.purpose}) == len(persona.purpose)
        for card in persona.purpose:
            assert 3 <= len(card.statement) <= 6, persona.name
            assert {statement.role for statement in card.statement} == set(Role), persona.name


def test_personas_stand_near_topics_of_the_bank() -> None:
    topics = {(topic.purpose, topic.name) for topic in load_topics()}

    for persona in load_personas():
        for card in persona.purpose:
            assert [name for name in card.near if (card.purpose, name) not in topics] == [], persona.name


def test_three_personas_can_be_borrowed_and_stand_first() -> None:
    assert [persona.demo for persona in load_personas()] == [True] * 3 + [False] * 9
