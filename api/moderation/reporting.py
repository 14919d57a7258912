"""Reporting what somebody wrote, and reading what came of it."""

from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

from piccolo.querystring import QueryString

from api import clock
from api.accounts.schemas import Member
from api.database import fetch, fetch_one
from api.errors import InvalidError, NotFoundError
from api.idempotency.services import once
from api.moderation import sealed
from api.moderation.blocking import keep_apart
from api.moderation.case_rows import keep_ties
from api.moderation.evidence import Found, gather, was_blocked_by
from api.moderation.schemas import (
    LONGEST_WORDS,
    AppealOutcome,
    Category,
    Decision,
    ReportCreate,
    ReportRead,
    Target,
    TargetKind,
)
from api.profiles.visibility import can_see_member
from api.protections import protecting
from api.texts import problem_with, tidy

MOST_WORDS = 6000
"""With all that was added to one report."""

_READ = "id, target_kind, target, category, created_at, decision, appeal_outcome, decided_at"


async def check_reportable(actor: Member, target: Target) -> UUID | None:
    """Hold that the actor may report something, without keeping anything; whom it is about, where they are there.

    Raises:
        NotFoundError: There is no such thing, or it never was the actor's to see.
        QuotaReachedError: It is about somebody whom the actor has not seen lately, and they may see nobody new now.
        InvalidError: It is the actor's own.
    """
    return (await gather(actor, target)).reported


async def report(actor: Member, *, draft: ReportCreate) -> ReportRead:
    """Report something, with the evidence sealed at this moment; and block whoever it is about, if that is wished.

    What was reported and waits is not reported twice: words are added to the report there is, and danger makes it
    come first. What was decided is not looked at again while it is the same and nothing new is said about it; nor
    because of what changed out of the actor's sight, as they would learn of it from that.

    Raises:
        NotFoundError: There is no such thing, or it never was the actor's to see.
        QuotaReachedError: It is about somebody whom the actor has not seen lately, and they may see nobody new now.
        InvalidError: It is the actor's own, or the words cannot be kept.
    """
    words = tidy(draft.words or "")
    problem = problem_with(words, field="words", name="What you wrote", least=0, most=LONGEST_WORDS)
    if problem is not None:
        raise InvalidError(problem.detail, errors=(problem,))
    async with protecting(), once(actor) as doing:
        # Whoever reports the same twice at the same moment waits here for themself. Not for a row: a block locks both
        # members in an order of its own.
        await fetch("SELECT pg_advisory_xact_lock(hashtextextended({}, 5))", f"{actor.id} {draft.target.id}")
        found = await _found(actor, draft.target)
        read = await _again(actor, draft, words, found)
        if found is None:
            if read is None:
                raise NotFoundError
            return await doing.answer(read)
        read = read or await _anew(actor, draft, words, found)
        if draft.block and found.reported is not None:
            with suppress(NotFoundError):  # they are out of each other's sight already
                await keep_apart(actor, found.reported)
        return await doing.answer(read)


async def my_reports(actor: Member) -> list[ReportRead]:
    """What the actor reported, newest first, and what came of it."""
    rows = await fetch(f"SELECT {_READ} FROM report WHERE reporter = {{}} ORDER BY created_at DESC, id", actor.id)
    return [_read(row) for row in rows]


async def _found(actor: Member, target: Target) -> Found | None:
    """What a report is about; None where the actor cannot report it, or no more since they blocked its author."""
    try:
        return await gather(actor, target)
    except NotFoundError:
        return None


async def _again(actor: Member, draft: ReportCreate, words: str, found: Found | None) -> ReportRead | None:
    """The report that there is of the same thing; None when a new one is to be made."""
    row = await fetch_one(
        f"SELECT {_READ}, words, digest, {{}} AS in_sight, {{}} AS blocked FROM report "
        "JOIN report_evidence AS e ON e.report = id WHERE reporter = {} AND target_kind = {} AND target = {} "
        "ORDER BY created_at DESC LIMIT 1 FOR UPDATE OF report",
        can_see_member(actor.id, "report.reported"),
        was_blocked_by(actor.id, "report.reported"),
        actor.id,
        draft.target.kind,
        draft.target.id,
    )
    if row is None or (found is None and not row["blocked"]):
        return None
    if row["decision"] is not None:
        looked_at = found is None or not row["in_sight"] or bytes(row["digest"]) == sealed.digest_of(found.evidence)
        return _read(row) if looked_at and not words else None
    kept = sealed.opened(row["words"], column="words", report=row["id"]) or ""
    if words and words not in kept:
        kept = f"{kept}\n\n{words}".strip()
        if len(kept) > MOST_WORDS:
            raise InvalidError.field("words", "too-long", "You have said as much about this as we can keep.")
    category = Category.DANGER if draft.category is Category.DANGER else Category(row["category"])
    await fetch(
        "UPDATE report SET category = {}, words = {} WHERE id = {}",
        category,
        sealed.seal(kept, column="words", report=row["id"]) if kept else None,
        row["id"],
    )
    return _read(row | {"category": category})


async def _anew(actor: Member, draft: ReportCreate, words: str, found: Found) -> ReportRead:
    report_id, now = uuid4(), clock.now()
    [row] = await fetch(
        "INSERT INTO report (id, reporter, reported, target_kind, target, category, words, created_at) "
        f"VALUES ({{}}, {{}}, {{}}, {{}}, {{}}, {{}}, {{}}, {{}}) RETURNING {_READ}",
        report_id,
        actor.id,
        found.reported,
        draft.target.kind,
        draft.target.id,
        draft.category,
        sealed.seal(words, column="words", report=report_id) if words else None,
        now,
    )
    token, digest = sealed.seal_evidence(found.evidence, report=report_id)
    await fetch(
        "INSERT INTO report_evidence (report, sealed, digest, sealed_at) VALUES ({}, {}, {}, {})",
        report_id,
        token,
        digest,
        now,
    )
    await keep_ties(QueryString("r.id = {}", report_id))
    return _read(row)


def _read(row: dict[str, Any]) -> ReportRead:
    decided = row["decision"] is not None
    return ReportRead(
        id=row["id"],
        target=Target(TargetKind(row["target_kind"]), row["target"]),
        category=Category(row["category"]),
        state="decided" if decided else "waiting",
        outcome=_outcome(row) if decided else None,
        created_at=row["created_at"],
        decided_at=row["decided_at"],
    )


def _outcome(row: dict[str, Any]) -> Any:
    """What the reporter is told; which step was taken is between moderators and the member concerned."""
    if row["decision"] == Decision.NO_ACTION:
        return "no_rule_broken"
    return "overturned" if row["appeal_outcome"] == AppealOutcome.OVERTURNED else "acted"
