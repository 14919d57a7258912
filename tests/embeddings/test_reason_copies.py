"""A copy stays a copy when its letters are disguised, and the finding points into what was written."""

import pytest

from embeddings.reason_copies import EarlierReason, copied

FIRST = "Your hives stand where mine stood for years, under the lime. How do you keep the wasps away from them?"
BEES = "I keep hives under an old lime tree."


@pytest.mark.parametrize(
    "again",
    [
        " ".join(word[:1] + "\u200b" + word[1:] for word in FIRST.split()),
        FIRST.replace("o", "\u043e").replace("e", "\u0435"),
        FIRST.replace("o", "0").replace("e", "\u00e9"),
        FIRST.upper().replace("I", "\u0406"),
        "".join(chr(ord(letter) + 0xFEE0) if "a" <= letter <= "z" else letter for letter in FIRST),
    ],
)
def test_a_copy_in_disguise_is_found(again: str) -> None:
    found = copied(again, names=(), anchor_text=BEES, earlier=[EarlierReason(text=FIRST, anchor_text=BEES)])

    assert found == (0, len(again) - 1)


def test_a_copy_of_a_disguised_reason_is_found() -> None:
    hidden = "\u2060".join(FIRST)

    assert copied(FIRST, names=(), anchor_text=BEES, earlier=[EarlierReason(text=hidden, anchor_text=BEES)])


def test_names_in_disguise_are_still_taken_out() -> None:
    earlier = EarlierReason(text="Zoe " + FIRST, names=("Zoe",), anchor_text=BEES)

    assert copied("\u0410da " + FIRST, names=("Ada",), anchor_text=BEES, earlier=[earlier])


def test_other_words_about_the_same_are_no_copy() -> None:
    other = (
        "Lime honey is the palest I know; I lost a whole swarm of wasps' victims last year. Do you feed yours in March?"
    )

    assert copied(other, names=(), anchor_text=BEES, earlier=[EarlierReason(text=FIRST, anchor_text=BEES)]) is None
