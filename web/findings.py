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
    """Refusals first; the number is that of the marks, None for what concerns the whole."""
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
    numbers = {id(found): number for number, found in enumerate(marks, 1)}
    return Review(
        parts=_parts(reason, marks),
        findings=[(found, numbers.get(id(found))) for found in ordered],
        refused=any(found.severity == "refuse" for found in findings),
    )


def _concerns_words(found: Finding, reason: str) -> bool:
    """Whether it is about some of the words; one about all of them would only mark everything."""
    return 0 <= found.start < found.end <= len(reason) and found.end - found.start < len(reason)


def _parts(reason: str, marks: Sequence[Finding]) -> list[Part]:
    """Cut the reason wherever a mark begins or ends; where marks overlap, the shortest has the words."""
    cuts = sorted({0, len(reason), *(place for found in marks for place in (found.start, found.end))})
    parts: list[Part] = []
    for start, end in pairwise(cuts):
        here = [number for number, found in enumerate(marks, 1) if found.start <= start and end <= found.end]
        number = min(here, key=lambda one: marks[one - 1].end - marks[one - 1].start, default=None)
        if number is not None and _is_only_between(reason, start, end, marks[number - 1]):
            number = None
        if parts and parts[-1][1] == number:
            parts[-1] = (parts[-1][0] + reason[start:end], number)
        else:
            parts.append((reason[start:end], number))
    return parts


def _is_only_between(reason: str, start: int, end: int, found: Finding) -> bool:
    """Whether a piece is no more than the spaces and signs that others' marks have left of one."""
    return (start, end) != (found.start, found.end) and not any(one.isalnum() for one in reason[start:end])
