"""The plan of a demo: repeatable, and made of lives that one person could lead."""

from collections import Counter

import numpy as np
import pytest

from api.encoding import encoder
from api.profiles.places import search_places
from api.profiles.schemas import Audience, Purpose, Role
from api.texts import tidy
from embeddings.reasons import judge_reason, sendable
from embeddings.similarity import PAIR_FLOOR, corpus_mean, cosines
from scripts.seed_data import Statement, Topic, load_personas, load_reasons, load_regions, load_scenes, load_topics
from scripts.seed_people import Card, Person, Written, plan_generated, plan_personas
from scripts.seed_requests import plan_stories


@pytest.fixture(scope="module")
def people() -> list[Person]:
    """As many as a demo has by default."""
    return [*plan_personas(), *plan_generated(288, number=7)]


def bank() -> dict[tuple[Purpose, str], Statement]:
    return {(topic.purpose, s.text): s for topic in load_topics() for s in topic.statements}


def test_the_same_number_makes_the_same_people_and_stories(people: list[Person]) -> None:
    again = [*plan_personas(), *plan_generated(288, number=7)]

    assert again == people
    assert plan_stories(again, number=7) == plan_stories(people, number=7)


def test_another_number_makes_other_people() -> None:
    assert not {p.email for p in plan_generated(30, number=1)} & {p.email for p in plan_generated(30, number=2)}
    assert [p.cards for p in plan_generated(30, number=1)] != [p.cards for p in plan_generated(30, number=2)]


def test_few_are_the_first_of_many(people: list[Person]) -> None:
    assert plan_generated(40, number=7) == people[12:52]


def test_nobody_writes_a_text_twice(people: list[Person]) -> None:
    for person in people:
        texts = Counter(said.text for card in person.cards for said in card.statements)
        assert max(texts.values()) == 1, person.email


def test_nobody_writes_what_only_someone_of_another_age_or_gender_could_have_written(people: list[Person]) -> None:
    known = bank()
    for person in people[12:]:
        written = [known[card.purpose, said.text] for card in person.cards for said in card.statements]
        assert all(s.age in {None, person.age} and s.who in {None, person.who} for s in written), person.email


def test_everybody_says_what_they_bring_and_whom_they_seek(people: list[Person]) -> None:
    for person in people:
        for card in person.cards:
            assert len({said.role for said in card.statements}) == 2, (person.email, card.purpose)


def test_all_purposes_are_lively(people: list[Person]) -> None:
    counts = Counter(card.purpose for person in people for card in person.cards)

    assert set(counts) == set(Purpose)
    assert min(counts.values()) >= 30


def test_no_two_members_write_the_same_while_the_bank_lasts(people: list[Person]) -> None:
    counts = Counter(said.text for person in people for card in person.cards for said in card.statements)

    assert max(counts.values()) == 1


def test_most_of_the_bank_is_heard_in_a_demo_and_some_say_more_than_others(people: list[Person]) -> None:
    lengths = [sum(len(card.statements) for card in person.cards) for person in people[12:]]

    assert sum(lengths) > 0.85 * len(bank())
    assert 3 <= sum(lengths) / len(lengths) <= 4
    assert sum(length == 2 for length in lengths) >= 30
    assert sum(length >= 5 for length in lengths) >= 30


def test_texts_come_again_only_when_the_bank_is_used_up_and_then_far_apart() -> None:
    wrote = [{said.text for card in p.cards for said in card.statements} for p in plan_generated(600, number=7)]
    last: dict[str, int] = {}
    apart = []
    for place, texts in enumerate(wrote):
        apart += [place - last[text] for text in texts if text in last]
        last |= dict.fromkeys(texts, place)

    assert len(last) > 0.97 * len(bank())
    assert min(apart) >= 20
    assert np.median(apart) > 200


