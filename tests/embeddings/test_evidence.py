"""Marked words agree with the score, are whole words, and lie where the text says them."""

import re
import unicodedata

import numpy as np
import pytest

from embeddings.encoder import Encoder
from embeddings.evidence import Tokens, contributions, marked_words, vector_of
from embeddings.marks import marks_of_pairs, what_all_share
from embeddings.similarity import Vectors, centred, cosines
from scripts.seed_data import load_topics

BEES = "I keep two hives of bees behind the shed and give the honey to my neighbours"
HONEY = "Beekeeping on a flat roof in the city: the honey tastes of lime trees"


def words_marked(text: str, marks: list[tuple[int, int]]) -> list[str]:
    return [text[start:end] for start, end in marks]


def pairs_of_the_bank() -> list[tuple[str, str]]:
    """Sixty pairs of statements of which each is about one thing, all over the bank of demo statements."""
    every = [(topic.statements[0].text, topic.statements[1].text) for topic in load_topics()]
    return every[:: len(every) // 60][:60]


@pytest.mark.parametrize("shared", [True, False], ids=["without what all share", "as they are"])
async def test_what_the_tokens_add_comes_to_the_cosine(encoder: Encoder, shared: bool) -> None:  # noqa: FBT001
    mean = await what_all_share(encoder) if shared else np.zeros(384, dtype=np.float32)
    pairs = pairs_of_the_bank()[:20]
    ones, others = await encoder.encode([one for one, _ in pairs]), await encoder.encode([other for _, other in pairs])
    tokens = await encoder.tokens([one for one, _ in pairs])

    sums = [contributions(of_one, other, mean=mean).sum() for of_one, other in zip(tokens, others, strict=True)]

    expected = np.diag(cosines(ones, others, mean=mean))
    exact = [
        cosines(vector_of(of_one)[None], other[None], mean=mean)[0, 0]
        for of_one, other in zip(tokens, others, strict=True)
    ]
    assert sums == pytest.approx(exact, abs=1e-4)
    # Another batch rounds otherwise in half precision.
    assert sums == pytest.approx(expected, abs=1e-2)


async def test_tokens_make_the_vector_that_encoding_gives(encoder: Encoder) -> None:
    texts = [BEES, "", "Chess by post", HONEY * 3]

    vectors, tokens = await encoder.encode(texts), await encoder.tokens(texts)

    assert min(float(vector_of(of_one) @ vector) for of_one, vector in zip(tokens, vectors, strict=True)) > 0.999
    assert [len(of_one.weights) for of_one in tokens] == [len(of_one.offsets) for of_one in tokens]
    assert await encoder.tokens([]) == []


async def test_without_the_marked_words_two_texts_agree_less_than_without_others(encoder: Encoder) -> None:
    pairs = pairs_of_the_bank()
    found = await marks_of_pairs(encoder, pairs)
    mean, chance = await what_all_share(encoder), np.random.default_rng(3)
    shortened, others = [], []
    for pair, marks in zip(pairs, found, strict=True):
        for text, other, of_text in ((*pair, marks[0]), (*pair[::-1], marks[1])):
            words = [match.span() for match in re.finditer(r"\w+(?:['\u2019-]\w+)*", text)]
            chosen = [word for word in words if any(start <= word[0] < end for start, end in of_text)]
            rest = [word for word in words if word not in chosen]
            if chosen and len(rest) >= len(chosen):
                shortened.append(
                    (
                        without(text, chosen),
                        without(text, [rest[i] for i in chance.permutation(len(rest))[: len(chosen)]]),
                    )
                )
                others.append(other)

    targets = await encoder.encode(others)
    lower = [
        np.sum(centred(await encoder.encode(list(texts)), mean) * centred(targets, mean), axis=1)
        for texts in zip(*shortened, strict=True)
    ]

    assert len(shortened) >= 110
    assert np.mean(lower[0] < lower[1]) >= 0.9


def without(text: str, words: list[tuple[int, int]]) -> str:
    for start, end in sorted(words, reverse=True):
        text = text[:start] + text[end:]
    return " ".join(text.split())


async def test_the_words_that_two_texts_share_are_marked(encoder: Encoder) -> None:
    ((mine, theirs),) = await marks_of_pairs(encoder, [(BEES, HONEY)])

    assert {"bees", "honey"} & set(" ".join(words_marked(BEES, mine)).split())
    assert {"Beekeeping", "honey"} <= set(" ".join(words_marked(HONEY, theirs)).split())


async def test_marks_are_whole_words_that_say_something_and_never_most_of_a_text(encoder: Encoder) -> None:
    pairs = pairs_of_the_bank()
    found = await marks_of_pairs(encoder, pairs)
    marked = [
        (text, mark) for pair, marks in zip(pairs, found, strict=True) for text, mark in zip(pair, marks, strict=True)
    ]

    for text, marks in marked:
        ends = [place for mark in marks for place in mark]
        assert ends == sorted(ends)
        assert all(re.fullmatch(r"\w.*\w", word, re.DOTALL) for word in words_marked(text, marks))
        for start, end in marks:
            assert not text[start - 1 : start].isalnum()
            assert not text[end : end + 1].isalnum()
        assert not {"i", "the", "and", "for", "someone"} & set(" ".join(words_marked(text, marks)).casefold().split())
        assert sum(end - start for start, end in marks) <= len(text) / 2
    assert np.mean([sum(end - start for start, end in marks) / len(text) for text, marks in marked]) < 1 / 3
    assert np.mean([bool(marks) for _, marks in marked]) > 0.9


@pytest.mark.parametrize(
    "text",
    [
        unicodedata.normalize("NFD", "  À Genève je garde des abeilles 🐝🏽 et du miel, café à la main"),
        "🧑‍🌾🐝 Bees, and honey too 🍯: my café e\u0323\u0302 is full of them ❤️",
        "\u0958\u0958 bees and honey, every day 👩🏽‍🚀 in the garden",
    ],
    ids=["decomposed", "emoji", "taken apart by normalising"],
)
async def test_places_are_counted_in_the_text_as_sent(encoder: Encoder, text: str) -> None:
    ((mine, _),) = await marks_of_pairs(encoder, [(text, HONEY)])

    words = {unicodedata.normalize("NFC", word) for word in words_marked(text, mine)}
    assert words
    assert words <= {*re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", text)), "Bees", "miel"}


@pytest.mark.parametrize("text", ["", "  ", "🐝🐝", "bees", "\ud800", "of the and a"])
async def test_where_there_is_nothing_to_choose_nothing_is_marked(encoder: Encoder, text: str) -> None:
    ((mine, _),) = await marks_of_pairs(encoder, [(text, HONEY)])

    assert mine == []


async def test_marks_depend_on_the_two_texts_alone(encoder: Encoder) -> None:
    alone = await marks_of_pairs(encoder, [(BEES, HONEY)])
    in_company = await marks_of_pairs(encoder, [*pairs_of_the_bank()[:5], (BEES, HONEY)])

    assert in_company[-1:] == alone


def made_of(text: str, *, telling: str) -> tuple[Tokens, Vectors]:
    """Tokens of which only those of some words point where the other text points, and the other text."""
    offsets = [match.span() for match in re.finditer(r"\S+", text)]
    states = np.array([[1, 1] if text[slice(*place)] in telling.split() else [0, 1] for place in offsets], np.float32)
    weights = np.full(len(offsets), 1 / len(offsets), dtype=np.float32)
    return Tokens(states, weights, np.array(offsets, dtype=np.intp)), np.array([1, 0], dtype=np.float32)


NO_MEAN = np.zeros(2, dtype=np.float32)


def test_neighbouring_words_are_one_stretch() -> None:
    text = "we bake sourdough bread in an old oven outside"

    tokens, other = made_of(text, telling="sourdough bread oven")

    assert words_marked(text, marked_words(text, tokens, other, mean=NO_MEAN)) == ["sourdough bread", "oven"]


def test_where_most_of_a_text_would_be_marked_nothing_is() -> None:
    text = "i do counterpoint"

    tokens, other = made_of(text, telling="counterpoint")

    assert marked_words(text, tokens, other, mean=NO_MEAN) == []


def test_words_of_grammar_are_not_marked_even_when_they_carry_all() -> None:
    text = "with somebody who'd and you\u2019re about to l"

    tokens, other = made_of(text, telling=text)

    assert marked_words(text, tokens, other, mean=NO_MEAN) == []


def test_a_character_of_a_script_without_spaces_is_a_word() -> None:
    text = "私は庭で蜂を飼っています"
    offsets = np.array([(place, place + 1) for place in range(len(text))], dtype=np.intp)
    states = np.array([[float(character in "庭蜂"), 1] for character in text], dtype=np.float32)
    tokens = Tokens(states, np.full(len(text), 1 / len(text), dtype=np.float32), offsets)

    found = marked_words(text, tokens, np.array([1, 0], dtype=np.float32), mean=NO_MEAN)

    assert words_marked(text, found) == ["庭", "蜂"]


def test_where_nothing_is_known_of_the_tokens_nothing_is_marked() -> None:
    nothing = Tokens(np.empty((0, 2), np.float32), np.empty(0, np.float32), np.empty((0, 2), np.intp))

    assert vector_of(nothing).tolist() == [0, 0]
    assert marked_words("Bees and honey", nothing, np.array([1, 0], np.float32), mean=NO_MEAN) == []
