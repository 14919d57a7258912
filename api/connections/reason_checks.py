"""Brings together what a reason is judged by, all of it readable by its sender, and has it judged."""

import asyncio
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

from api.accounts.schemas import Member
from api.connections.schemas import Anchor, AnchorKind, RequestCreate
from api.database import fetch, fetch_one
from api.encoding import encoder
from api.errors import FieldError, InvalidError, NotFoundError
from api.profiles.errors import PurposeOffError
from api.profiles.queries import has_purpose, member_summaries
from api.profiles.visibility import can_read_statement, can_see_member
from api.sealing import open_in, opened
from api.texts import problem_with, shows, tidy
from embeddings.columns import from_sent
from embeddings.reason_contacts import contact_details
from embeddings.reason_copies import copied
from embeddings.reason_findings import finding
from embeddings.reasons import MAX_REASON, EarlierReason, Finding, judge_reason, normalise_reason

SHORTEST_PLACE, LONGEST_PLACE = 3, 120
EARLIER_REASONS = 50
CONTRAST = 120
_LOOKED_AT = 2 * MAX_REASON
"""Code points; what is longer is refused, and nobody waits for it to be looked through."""


class Subject(msgspec.Struct, frozen=True):
    """Whom and what a reason is about, as its sender may read it."""

    recipient_id: UUID
    anchor_statement: UUID | None
    anchor_text: str | None
    """The words of the anchor; None when nothing that exists was chosen."""


async def find_subject(actor: Member, *, draft: RequestCreate) -> Subject:
    """Whom and what a draft is about.

    Raises:
        NotFoundError: There is no such member for this purpose, the actor may not see them, or it is the actor.
        PurposeOffError: The actor has not switched the purpose on.
        InvalidError: Where the two have met cannot be kept.
    """
    visible = await fetch_one(
        "SELECT 1 FROM account WHERE id = {} AND id <> {} AND {}",
        draft.recipient_id,
        actor.id,
        can_see_member(actor.id, "account.id"),
    )
    if visible is None:
        raise NotFoundError
    if not await has_purpose(actor.id, draft.purpose):
        raise PurposeOffError
    if not await has_purpose(draft.recipient_id, draft.purpose):
        raise NotFoundError
    if draft.anchor is not None and draft.anchor.kind is AnchorKind.MET:
        return Subject(draft.recipient_id, None, _place(draft.anchor))
    text = await _statement(actor, draft)
    anchor_id = draft.anchor.id if draft.anchor is not None and text is not None else None
    return Subject(draft.recipient_id, anchor_id, text)


def tidied_reason(draft: RequestCreate) -> str:
    """The reason of a draft as it is counted, judged and kept.

    Raises:
        InvalidError: It has characters that cannot be kept.
    """
    reason = normalise_reason(tidy(draft.reason))
    looked_at = reason[: _LOOKED_AT + 1]
    problem = problem_with(looked_at, field="reason", name="Your reason", least=0, most=_LOOKED_AT + 1)
    if problem is not None:
        raise InvalidError(problem.detail, errors=(problem,))
    return reason if shows(looked_at) or len(reason) > _LOOKED_AT else ""


async def judge(
    actor: Member, *, draft: RequestCreate, subject: Subject, earlier: list[EarlierReason]
) -> list[Finding]:
    """What speaks against the reason of a draft, from nothing but what the actor may read."""
    names = await member_summaries(actor, [actor.id, subject.recipient_id])
    texts, vectors = await _statements_of(actor, subject.recipient_id, draft)
    mine, _ = await _statements_of(actor, actor.id, draft)
    anchored = texts.index(subject.anchor_text) if subject.anchor_text in texts else None
    return await judge_reason(
        encoder(),
        reason=tidied_reason(draft),
        anchor_text=subject.anchor_text,
        recipient_texts=texts,
        sender_texts=mine,
        earlier_reasons=earlier,
        names=[summary.display_name for summary in names.values()],
        purpose=draft.purpose,
        anchor_vector=None if vectors is None or anchored is None else vectors[anchored],
        recipient_vectors=vectors,
        contrast=await _contrast(actor, draft),
    )


async def copy_of_newer(
    actor: Member, *, draft: RequestCreate, subject: Subject, earlier: list[EarlierReason]
) -> Finding | None:
    """Whether the reason copies one that the actor gave to somebody else after `earlier` was read."""
    newer = [one for one in await earlier_reasons(actor, subject.recipient_id) if one not in earlier]
    if not newer:
        return None
    names = await member_summaries(actor, [actor.id, subject.recipient_id])
    found = await asyncio.to_thread(
        copied,
        tidied_reason(draft),
        names=[summary.display_name for summary in names.values()],
        anchor_text=subject.anchor_text,
        earlier=newer,
    )
    return None if found is None else finding("copy", *found)