async def test_those_who_can_be_borrowed_find_six_others_whose_words_agree_in_every_purpose(
    people: list[Person],
) -> None:
    strangers = [person for person in people if person.neighbour is None]
    texts = [one.text for person in people for card in person.cards for one in card.statements]
    vectors = dict(zip(texts, await encoder().encode(texts), strict=True))
    for borrowed in people[:3]:
        for card in borrowed.cards:
            mine = _open(card)
            said = [(p.email, one) for p in strangers if p is not borrowed for one in _open(p.card(card.purpose))]
            own = np.stack([vectors[one.text] for one in mine])
            about = own[[one.role is Role.ABOUT for one in mine]]
            theirs = np.stack([vectors[one.text] for _, one in said])
            mean = corpus_mean(theirs)
            agreeing = {
                email
                for (email, one), vector in zip(said, theirs[:, None], strict=True)
                # Two who seek the same have nothing to give each other.
                if (cosines(about if one.role is Role.SEEKING else own, vector, mean=mean) >= PAIR_FLOOR).any()
            }
            assert len(agreeing) >= 6, (borrowed.name, card.purpose)


def test_names_are_many_and_in_latin_letters(people: list[Person]) -> None:
    names = [person.name for person in people]

    assert len(set(names)) > 0.9 * len(names)
    assert all(ord(letter) < 0x2B0 or 0x1E00 <= ord(letter) < 0x1F00 for name in names for letter in name)


def test_every_city_of_a_region_is_in_the_table_of_places() -> None:
    missing = [
        (city, region.country)
        for region in load_regions()
        for city in region.cities
        if city not in {place.name for place in search_places(f"{city}, {region.country}")}
    ]

    assert missing == []


def test_every_country_of_the_bank_has_a_region() -> None:
    countries = {s.country for topic in load_topics() for s in topic.statements if s.country}
    countries |= {persona.country for persona in load_personas()}

    assert countries <= {region.code for region in load_regions()}


def test_scenes_quote_what_their_people_wrote(people: list[Person]) -> None:
    stories = plan_stories(people, number=7)[: len(load_scenes())]
    wrote = {p.email: {said.text for card in p.cards for said in card.statements} for p in people}

    assert [story.reason for story in stories] == [scene.reason for scene in load_scenes()]
    for story in stories:
        assert story.anchor in wrote[story.recipient]
        assert story.crossed_anchor is None or story.crossed_anchor in wrote[story.sender]


def test_scenes_are_tidy_and_fit() -> None:
    for scene in load_scenes():
        assert 60 <= len(scene.reason) <= 600
        texts = [scene.reason, *scene.questions, *scene.answers, *(line.text for line in scene.messages)]
        assert all(text == tidy(text) for text in texts)


async def test_every_reason_of_the_bank_can_be_sent_and_only_poor_ones_earn_notes() -> None:
    topics = {(topic.purpose, topic.name): topic for topic in load_topics()}
    others = {purpose: await _contrast(purpose) for purpose in Purpose}
    for reason in load_reasons().reason:
        topic = topics[reason.purpose, reason.topic]
        findings = await judge_reason(
            encoder(),
            reason=reason.text,
            anchor_text=reason.anchor,
            recipient_texts=[reason.anchor, *_further(topic, reason.anchor)[:2]],
            sender_texts=_further(topic, reason.anchor)[2:4],
            earlier_reasons=[],
            names=["Ada Smith", "Mira"],
            purpose=reason.purpose,
            contrast=others[reason.purpose],
        )
        assert sendable(findings), reason.text
        assert bool(findings) == (reason.kind == "poor"), reason.text


def _open(card: Card | None) -> list[Written]:
    """What everybody with the purpose may read."""
    return [] if card is None else [one for one in card.statements if one.audience is Audience.PURPOSE]


def _further(topic: Topic, anchor: str) -> list[str]:
    return [s.text for s in topic.statements if s.text != anchor]


async def _contrast(purpose: Purpose) -> np.ndarray:
    texts = [text for of, text in bank() if of == purpose]
    return await encoder().encode(texts[::3][:50])
