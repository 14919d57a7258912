"""Reasons that a member has begun to write: kept while they write, shown to nobody else, gone when they are sent."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from api.accounts.schemas import Member
from api.connections.schemas import Anchor, AnchorKind, RequestCreate
from api.database import fetch
from api.drafts import queries as drafts
from api.drafts import services as keeping
from api.drafts.schemas import LONGEST_DRAFT, Draft, DraftKind, DraftWords, Place
from api.errors import NotFoundError
from api.profiles.errors import PurposeOffError
from api.profiles.queries import has_purpose, member_summaries, see_member
from api.profiles.schemas import MemberSummary, Purpose
from api.profiles.visibility import can_read_statement, can_see_member
from api.texts import length


class ReasonDraftSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reason as far as it has been written. Where neither a reason nor a place is written, nothing is kept."""

    reason: Annotated[str, length(LONGEST_DRAFT, least=0)] = ""
    anchor: Anchor | None = None


class ReasonDraft(msgspec.Struct, frozen=True):
    """A reason that its writer has begun."""

    id: UUID
    member: MemberSummary | None
    """To whom; nobody where its writer cannot see them (any more), whatever the reason: the words stay theirs."""
    purpose: Purpose
    reason: str
    anchor: Anchor | None
    """What was chosen, as long as its writer may read it."""
    changed_at: datetime


async def keep_reason(
    actor: Member, recipient_id: UUID, *, purpose: Purpose, draft: ReasonDraftSet
) -> ReasonDraft | None:
    """Keep a reason as far as the actor has written it; None where nothing was written, and nothing is kept then.

    Raises:
        QuotaReachedError: The actor has not seen the other, and may see nobody new just now.
        NotFoundError: There is no such member, the actor may not see them, or it is the actor.
        PurposeOffError: The actor has not switched the purpose on.
        InvalidError: It is too long to be kept, or has characters that cannot be kept.
        DraftsFullError: The actor has begun as much as is kept for one.
    """
    if recipient_id == actor.id:
        raise NotFoundError
    await see_member(actor, recipient_id)
    if not await has_purpose(actor.id, purpose):
        raise PurposeOffError
    kept = await keeping.keep(
        actor,
        words=_words(Place(DraftKind.REASON, recipient_id, purpose), draft),
        provided=QueryString(
            "EXISTS (SELECT 1 FROM account AS a WHERE a.id = {} AND {})",
            recipient_id,
            can_see_member(actor.id, "a.id"),
        ),
    )
    return None if kept is None else (await _read(actor, [kept]))[0]


async def reason_draft(actor: Member, recipient_id: UUID, *, purpose: Purpose) -> ReasonDraft | None:
    """What the actor has begun to write to somebody for a purpose."""
    found = await drafts.draft_at(actor, Place(DraftKind.REASON, recipient_id, purpose))
    return None if found is None else (await _read(actor, [found]))[0]


async def reason_drafts(actor: Member) -> list[ReasonDraft]:
    """All reasons that the actor has begun, the latest first."""
    return await _read(actor, await drafts.drafts(actor, kind=DraftKind.REASON))


async def forget_reason(actor: Member, recipient_id: UUID, *, purpose: Purpose) -> None:
    """Throw away what the actor has begun to write to somebody for a purpose, if anything."""
    await keeping.forget_at(actor, Place(DraftKind.REASON, recipient_id, purpose))


async def forget_sent_reason(actor: Member, sent: RequestCreate) -> None:
    """Throw away the draft of a reason that is sent, within the transaction that sends it."""
    await keeping.forget_sent(actor, Place(DraftKind.REASON, sent.recipient_id, sent.purpose), text=sent.reason)


def _words(place: Place, draft: ReasonDraftSet) -> DraftWords:
    anchor = draft.anchor
    if anchor is None:
        return DraftWords(place, draft.reason)
    chosen = AnchorKind.MET.value if anchor.kind is AnchorKind.MET else str(anchor.id or "")
    return DraftWords(place, draft.reason, chosen, anchor.where or "")


async def _read(actor: Member, found: list[Draft]) -> list[ReasonDraft]:
    seen = await member_summaries(actor, [draft.words.place.about for draft in found])
    readable = await _readable(actor, found)
    read = []
    for draft in found:
        purpose = draft.words.place.purpose
        if purpose is None:  # pragma: no cover - `keep_reason` gives one to each
            continue
        words = draft.words
        member = seen.get(words.place.about)
        read.append(
            ReasonDraft(draft.id, member, purpose, words.text, _anchor(words, member, readable), draft.changed_at)
        )
    return read


def _anchor(words: DraftWords, member: MemberSummary | None, readable: set[str]) -> Anchor | None:
    if words.anchor == AnchorKind.MET.value:
        return Anchor(AnchorKind.MET, where=words.where)
    if member is None or words.anchor not in readable:
        return None
    return Anchor(AnchorKind.STATEMENT, id=UUID(words.anchor), where=words.where or None)


async def _readable(actor: Member, found: list[Draft]) -> set[str]:
    """Those of the chosen statements that the actor may read at this moment."""
    chosen = []
    for draft in found:
        try:
            chosen.append(UUID(draft.words.anchor))
        except ValueError:
            continue
    rows = await fetch(
        "SELECT s.id FROM statement AS s WHERE s.id = ANY({}::uuid[]) AND {}",
        chosen,
        can_read_statement(actor.id, "s"),
    )
    return {str(row["id"]) for row in rows}
