"""Words that two texts share, and how much they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.words import WORDS, shared_words, shared_words_among, word_keys

texts = st.lists(st.text(st.sampled_from("lace chess bread "), max_size=40), max_size=30)


def test_endings_and_capitals_do_not_matter() -> None:
    keys = word_keys(["Baking dark loaves", "she BAKES dark loaves"])

    assert set(keys[1]) == set(keys[0])


def test_words_that_say_nothing_are_not_kept() -> None:
    assert not word_keys(["I would like to be with them, and so would you"]).any()


def test_of_a_very_long_text_the_first_words_count() -> None:
    long = " ".join(f"word{number}" for number in range(WORDS + 5))

    assert np.array_equal(word_keys([long])[0], word_keys([long.rsplit(" ", 5)[0]])[0])


def test_a_rare_word_says_more_than_a_common_one() -> None:
    others = word_keys(["bobbin lace", *["loud music"] * 30, "chess"])

    rare, common, none = shared_words(word_keys(["lace", "music", "bread"]), others)

    assert rare[0] > common[1] > 0
    assert not none.any()


@given(texts, texts)
def test_more_shared_words_never_say_less(mine: list[str], theirs: list[str]) -> None:
    others = word_keys(theirs)

    before = shared_words(word_keys(mine), others)
    after = shared_words(word_keys([text + " lace" for text in mine]), others)

    assert before.shape == (len(mine), len(theirs))
    assert (after >= before - 1e-6).all()


@given(texts)
def test_what_two_texts_share_is_the_same_from_either_side(written: list[str]) -> None:
    among = shared_words_among(word_keys(written))

    assert among == pytest.approx(among.T)


def test_within_a_group_all_but_common_words_count_as_between_groups() -> None:
    keys = word_keys(["bobbin lace", "needle lace", *["loud music"] * 60])

    among, between = shared_words_among(keys), shared_words(keys, keys)

    assert among[0, 1] == pytest.approx(between[0, 1])
    assert among[5, 6] == 0 < between[5, 6]
