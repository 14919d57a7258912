"""Verdicts on a reason: is it about this person, in the sender's own fresh words, and fair to read?"""

import asyncio
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from embeddings.reason_contacts import contact_details
from embeddings.reason_copies import EarlierReason, copied
from embeddings.reason_disguises import Folded, fold, is_disguised
from embeddings.reason_fillers import is_filler, quoted_back
from embeddings.reason_findings import Finding, finding
from embeddings.reason_grounding import bank_vectors
from embeddings.reason_reading import Encodes, read
from embeddings.reason_rules import commands, errands, only_a_wish, only_about_the_writer
from embeddings.reason_verdicts import Recipient, by_meaning
from embeddings.reason_words import share_a_telling_word
from embeddings.texts import normalise

__all__ = ["MAX_REASON", "MIN_REASON", "EarlierReason", "Finding", "judge_reason", "normalise_reason", "sendable"]

MIN_REASON, MAX_REASON = 60, 600
# What is longer than this is only told so: nobody reads on, and no rule needs to.
_UNREADABLE = 2 * MAX_REASON
Vectors = NDArray[np.float32]


def normalise_reason(text: str) -> str:
    """The form in which a reason is counted, judged and kept: NFC, trimmed. Its length is `len` of this."""
    return normalise(text)


def sendable(findings: Sequence[Finding]) -> bool:
    """Whether a reason with these findings may be sent: notes are for the sender to weigh."""
    return all(found.severity != "refuse" for found in findings)


async def judge_reason(
    encoder: Encodes,
    *,
    reason: str,
    anchor_text: str | None,
    recipient_texts: Sequence[str],
    sender_texts: Sequence[str],
    earlier_reasons: Sequence[EarlierReason],
    names: Sequence[str],
    purpose: str,
    anchor_vector: Vectors | None = None,
    recipient_vectors: Vectors | None = None,
    contrast: Vectors | None = None,
) -> list[Finding]:
    """Say what speaks against a reason, kindly and with a question that helps.

    Args:
        encoder: The process's encoder.
        reason: What the sender wrote; judged in the form of `normalise_reason`, which all offsets count in.
        anchor_text: What the reason refers to: the words of the statement or post, the place of a meeting; None
            when nothing was chosen.
        recipient_texts: The recipient's statements that the sender may read.
        sender_texts: The sender's own statements.
        earlier_reasons: The sender's earlier reasons, to anyone.
        names: Display names of sender and recipient.
        purpose: For which purpose they would be connected; under `business` talk of work is not yet a pitch.
        anchor_vector: The vector (d,) of the anchor, where it is stored.
        recipient_vectors: The vectors (n, d) of `recipient_texts`, where they are stored.
        contrast: Vectors (m, d) of other members' statements; one or two hundred are plenty.

    Returns:
        The findings, those that refuse first, then in the order of the words; empty for a reason with no fault.
    """
    text = normalise_reason(reason)
    whole = (0, len(text))
    if len(text) > _UNREADABLE:
        return [finding("too-long", *whole)]
    anchor = (anchor_text or "").strip()
    words = [*([anchor] if anchor else []), *(one for one in recipient_texts if one.strip())]
    found = [] if anchor else [finding("no-anchor", *whole)]
    by_words = asyncio.to_thread(
        _by_words, text, words, sender_texts=sender_texts, names=names, anchor_text=anchor_text, earlier=earlier_reasons
    )
    if not (text and words):
        return _in_order([*found, *await by_words])
    # The words are looked at while the model reads.
    seen = fold(text) if is_disguised(text) else None
    said, reading, bank = await asyncio.gather(
        by_words, read(encoder, text if seen is None else seen.text, names), bank_vectors(encoder)
    )
    found += said
    if not any(one.code == "template" for one in said):
        vectors = _stored(words, anchor_text, anchor_vector, recipient_vectors)
        recipient = Recipient(
            texts=words,
            vectors=await encoder.encode(words) if vectors is None else vectors,
            contrast=contrast,
            names=tuple(names),
        )
        meant = await asyncio.to_thread(
            by_meaning, reading, recipient, revision=encoder.model.revision, bank=bank, purpose=purpose
        )
        found += meant if seen is None else [_where_it_stood(one, seen) for one in meant]
    return _in_order(found)


def _where_it_stood(found: Finding, seen: Folded) -> Finding:
    """What was found in a text as the eye reads it, at its place in the text as it was written."""
    start, end = seen.span(found.start, found.end)
    return msgspec.structs.replace(found, start=start, end=end)


def _in_order(found: Sequence[Finding]) -> list[Finding]:
    """Refusals first, then in the order of the words."""
    return sorted(found, key=lambda one: (one.severity != "refuse", one.start, one.end, one.code))


def _by_words(
    text: str,
    theirs: Sequence[str],
    *,
    sender_texts: Sequence[str],
    names: Sequence[str],
    anchor_text: str | None,
    earlier: Sequence[EarlierReason],
) -> list[Finding]:
    """What speaks against a reason by its words alone."""
    found = _by_rules(text)
    # Who takes up a word of theirs speaks of them too.
    if only_about_the_writer(text, sender_texts) and not share_a_telling_word(text, theirs, names):
        found.append(finding("only-about-you", 0, len(text)))
    copy = copied(text, names=names, anchor_text=anchor_text, earlier=earlier)
    if copy is not None:
        found.append(finding("copy", *copy))
    quoted = quoted_back(text, theirs)
    if is_filler(text):
        found.append(finding("template", 0, len(text), variant="filler"))
    elif quoted is not None:
        found.append(finding("template", *quoted, variant="quoted"))
    return found


def _by_rules(text: str) -> list[Finding]:
    whole = (0, len(text))
    found: list[Finding] = []
    if len(text) < MIN_REASON:
        found.append(finding("too-short", *whole))
    if len(text) > MAX_REASON:
        found.append(finding("too-long", *whole))
    found += [finding("contact-details", *span) for span in contact_details(text)]
    found += [finding("errand", *span) for span in errands(text)]
    found += [finding("commanding", *span) for span in commands(text)]
    wish = only_a_wish(text)
    if wish is not None:
        found.append(finding("nothing-for-them", *wish))
    return found


def _stored(
    words: Sequence[str], anchor_text: str | None, anchor_vector: Vectors | None, recipient_vectors: Vectors | None
) -> Vectors | None:
    """The stored vectors of all the recipient's words, or None when one of them has none."""
    parts = []
    if anchor_text and anchor_text.strip():
        if anchor_vector is None:
            return None
        parts.append(anchor_vector.reshape(1, -1))
    if recipient_vectors is not None and len(recipient_vectors):
        parts.append(recipient_vectors)
    stored = np.concatenate(parts) if parts else None
    return stored if stored is not None and len(stored) == len(words) else None
