"""What moderators do with cases: look at the queue, take one, read it, give it back."""

from uuid import UUID

from piccolo.querystring import QueryString

from api import clock
from api.accounts.schemas import Member
from api.database import fetch, fetch_one, transaction
from api.errors import NotFoundError
from api.moderation import case_machine, sealed
from api.moderation.audit import note
from api.moderation.case_rows import CaseRow, cases, lock_case, write_facts
from api.moderation.errors import EvidenceBrokenError
from api.moderation.schemas import (
    CaseRead,
    Category,
    DecidedRead,
    Decision,
    EarlierDecision,
    Evidence,
    NoticeText,
    WaitingCase,
)

CASES_SHOWN = 100

WAITS = "(r.decision IS NULL OR (r.appeal IS NOT NULL AND r.appeal_outcome IS NULL))"
FOR_ANOTHER = "(r.decided_by IS DISTINCT FROM {} OR r.decision IS NULL)"
_AT_A_TIME = 3
"""So many reports of one member wait among the first; more of theirs come when everybody else's are done."""
_BEYOND_THEIRS = (
    "(r.appeal IS NULL AND (SELECT count(*) FROM report AS sooner WHERE sooner.reporter = r.reporter "
    "AND sooner.decision IS NULL AND (sooner.category <> 'danger', sooner.created_at, sooner.id) "
    f"< (r.category <> 'danger', r.created_at, r.id)) >= {_AT_A_TIME})"
)
_IN_TURN = f"{_BEYOND_THEIRS}, (r.category = 'danger') DESC, coalesce(r.appealed_at, r.created_at), r.id"


async def queue(actor: Member) -> list[WaitingCase]:
    """The cases that wait and that the moderator may judge: danger first, then the oldest.

    Of one member's reports three at a time stand in this order, and all further ones behind everybody's: else a few
    accounts that report whomever they see would fill all that is shown, and nobody would come to a report behind it.

    Raises:
        NotFoundError: The actor is no moderator.
    """
    rows = await cases(
        actor,
        QueryString(f"{WAITS} AND {FOR_ANOTHER} ORDER BY {_IN_TURN} LIMIT {{}}", actor.id, CASES_SHOWN),
    )
    return await _waiting(actor, rows)


async def waiting_cases(actor: Member) -> int:
    """How many cases wait that the moderator may judge and nobody has.

    Raises:
        NotFoundError: The actor is no moderator.
    """
    free = "(r.claimed_until IS NULL OR r.claimed_until <= {})"
    return len(await cases(actor, QueryString(f"{WAITS} AND {FOR_ANOTHER} AND {free}", actor.id, clock.now())))


async def appeals_for_others(actor: Member) -> int:
    """How many appeals wait against decisions of the moderator's own, which another has to look at.

    Raises:
        NotFoundError: The actor is no moderator.
    """
    against = "r.decided_by = {} AND r.appeal IS NOT NULL AND r.appeal_outcome IS NULL"
    return len(await cases(actor, QueryString(against, actor.id)))


async def look_at(actor: Member, case_id: UUID) -> WaitingCase:
    """A case that waits, without any words: who has it.

    Raises:
        NotFoundError: There is none that the moderator may judge.
    """
    rows = await cases(actor, QueryString(f"r.id = {{}} AND {WAITS} AND {FOR_ANOTHER}", case_id, actor.id))
    if not rows:
        raise NotFoundError
    [read] = await _waiting(actor, rows)
    return read


async def claim(actor: Member, case_id: UUID) -> None:
    """Take a case for an hour.

    Raises:
        NotFoundError: There is no such case, the actor is no moderator, or they have a part in it.
        CaseClosedError: There is nothing to decide.
        SameModeratorError: It is an appeal against the actor's own decision.
        ClaimedError: Another moderator has it.
    """
    async with transaction():
        row = await lock_case(actor, case_id)
        name = (await _names(row.claimed_by)).get(row.claimed_by, "Another moderator") if row.claimed_by else ""
        facts = case_machine.claim(row.facts, actor.id, clock.now(), name_of_holder=name)
        await write_facts(row.id, facts)
        await note(actor.id, "claimed", report=row.id, detail="appeal" if row.appealed_at else "")


