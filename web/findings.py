"""What was found in a reason, put beside the words that it concerns."""

from collections.abc import Sequence
from itertools import pairwise

import msgspec

from embeddings.reasons import Finding

Part = tuple[str, tuple[int, ...]]
"""A piece of a reason, and the numbers of the findings that concern it."""


class Review(msgspec.Struct, frozen=True):
    """A reason with the words marked that findings concern."""

    parts: list[Part]
    findings: list[tuple[Finding, int | None]]
    """Refusals first, and what is said of several words once; the number is that of the marks, None for what concerns
    the whole."""
    refused: bool

    @property
    def has_marks(self) -> bool:
        """Whether any words are marked."""
        return any(numbers for _, numbers in self.parts)


def review(reason: str, findings: Sequence[Finding]) -> Review:
    """Mark a reason.

    Args:
        reason: The tidied reason; the findings' `start` and `end` count its code points.
        findings: What was found in it.
    """
    ordered = sorted(findings, key=lambda found: (found.severity != "refuse", found.start, found.end))
    marks = [found for found in ordered if _concerns_words(found, reason)]
    numbers = {kind: number for number, kind in enumerate(dict.fromkeys(map(_kind, marks)), 1)}
    told = {_kind(found): found for found in reversed(ordered)}
    return Review(
        parts=_parts(reason, [(found, numbers[_kind(found)]) for found in marks]),
        findings=[(told[kind], numbers.get(kind)) for kind in dict.fromkeys(map(_kind, ordered))],
        refused=any(found.severity == "refuse" for found in findings),
    )


def _kind(found: Finding) -> tuple[str, str, str]:
    """What is said; the same about several words is one thing to read, with one number at all of them."""
    return found.severity, found.code, found.message


def _concerns_words(found: Finding, reason: str) -> bool:
    """Whether it is about some of the words; one about all of them would only mark everything."""
    return 0 <= found.start < found.end <= len(reason) and found.end - found.start < len(reason)


def _parts(reason: str, marks: Sequence[tuple[Finding, int]]) -> list[Part]:
    """Cut the reason wherever a mark begins or ends; where marks overlap, each has the words."""
    cuts = sorted({0, len(reason), *(place for found, _ in marks for place in (found.start, found.end))})
    parts: list[Part] = []
    for start, end in pairwise(cuts):
        here = [mark for mark in marks if mark[0].start <= start and end <= mark[0].end]
        meant = any((start, end) == (found.start, found.end) for found, _ in here)
        says_something = meant or any(one.isalnum() for one in reason[start:end])
        numbers = tuple(sorted({number for _, number in here})) if says_something else ()
        if parts and parts[-1][1] == numbers:
            parts[-1] = (parts[-1][0] + reason[start:end], numbers)
        else:
            parts.append((reason[start:end], numbers))
    return parts