def _place(anchor: Anchor) -> str | None:
    where = tidy(anchor.where or "")
    if not where:
        return None
    problem = problem_with(
        where,
        field="anchor/where",
        name="Where you have met",
        least=SHORTEST_PLACE,
        most=LONGEST_PLACE,
        lines=False,
    )
    if problem is None and contact_details(where):
        said = "Say only where you have met: no links, numbers or addresses."
        problem = FieldError("/anchor/where", "contact-details", said)
    if problem is not None:
        raise InvalidError(problem.detail, errors=(problem,))
    return where


async def _statement(actor: Member, draft: RequestCreate) -> str | None:
    if draft.anchor is None or draft.anchor.kind is not AnchorKind.STATEMENT or draft.anchor.id is None:
        return None
    row = await fetch_one(
        "SELECT s.id, s.text FROM statement AS s WHERE s.id = {} AND s.author = {} AND s.purpose = {} AND {}",
        draft.anchor.id,
        draft.recipient_id,
        draft.purpose,
        can_read_statement(actor.id, "s"),
    )
    return None if row is None else opened(row["text"], about="statement.text", row=row["id"])


async def _statements_of(
    actor: Member, member_id: UUID, draft: RequestCreate
) -> tuple[list[str], NDArray[np.float32] | None]:
    """A member's statements that the actor may read, and their vectors (n, 384) where every one is stored."""
    rows = await fetch(
        "SELECT s.id, s.text, halfvec_send(v.vector) AS vector FROM statement AS s "
        "LEFT JOIN statement_vector AS v ON v.statement = s.id AND v.purpose = s.purpose AND v.model = {} "
        "WHERE s.author = {} AND s.purpose = {} AND {} ORDER BY s.created_at, s.id",
        encoder().model.name,
        member_id,
        draft.purpose,
        can_read_statement(actor.id, "s"),
    )
    open_in(rows, text="statement.text")
    stored = [row["vector"] for row in rows]
    vectors = np.stack([from_sent(vector) for vector in stored]) if stored and None not in stored else None
    return [row["text"] for row in rows], vectors


async def earlier_reasons(actor: Member, recipient_id: UUID) -> list[EarlierReason]:
    """What the actor wrote to others before, also where it became an acceptance because both had asked."""
    rows = await fetch(
        "SELECT said.id, said.reason, said.crossed_reason, said.anchor_text, "
        "CASE WHEN {} THEN other.display_name END AS display_name FROM ("
        "SELECT id, reason, NULL AS crossed_reason, anchor_text, recipient AS other, created_at "
        "FROM connection_request WHERE sender = {} UNION ALL "
        "SELECT id, NULL, crossed_reason, NULL, asker, created_at FROM connection "
        "WHERE accepter = {} AND crossed_reason IS NOT NULL"
        ") AS said LEFT JOIN account AS other ON other.id = said.other WHERE said.other IS DISTINCT FROM {} "
        "ORDER BY said.created_at DESC LIMIT {}",
        can_see_member(actor.id, "other.id"),
        actor.id,
        actor.id,
        recipient_id,
        EARLIER_REASONS,
    )
    open_in(
        rows,
        reason="connection_request.reason",
        anchor_text="connection_request.anchor_text",
        crossed_reason="connection.crossed_reason",
    )
    return [
        EarlierReason(
            text=row["reason"] or row["crossed_reason"],
            names=[name for name in (actor.display_name, row["display_name"]) if name],
            anchor_text=row["anchor_text"],
        )
        for row in rows
    ]


async def _contrast(actor: Member, draft: RequestCreate) -> NDArray[np.float32] | None:
    """Vectors (m, 384) of what others wrote for the same purpose: always the same ones for one recipient.

    They are the rows that follow the recipient's id, and then the first ones, so that the key's index finds them. Only
    those that the actor may read are counted: else others would move these to and fro.
    """
    readable = (
        "SELECT v.statement, v.vector FROM statement_vector AS v JOIN statement AS s ON s.id = v.statement "
        "WHERE v.purpose = {} AND v.model = {} AND v.member NOT IN ({}, {}) AND {} AND v.statement"
    )
    first = draft.purpose, encoder().model.name, draft.recipient_id, actor.id, can_read_statement(actor.id, "s")
    rows = await fetch(
        f"SELECT halfvec_send(near.vector) AS vector FROM (({readable} >= {{}} ORDER BY v.statement LIMIT {{}}) "
        f"UNION ALL ({readable} < {{}} ORDER BY v.statement LIMIT {{}})) AS near LIMIT {{}}",
        *first,
        draft.recipient_id,
        CONTRAST,
        *first,
        draft.recipient_id,
        CONTRAST,
        CONTRAST,
    )
    return np.stack([from_sent(row["vector"]) for row in rows]) if rows else None
