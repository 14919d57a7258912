"""Contact details and errands are found however they are disguised, and honest sentences that look like them pass."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.reason_contacts import contact_details, has_contact_details
from embeddings.reason_rules import errands

BANK = tomllib.loads(Path(__file__).with_name("contact_attacks.toml").read_text("utf-8"))
BEFORE = "Your hives made me smile. "


@pytest.mark.parametrize("family", BANK["attacks"])
def test_attacks_of_every_family_are_caught(family: str) -> None:
    attacks = BANK["attacks"][family]

    missed = [one for one in attacks if not contact_details(BEFORE + one) and not errands(BEFORE + one)]

    assert len(missed) <= len(attacks) * 0.06, missed


def test_nearly_all_attacks_are_caught() -> None:
    attacks = [one for family in BANK["attacks"].values() for one in family]

    missed = [one for one in attacks if not contact_details(BEFORE + one) and not errands(BEFORE + one)]

    assert len(attacks) >= 150
    assert len(missed) <= len(attacks) * 0.03, missed


@pytest.mark.parametrize("text", BANK["honest"]["texts"])
def test_honest_sentences_pass(text: str) -> None:
    assert contact_details(text) == []
    assert errands(text) == []


@given(st.sampled_from(BANK["attacks"]["handles"] + BANK["attacks"]["spelled_links"]), st.data())
@settings(deadline=None, max_examples=80)
def test_capitals_and_hidden_characters_change_nothing(attack: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(attack)))
    disguised = (attack[:place] + "\u200b" + attack[place:]).upper()

    assert bool(contact_details(disguised)) == bool(contact_details(attack))


@given(st.text(st.sampled_from("aZ0o1li@. :/-_()[]{}#*+\u200b\u0335é🐝ｍоﬁİאب\ud800"), max_size=120))
@settings(deadline=None, max_examples=200)
def test_every_place_is_within_the_text(text: str) -> None:
    for start, end in [*contact_details(text), *errands(text)]:
        assert 0 <= start < end <= len(text)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("have a look at https://honey.example/shop today", "https://honey.example/shop"),
        ("all about it is on honeyfarm.com if you like", "honeyfarm.com"),
        ("mail to jo.smith@honey.org please", "jo.smith@honey.org"),
        ("mail to jo at honey dot org please", "jo at honey dot org"),
        ("mail to jo (at) honey [dot] com please", "jo (at) honey [dot] com"),
        ("it is honeyfarm dot com as always", "honeyfarm dot com"),
        ("my number is +44 20 7946 0958, day or night", "+44 20 7946 0958"),
        ("my number is 0176 123 456 78, day or night", "0176 123 456 78"),
        ("I am @bee_jo there and here", "@bee_jo"),
        ("my telegram: bee_jo for the rest", "telegram: bee_jo"),
        ("all on honey\u200bfarm.c\u200bom for you", "honey\u200bfarm.c\u200bom"),
        ("all on hоneyfarm.cоm for you", "hоneyfarm.cоm"),  # noqa: RUF001  (Cyrillic letters on purpose)
        ("all on ｈｏｎｅｙ．ｃｏｍ for you", "ｈｏｎｅｙ．ｃｏｍ"),  # noqa: RUF001
        ("ring oh seven seven one two three four five six", "oh seven seven one two three four five six"),
    ],
)
def test_contact_details_are_found_at_their_words(reason: str, words: str) -> None:
    assert [reason[start:end].strip() for start, end in contact_details(reason)] == [words]


@pytest.mark.parametrize(
    "reason",
    [
        "I was born in 1962, married 1984 - 1999 and keep 3 hives with about 60,000 bees.",
        "We met at the fair. Do you remember? It was 12/05/2019 at half past 7.",
        "I write in ASP.NET by day, e.g. forms, and in Socket.IO by night...",
        "I lived through the dot com years at a bank.",
        "My Facebook is full of cats and my signal is weak; I'd rather write letters.",
        "Chess rating 1650, blood pressure 140/90, shoe size 43.5",
    ],
)
def test_ordinary_numbers_and_stops_are_no_contact_details(reason: str) -> None:
    assert contact_details(reason) == []


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("Nice bees. Please visit my website for more.", "visit my website"),
        ("I know this well, just add me on the other app.", "add me on"),
        ("Call me any time, I am at home.", "Call me"),
        ("Follow the link and you will see.", "Follow the link"),
        ("You could send me your CV then.", "send me your CV"),
        ("Check out my new shop, it is lovely.", "Check out my new shop"),
        ("Text me tomorrow.", "Text me"),
    ],
)
def test_an_errand_is_found_at_its_words(reason: str, words: str) -> None:
    start, end = errands(reason)[0]

    assert words in reason[start:end]


@pytest.mark.parametrize(
    "reason",
    [
        "My friends call me Bee. You can call me Tom if you like.",
        "She would text me when the swarm came, and my sister comes to see my garden.",
        "I wrote a page on my site about hives like yours, long ago.",
        "Would you show me your hives one day? I would love to see them.",
    ],
)
def test_ordinary_talk_is_no_errand(reason: str) -> None:
    assert errands(reason) == []


@pytest.mark.parametrize(
    "name",
    [
        "beejo@honey.org",
        "Jo (www.beejo.com)",
        "Jo +44 7700 900123",
        "IG beejo",
        "Jo on Telegram",
        "@bee_jo",
        "jo at honey dot org",
    ],
)
def test_a_name_says_how_to_reach_somebody(name: str) -> None:
    assert has_contact_details(name)


@pytest.mark.parametrize(
    "name",
    [
        "St. John O'Brien",
        "Dot Cotton",
        "J. R. Hartley",
        "Ig Nobel",
        "Signal Jones",
        "Mary 1962",
        "Wren & Kit",
        "李小龙",
        "Ольга",
    ],
)
def test_a_name_is_only_a_name(name: str) -> None:
    assert not has_contact_details(name)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("I draw. 我的微信号是 beejo77,再见", "微信号是 beejo77"),
        ("I draw. amVlcEBob25leS5vcmc= says more", "amVlcEBob25leS5vcmc="),
        ("All is on insta➡️beejo, come", "insta➡️beejo"),
        ("Come to 9 Orchard Close, Flat 4, at six", "Come to 9 Orchard Close, Flat 4"),
    ],
)
def test_details_in_plain_words_are_found_at_their_words(reason: str, words: str) -> None:
    assert [reason[start:end] for start, end in contact_details(reason)] == [words]
