"""Texts that people type, and those that nobody ever typed."""

import time
import unicodedata
from collections.abc import Callable
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.accounts import passwords
from api.accounts.fields import problem_with_display_name
from api.accounts.passwords import problems_with_password
from api.connections.reason_checks import tidied_reason
from api.connections.schemas import RequestCreate
from api.drafts.schemas import LONGEST_DRAFT
from api.errors import FieldError
from api.profiles.places import search_places
from api.profiles.schemas import Purpose
from api.texts import LONGEST_TIDIED, problem_with, tidy
from embeddings.texts import composed

HUGE = "a b" * 300_000


MARKS = "e" + "\u0301\u0316" * 150_000
"""A letter with so many marks that putting them in order by going back and forth takes minutes."""


SIGNS = (
    "ae\u00e9\uac01\u1100\u1161\u0300\u0316\u0344\u0958\u1f82\u0f71\u0f73\u3099\u304b\u0915\u093c\U0001d165\U0001d16e"
)
"""Letters and marks of every kind: some bear others, some are taken apart, some are put together."""


def _message(text: str) -> FieldError | None:
    return problem_with(text, field="text", name="Your message", most=4000)


@pytest.mark.parametrize("judged", [problem_with_display_name, _message])
def test_a_text_of_a_megabyte_is_refused_without_looking_through_it(
    judged: Callable[[str], FieldError | None],
) -> None:
    judged(HUGE)
    before = time.process_time()

    problem = judged(HUGE)

    assert problem is not None
    assert problem.code == "too-long"
    assert time.process_time() - before < 0.05  # it was a quarter of a second, in which nobody else is answered


async def test_a_name_of_a_megabyte_does_not_keep_a_password_from_being_judged() -> None:
    password = "seven loose kettles sing at dusk"
    await problems_with_password(password, words=["Ada"])
    before = time.process_time()

    assert await problems_with_password(password, words=[HUGE]) == []

    assert time.process_time() - before < 0.15


def test_what_cannot_be_kept_is_found_as_far_as_a_text_may_go() -> None:
    problems = [_message("x" * 3999 + "\0"), _message("x" * 4001 + "\0")]

    assert [problem.code for problem in problems if problem] == ["bad-characters", "too-long"]


@pytest.mark.parametrize("made_ready", [tidy, composed, passwords._normal, search_places])
def test_a_letter_with_thousands_of_marks_is_made_ready_at_once(made_ready: Callable[[str], object]) -> None:
    before = time.process_time()

    made_ready(MARKS)

    assert time.process_time() - before < 2  # it was 100 s, in which nobody else is answered


@pytest.mark.parametrize("letter", ["\u0958", "\u1f82", "\u0434", "\uac01", "\ufdfa", "\U0001f469"])
def test_letters_that_bear_few_marks_are_not_looked_at_one_by_one(letter: str) -> None:
    text = letter * LONGEST_TIDIED
    composed(text)
    before = time.process_time()

    made = composed(text)

    assert time.process_time() - before < 0.05  # it was 0.1 s, each time that anybody looked at the field
    assert made == unicodedata.normalize("NFC", text)


@given(st.text(alphabet=SIGNS, max_size=150))
def test_texts_with_more_marks_than_there_can_be_become_what_they_always_become(text: str) -> None:
    assert composed(text) == unicodedata.normalize("NFC", text)


def test_what_is_too_long_for_every_field_is_refused_in_the_form_that_it_has() -> None:
    longest = unicodedata.normalize("NFD", "\u1f82" * LONGEST_DRAFT)  # four code points for each letter, none has more
    longer = "e\u0301" * LONGEST_TIDIED

    kept, refused = tidy(longest), tidy(f"  {longer}\r\n")

    assert len(longest) == LONGEST_TIDIED
    assert kept == "\u1f82" * LONGEST_DRAFT
    assert refused == longer
    problem = problem_with(refused, field="text", name="What you wrote", most=LONGEST_DRAFT)
    assert problem is not None
    assert problem.code == "too-long"


def test_a_reason_of_a_megabyte_is_refused_without_looking_through_it() -> None:
    draft = RequestCreate(recipient_id=uuid4(), purpose=Purpose.HOBBY, anchor=None, reason=HUGE)
    tidied_reason(draft)
    before = time.process_time()

    assert len(tidied_reason(draft)) == len(HUGE)

    assert time.process_time() - before < 0.05


@given(text=st.text(alphabet="ae\u0301\u0316\u0344\u0f73\u0f75\u0f71\u0345\u1161\u1100\uac00 ", max_size=120))
def test_a_text_is_composed_as_unicode_says(text: str) -> None:
    assert composed(text) == unicodedata.normalize("NFC", text)
