"""The rules for reasons and pitches take a time that grows no faster than a text: nobody stops a process by one."""

import time
from collections.abc import Callable

import pytest

from embeddings.reason_contacts import contact_details
from embeddings.reason_rules import commands, errands, only_a_wish, sales
from embeddings.reasons import MAX_REASON

UNITS = (
    "\n", "\n ", " \n", ".\n", "!\n\n", "( ", "a", "a\n", "a ", "a-", "a'", "a.", "a,", ". ", "1", "1 ", "1a ", "+1 ",
    "1-", "@", "a@", "@a", "_", "[", "=", "please ", "please\n\n", "can you ", "you ", "and\n", "call me ", "send a ",
    "number 12 and ", "at dot ", "d o t ", "insta ", "my insta ", "rua a ", "a1", "0 ", "\u0430", "a\u0430", "\u200b",
    "a\u200b", '"', "ab12",
)  # fmt: skip
RULES: tuple[Callable[[str], object], ...] = (contact_details, errands, commands, sales, only_a_wish)
LONGEST = 2 * MAX_REASON
"""What is longer is looked at by no rule."""
SECONDS = 0.4
"""Of a processor. Before, a text of line breaks took two; all of these take some hundredths."""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_text_takes_a_rule_long(rule: Callable[[str], object]) -> None:
    slow = {}
    for unit in UNITS:
        text = f"5 {(unit * LONGEST)[: LONGEST - 4]} x"
        began = time.thread_time()
        rule(text)
        taken = time.thread_time() - began
        if taken > SECONDS:
            slow[unit] = round(taken, 2)
    assert slow == {}


@pytest.mark.parametrize(
    "before", ["", "Hello.", "Hello.\n", "Hello.\n\n\n", "Hello. \n \n\t", "Hello,  ", "Hello (", "Hello\n  "]
)
def test_an_order_is_found_after_any_white_space(before: str) -> None:
    assert errands(f"{before}Check out my website. I mean it.")
    assert errands("They check out my website.") == []
