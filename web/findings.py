"""What was found in a reason, put beside the words that it concerns."""

from collections.abc import Sequence
from itertools import pairwise

import msgspec

from embeddings.reasons import Finding

Part = tuple[str, int | None]
"""A piece of a reason, and the number of the finding that concerns it, or None."""


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
        return any(number is not None for _, number in self.parts)


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
    """Cut the reason wherever a mark begins or ends; where marks overlap, the shortest has the words."""
    cuts = sorted({0, len(reason), *(place for found, _ in marks for place in (found.start, found.end))})
    parts: list[Part] = []
    for start, end in pairwise(cuts):
        here = [mark for mark in marks if mark[0].start <= start and end <= mark[0].end]
        shortest = min(here, key=lambda mark: mark[0].end - mark[0].start, default=None)
        number = None if shortest is None or _is_only_between(reason, start, end, shortest[0]) else shortest[1]
        if parts and parts[-1][1] == number:
            parts[-1] = (parts[-1][0] + reason[start:end], number)
        else:
            parts.append((reason[start:end], number))
    return parts


def _is_only_between(reason: str, start: int, end: int, found: Finding) -> bool:
    """Whether a piece is no more than the spaces and signs that others' marks have left of one."""
    return (start, end) != (found.start, found.end) and not any(one.isalnum() for one in reason[start:end])