async def release(actor: Member, case_id: UUID) -> None:
    """Give a case back.

    Raises:
        NotFoundError: There is no such case, the actor is no moderator, or they have a part in it.
        CaseClosedError: There is nothing to decide.
        NotTakenError: The actor does not have it.
    """
    async with transaction():
        row = await lock_case(actor, case_id)
        await write_facts(row.id, case_machine.release(row.facts, actor.id, clock.now()))
        await note(actor.id, "released", report=row.id)


async def open_case(actor: Member, case_id: UUID) -> CaseRead:
    """Read a case that the moderator has taken; that they read its evidence is kept in the audit trail.

    Raises:
        NotFoundError: There is no such case, the actor is no moderator, or they have a part in it.
        CaseClosedError: There is nothing to decide.
        NotTakenError: The actor does not have it.
        EvidenceBrokenError: The evidence cannot be read.
    """
    async with transaction():
        row = await lock_case(actor, case_id)
        case_machine.check_holder(row.facts, actor.id, clock.now())
        evidence = await evidence_of(row.id)
        await note(actor.id, "read_evidence", report=row.id)
        earlier = await earlier_decisions(row)
    return CaseRead(
        id=row.id,
        kind=row.target_kind,
        category=row.category,
        created_at=row.created_at,
        claimed_until=row.claimed_until or clock.now(),
        words=sealed.opened(row.words, column="words", report=row.id),
        evidence=evidence,
        reported_is_here=row.reported is not None,
        earlier=earlier,
        may_suspend=step_before(earlier) is not None,
        decided=_decided(row),
    )


async def evidence_of(case_id: UUID) -> Evidence:
    """The evidence of a case, opened; the caller writes down that it was read.

    Raises:
        EvidenceBrokenError: It cannot be read.
    """
    kept = await fetch_one("SELECT sealed, digest FROM report_evidence WHERE report = {}", case_id)
    if kept is None:
        raise EvidenceBrokenError
    return sealed.opened_evidence(kept["sealed"], kept["digest"], report=case_id)


async def earlier_decisions(row: CaseRow) -> list[EarlierDecision]:
    """What was decided about the same member in other cases, newest first, without a word of these."""
    rows = await fetch(
        "SELECT decision, rule, decided_at, appeal_outcome IS NOT DISTINCT FROM 'overturned' AS overturned FROM report "
        "WHERE reported = {} AND id <> {} AND decision IS NOT NULL AND decision <> 'no_action' "
        "ORDER BY decided_at DESC, id",
        row.reported,
        row.id,
    )
    return [
        EarlierDecision(Decision(one["decision"]), Category(one["rule"]), one["decided_at"], one["overturned"])
        for one in rows
    ]


def step_before(earlier: list[EarlierDecision]) -> EarlierDecision | None:
    """The latest step after which an account may be suspended: a pause of requests that was not overturned."""
    steps = (one for one in earlier if one.decision is Decision.REQUESTS_PAUSED and not one.overturned)
    return next(steps, None)


async def _waiting(actor: Member, rows: list[CaseRow]) -> list[WaitingCase]:
    now = clock.now()
    holders = {row.id: case_machine.holder(row.facts, now) for row in rows}
    names = await _names(*(holder for holder in holders.values() if holder is not None))
    return [
        WaitingCase(
            id=row.id,
            kind=row.target_kind,
            category=row.category,
            created_at=row.appealed_at or row.created_at,
            is_appeal=case_machine.waits_for_another(row.facts),
            claimed_by=names.get(holder) if (holder := holders[row.id]) is not None else None,
            claimed_until=row.claimed_until if holder is not None else None,
            mine=holder == actor.id,
        )
        for row in rows
    ]


def _decided(row: CaseRow) -> DecidedRead | None:
    if row.decision is None or row.decided_at is None:
        return None
    return DecidedRead(
        decision=row.decision,
        rule=row.rule,
        reason=sealed.opened(row.reason, column="reason", report=row.id) or "",
        text=sealed.opened_struct(NoticeText, row.notice, column="notice", report=row.id),
        decided_at=row.decided_at,
        requests_paused_until=row.requests_paused_until,
        appeal=sealed.opened(row.appeal, column="appeal", report=row.id),
    )


async def _names(*member_ids: UUID) -> dict[UUID, str]:
    rows = await fetch("SELECT id, display_name FROM account WHERE id = ANY({}::uuid[])", list(member_ids))
    return {row["id"]: row["display_name"] for row in rows}
