"""Letting what moderators decided hold for an account: at once, and again after a restore that lost the case."""

from datetime import datetime
from typing import Final
from uuid import UUID

from api import clock
from api.connections.request_rows import lock_members
from api.database import fetch, transaction
from api.moderation import sealed
from api.moderation.audit import note
from api.moderation.schemas import Decision, Evidence, NoticeText, TargetKind
from api.moderation.suspended_addresses import suspend_or_lift
from api.protections import Suspended

HELD: Final = frozenset({Decision.ACCOUNT_SUSPENDED, Decision.REQUESTS_PAUSED})

_LOST = (
    "This site was put back from a backup, and the words of this decision were lost with what was written after it. "
    "What was decided still holds. You may appeal: then another moderator looks at it."
)
_LOST_REASON = "The words of this decision were lost when the site was put back from a backup; so was the evidence."


async def take_effect(case_id: UUID, reported: UUID | None, decision: Decision) -> None:
    """Make the account be as all decisions about it that stand say together."""
    if decision is Decision.ACCOUNT_SUSPENDED:
        await suspend_or_lift(case_id, reported)
    elif decision is Decision.REQUESTS_PAUSED and reported is not None:
        await lock_members(reported)
        await fetch(
            "UPDATE account SET requests_paused_until = (SELECT max(r.requests_paused_until) FROM report AS r "
            "WHERE r.reported = account.id AND r.appeal_outcome IS DISTINCT FROM 'overturned') WHERE id = {}",
            reported,
        )


async def suspended(case_id: UUID) -> Suspended:
    """What is noted of a decision that has just been written, lest a restore undo it."""
    [row] = await fetch(
        "SELECT id AS case, reported, decided_by, rule, requests_paused_until, after_step_at, "
        "(SELECT digest FROM suspended_address WHERE report = report.id LIMIT 1) AS digest FROM report WHERE id = {}",
        case_id,
    )
    return Suspended(**row)


async def hold_again(said: Suspended, *, at: datetime) -> bool:
    """Let a decision hold again that a restore has undone; whether it did not.

    Its member is told, and may appeal, as of any other: nobody is suspended without being told.
    """
    decision = Decision.REQUESTS_PAUSED if said.requests_paused_until is not None else Decision.ACCOUNT_SUSPENDED
    async with transaction():
        there = await fetch("SELECT id FROM account WHERE id = {} FOR NO KEY UPDATE", said.reported)
        reported = said.reported if there else None
        if reported is None and said.digest is None:
            return False
        if not await _decided(said, decision, reported, at=at):
            return False
        if reported is None:  # who joins again with this address is suspended
            await fetch(
                "INSERT INTO suspended_address (report, digest, kept_at) VALUES ({}, {}, {}) ON CONFLICT DO NOTHING",
                said.case,
                said.digest,
                clock.now(),
            )
        await take_effect(said.case, reported, decision)
        await note(said.decided_by, "decided", report=said.case, detail=f"{decision} {said.rule} after a restore")
    return True


async def _decided(said: Suspended, decision: Decision, reported: UUID | None, *, at: datetime) -> bool:
    """Write the decision into its case, or into a new one where that is lost; whether it was not there."""
    made = await fetch(
        "INSERT INTO report (id, reporter, reported, target_kind, target, category, created_at) "
        "VALUES ({}, NULL, {}, {}, {}, {}, {}) ON CONFLICT (id) DO NOTHING RETURNING id",
        said.case,
        reported,
        TargetKind.MEMBER,
        said.reported,
        said.rule,
        at,
    )
    if made:
        evidence, digest = sealed.seal_evidence(Evidence(TargetKind.MEMBER, "", "", None, []), report=said.case)
        await fetch(
            "INSERT INTO report_evidence (report, sealed, digest, sealed_at) VALUES ({}, {}, {}, {})",
            said.case,
            evidence,
            digest,
            clock.now(),
        )
    at_once = decision is Decision.ACCOUNT_SUSPENDED and said.after_step_at is None
    return bool(
        await fetch(
            "UPDATE report SET decision = {}, rule = {}, decided_by = {}, decided_at = {}, reason = {}, notice = {}, "
            "at_once = {}, after_step_at = {}, requests_paused_until = {}, claimed_by = NULL, claimed_until = NULL "
            "WHERE id = {} AND decision IS NULL RETURNING id",
            decision,
            said.rule,
            said.decided_by,
            at,
            sealed.seal(_LOST_REASON, column="reason", report=said.case),
            sealed.seal_struct(NoticeText(_LOST, []), column="notice", report=said.case),
            sealed.seal(_LOST_REASON, column="at_once", report=said.case) if at_once else None,
            said.after_step_at,
            said.requests_paused_until,
            said.case,
        )
    )
