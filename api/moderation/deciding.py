"""Deciding a case, and an appeal against a decision: what it says and what it does are written in one transaction."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from api import clock
from api.accounts.schemas import Member
from api.database import fetch, transaction
from api.errors import FieldError, InvalidError
from api.mail.letters import letter
from api.mail.schemas import MailKind
from api.mail.services import send
from api.moderation import case_machine, sealed
from api.moderation.audit import note
from api.moderation.case_rows import CaseRow, lock_case, write
from api.moderation.cases import earlier_decisions, evidence_of, step_before
from api.moderation.decision_checks import LONGEST_REASON, problems_with_decision
from api.moderation.holding_decisions import HELD, suspended, take_effect
from api.moderation.notice_words import names_left_out, quotes_of
from api.moderation.removal import can_be_removed, put_back, take_out
from api.moderation.schemas import (
    AppealDecision,
    AppealOutcome,
    Decision,
    DecisionCreate,
    Evidence,
    NoticeText,
    Part,
)
from api.profiles.vectors import with_vectors
from api.protections import line_of, protecting, strike_out
from api.texts import problem_with, tidy


async def decide(actor: Member, case_id: UUID, *, draft: DecisionCreate) -> None:
    """Decide a case that the moderator has taken. What was decided has its effect when this returns.

    Raises:
        NotFoundError: There is no such case, the actor is no moderator, or they have a part in it.
        CaseClosedError: It is decided.
        NotTakenError: The actor does not have it.
        InvalidError: Something is missing, or this step cannot be taken.
        EvidenceBrokenError: The evidence cannot be read.
    """
    async with protecting() as keep:
        row = await lock_case(actor, case_id)
        now = clock.now()
        case_machine.decide(row.facts, actor.id, now, draft.decision)
        evidence = await evidence_of(row.id)
        step = step_before(await earlier_decisions(row))
        names = await names_left_out(row.reported, reporter_name=evidence.reporter_name)
        _raise_any(problems_with_decision(draft, row=row, evidence=evidence, step_before=step, names=names))
        written = await _written(row, draft, evidence, now, names=names)
        await write(row.id, decided_by=actor.id, after_step_at=step.decided_at if step is not None else None, **written)
        detail = " ".join(filter(None, (draft.decision, draft.rule, f"{draft.days} days" if draft.days else "")))
        await note(actor.id, "decided", report=row.id, detail=detail)
        await _tell(row.reporter, row.reported if draft.decision is not Decision.NO_ACTION else None)
        await take_effect(row.id, row.reported, draft.decision)
        if draft.decision in HELD and row.reported is not None:
            keep(await suspended(row.id), line=line_of(row.id))


async def decide_appeal(actor: Member, case_id: UUID, *, draft: AppealDecision) -> None:
    """Decide an appeal against another moderator's decision; overturned, its effect is undone when this returns.

    Raises:
        NotFoundError: There is no such case, the actor is no moderator, or they have a part in it.
        CaseClosedError: No appeal waits.
        NotTakenError: The actor does not have it.
        InvalidError: The reason is missing or too long.
    """
    reason = tidy(draft.reason)
    problem = problem_with(reason, field="reason", name="The reason", most=LONGEST_REASON)
    _raise_any([] if problem is None else [problem])
    overturned = draft.outcome is AppealOutcome.OVERTURNED

    async def write_it(vectors: Mapping[str, str]) -> list[UUID]:
        async with transaction():
            row = await lock_case(actor, case_id)
            now = clock.now()
            case_machine.decide_appeal(row.facts, actor.id, now, draft.outcome)
            await write(
                row.id,
                appeal_outcome=draft.outcome,
                appeal_decided_by=actor.id,
                appeal_decided_at=now,
                appeal_reason=sealed.seal(reason, column="appeal_reason", report=row.id),
                notice_seen_at=None,
            )
            await note(actor.id, "decided_appeal", report=row.id, detail=draft.outcome)
            await _tell(row.reported, row.reporter if overturned else None)
            return await _undo(row, vectors) if overturned else []

    back = await with_vectors([], write_it)
    if overturned:
        await strike_out(line_of(case_id), *map(line_of, back))


async def _written(
    row: CaseRow, draft: DecisionCreate, evidence: Evidence, now: datetime, *, names: Collection[str]
) -> dict[str, object]:
    """The columns of a decision, with its words sealed; words that are to be taken out are out by now."""
    acts = draft.decision is not Decision.NO_ACTION
    parts = [evidence.parts[place] for place in sorted(draft.parts)]
    notice = NoticeText(tidy(draft.words), quotes_of(parts, names=names))
    at_once = tidy(draft.at_once)
    pauses = draft.decision is Decision.REQUESTS_PAUSED and draft.days is not None
    removed: list[Part] = []
    if draft.decision is Decision.WORDS_REMOVED and row.reported is not None:
        removed = await take_out(row.reported, [part for part in parts if can_be_removed(part)], case_id=row.id)
    return {
        "decision": draft.decision,
        "decided_at": now,
        "reason": sealed.seal(tidy(draft.reason), column="reason", report=row.id),
        "rule": draft.rule if acts else None,
        "notice": sealed.seal_struct(notice, column="notice", report=row.id) if acts else None,
        "requests_paused_until": now + timedelta(days=draft.days or 0) if pauses else None,
        "at_once": sealed.seal(at_once, column="at_once", report=row.id) if at_once else None,
        "removed": sealed.seal_struct(removed, column="removed", report=row.id) if removed else None,
    }


async def _tell(*member_ids: UUID | None) -> None:
    """Write to members that something waits for them; the mail does not say what, and is the same for both sides."""
    rows = await fetch(
        "SELECT email FROM account WHERE id = ANY({}::uuid[]) AND erased_at IS NULL ORDER BY id",
        [member_id for member_id in member_ids if member_id is not None],
    )
    for row in rows:
        await send(to=row["email"], mail=letter(MailKind.NOTICE_WAITS))


async def _undo(row: CaseRow, vectors: Mapping[str, str]) -> list[UUID]:
    """Take back what was decided; which rows have words again that were taken out."""
    removed = sealed.opened_struct(list[Part], row.removed, column="removed", report=row.id) or []
    if removed and row.reported is not None:
        removed = await put_back(row.reported, removed, case_id=row.id, vectors=vectors)
    await take_effect(row.id, row.reported, Decision(str(row.decision)))
    return [part.id for part in removed if part.id is not None]


def _raise_any(problems: list[FieldError]) -> None:
    if problems:
        raise InvalidError("Some of the decision needs to be put right.", errors=tuple(problems))
