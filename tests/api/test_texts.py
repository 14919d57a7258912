"""Texts that people type, and those that nobody ever typed."""

import time
from collections.abc import Callable

import pytest

from api.accounts.fields import problem_with_display_name
from api.accounts.passwords import problems_with_password
from api.errors import FieldError
from api.texts import problem_with

HUGE = "a b" * 300_000


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
