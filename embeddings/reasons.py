"""Verdicts on a reason: is it about this person, in the sender's own fresh words, and fair to read?"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embeddings.reason_contacts import contact_details
from embeddings.reason_copies import EarlierReason, copied
from embeddings.reason_findings import Finding, finding
from embeddings.reason_grounding import Encodes, ground
from embeddings.reason_rules import commands, errands, only_a_wish, only_about_the_writer, sales
from embeddings.texts import normalise

__all__ = ["MAX_REASON", "MIN_REASON", "EarlierReason", "Finding", "judge_reason", "normalise_reason", "sendable"]

MIN_REASON, MAX_REASON = 60, 600
# What is longer than this is only told so: nobody reads on, and no rule needs to.
_UNREADABLE = 4 * MAX_REASON
# Where selling is near, two of its expressions must come together before a note is worth it.
_SALES_TOGETHER = 2
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
    others_texts: Sequence[str] = (),
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
        others_texts: Statements of other members for contrast; better given as `contrast`.
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
    found = [] if (anchor_text or "").strip() else [finding("no-anchor", *whole)]
    found += _by_rules(text, sender_texts=sender_texts)
    span = copied(text, names=names, anchor_text=anchor_text, earlier=earlier_reasons)
    if span is not None:
        found.append(finding("copy", *span))
    words = [*([anchor_text] if anchor_text and anchor_text.strip() else []), *recipient_texts]
    if text and words:
        if others_texts:
            encoded = await encoder.encode(others_texts)
            contrast = encoded if contrast is None else np.concatenate([contrast, encoded])
        grounding = await ground(
            encoder,
            text,
            words_of_recipient=words,
            vectors_of_recipient=_stored(words, anchor_text, anchor_vector, recipient_vectors),
            contrast=contrast,
            names=names,
        )
        if grounding.template is not None:
            found.append(finding("template", *grounding.template))
        elif grounding.far:
            found.append(finding("far-from-anchor", *whole))
        found += _pitch(text, grounding.pitch, purpose=purpose)
    return sorted(found, key=lambda one: (one.severity != "refuse", one.start, one.end, one.code))


def _by_rules(text: str, *, sender_texts: Sequence[str]) -> list[Finding]:
    whole = (0, len(text))
    found: list[Finding] = []
    if len(text) < MIN_REASON:
        found.append(finding("too-short", *whole))
    if len(text) > MAX_REASON:
        found.append(finding("too-long", *whole))
    found += [finding("contact-details", *span) for span in contact_details(text)]
    found += [finding("errand", *span) for span in errands(text)]
    found += [finding("commanding", *span) for span in commands(text)]
    if only_about_the_writer(text, sender_texts):
        found.append(finding("only-about-you", *whole))
    wish = only_a_wish(text)
    if wish is not None:
        found.append(finding("nothing-for-them", *wish))
    return found


def _pitch(text: str, by_meaning: tuple[int, int] | None, *, purpose: str) -> list[Finding]:
    """A pitch by its meaning and by its words; under `business`, by both or by several of the words."""
    by_words = sales(text)
    enough = len(by_words) >= _SALES_TOGETHER or (by_meaning is not None and bool(by_words))
    if purpose != "business":
        enough = enough or by_meaning is not None
    if not enough:
        return []
    return [finding("pitch", *(by_words[0] if by_words else by_meaning or (0, len(text))))]


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
