"""Finds reasons that repeat an earlier one with the names and the subject changed."""

import re
from collections.abc import Iterable, Sequence

import msgspec

from embeddings.reason_disguises import fold, skeleton

_WORD = re.compile(r"\w+(?:['\u2019]\w+)*")
# Stands for whatever was filled in: names, and words of the anchor.
_SLOT = ""
_RUN = 3
# The share of a reason's runs of three words that an earlier reason has too. On development pairs (one template with
# two fillings, against the same subject in other words) F1 is above 0.95 anywhere between 0.3 and 0.5.
_COPIED = 0.4
_FEWEST_RUNS = 4


class EarlierReason(msgspec.Struct, frozen=True):
    """A reason that the sender gave before, the display names of the two, and what it was anchored in."""

    text: str
    names: Sequence[str] = ()
    anchor_text: str | None = None


def copied(
    reason: str, *, names: Sequence[str], anchor_text: str | None, earlier: Iterable[EarlierReason]
) -> tuple[int, int] | None:
    """The words, from the first to the last, that an earlier reason has as well; None when it is no copy."""
    mine = _runs(reason, names=names, anchor_text=anchor_text)
    if len(mine) < _FEWEST_RUNS:
        return None
    for other in earlier:
        theirs = set(_runs(other.text, names=other.names, anchor_text=other.anchor_text))
        shared = [span for run, span in mine.items() if run in theirs]
        if len(shared) >= _FEWEST_RUNS and len(shared) / max(len(mine), len(theirs)) >= _COPIED:
            return min(start for start, _ in shared), max(end for _, end in shared)
    return None


def _runs(text: str, *, names: Sequence[str], anchor_text: str | None) -> dict[tuple[str, ...], tuple[int, int]]:
    """Every run of three words, as the eye reads them, with its place; fillings are one slot however long they are."""
    fillings = {word for name in names for word in _words(name)}
    # Short words of the anchor are grammar, and a template's grammar is what has to be found.
    fillings |= {word for word in _words(anchor_text or "") if len(word) > _RUN}
    tokens: list[tuple[str, int, int]] = []
    folded = fold(text)
    for match in _WORD.finditer(folded.text):
        word, (start, end) = _bare(match.group()), folded.span(*match.span())
        if word not in fillings:
            tokens.append((word, start, end))
        elif not tokens or tokens[-1][0] != _SLOT:
            tokens.append((_SLOT, start, end))
        else:
            tokens[-1] = (_SLOT, tokens[-1][1], end)
    runs = (tokens[index : index + _RUN] for index in range(len(tokens) - _RUN + 1))
    return {tuple(token[0] for token in run): (run[0][1], run[-1][2]) for run in runs}


def _words(text: str) -> list[str]:
    return [_bare(word) for word in _WORD.findall(fold(text).text)]


def _bare(word: str) -> str:
    """A folded word without what can be varied unseen: signs for letters, and the kind of apostrophe."""
    return skeleton(word).replace("\u2019", "'")
