"""Cases in the database: which a moderator may have to do with, locked, and as what the case machine knows of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from api.accounts.schemas import Member
from api.database import fetch, fetch_as
from api.errors import NotFoundError
from api.moderation.case_machine import CaseFacts
from api.moderation.schemas import AppealOutcome, Category, Decision, TargetKind
from api.settings import settings

COLUMNS = (
    "r.id, r.reporter, r.reported, r.target_kind, r.target, r.category, r.words, r.created_at, r.claimed_by, "
    "r.claimed_until, r.decision, r.rule, r.decided_by, r.decided_at, r.reason, r.notice, r.notice_seen_at, "
    "r.requests_paused_until, r.removed, r.appeal, r.appealed_at, r.appeal_outcome, r.appeal_decided_by, "
    "r.appeal_decided_at, r.appeal_reason"
)


class CaseRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `report`."""

    id: UUID
    reporter: UUID | None
    reported: UUID | None
    target_kind: TargetKind
    target: UUID
    category: Category
    words: str | None
    created_at: datetime
    claimed_by: UUID | None
    claimed_until: datetime | None
    decision: Decision | None
    rule: Category | None
    decided_by: UUID | None
    decided_at: datetime | None
    reason: str | None
    notice: str | None
    notice_seen_at: datetime | None
    requests_paused_until: datetime | None
    removed: str | None
    appeal: str | None
    appealed_at: datetime | None
    appeal_outcome: AppealOutcome | None
    appeal_decided_by: UUID | None
    appeal_decided_at: datetime | None
    appeal_reason: str | None

    @property
    def facts(self) -> CaseFacts:
        """What decides about its life."""
        return CaseFacts(
            claimed_by=self.claimed_by,
            claimed_until=self.claimed_until,
            decision=self.decision,
            decided_by=self.decided_by,
            appealed_at=self.appealed_at,
            appeal_outcome=self.appeal_outcome,
            appeal_decided_by=self.appeal_decided_by,
        )


async def lock_case(actor: Member, case_id: UUID) -> CaseRow:
    """A case that the moderator may judge, locked in the caller's transaction.

    Raises:
        NotFoundError: There is none, the actor is no moderator, or they have a part in it.
    """
    found = await cases(actor, QueryString("r.id = {} FOR UPDATE OF r", case_id))
    if not found:
        raise NotFoundError
    return found[0]


async def cases(actor: Member, narrowed: QueryString) -> list[CaseRow]:
    """The cases that the moderator may judge, of those that are wanted.

    Raises:
        NotFoundError: The actor is no moderator.
    """
    if not actor.is_moderator:
        raise NotFoundError
    return await fetch_as(
        CaseRow, f"SELECT {COLUMNS} FROM report AS r WHERE {{}} AND {{}}", is_impartial(actor.id), narrowed
    )


def is_impartial(moderator: UUID | QueryString) -> QueryString:
    """Whether a moderator has no part in the case of the row `r` of `report`.

    They reported nothing in it and are not reported, by whatever account, and did nothing that ties them to either: no
    connection, also one that ended, no request that they sent or answered, and no block of theirs, nor when it was
    reported or an account of the two went; and the reporter had not blocked them. What the reported did alone ties
    nobody: who blocked or asked all moderators would else be judged by none, or by whom they choose.
    """
    me = moderator if isinstance(moderator, QueryString) else QueryString("{}", moderator)
    return QueryString(
        "(NOT {} AND NOT {} AND NOT {} AND NOT {} "
        "AND NOT EXISTS (SELECT 1 FROM report_tie WHERE report_tie.report = r.id AND report_tie.moderator = {}))",
        _has_account_in(me),
        _knows(me, "r.reporter"),
        _knows(me, "r.reported"),
        _was_kept_away(me),
        me,
    )


async def keep_ties(narrowed: QueryString) -> None:
    """Keep which moderators have a part in these cases `r`, before what tells of it goes."""
    moderator = QueryString("m.id")
    await fetch(
        "INSERT INTO report_tie (report, moderator) SELECT r.id, m.id FROM report AS r JOIN account AS m "
        "ON m.is_moderator AND ({} OR {} OR {} OR {}) WHERE {} ON CONFLICT DO NOTHING",
        _has_account_in(moderator),
        _knows(moderator, "r.reporter"),
        _knows(moderator, "r.reported"),
        _was_kept_away(moderator),
        narrowed,
    )


def _has_account_in(moderator: QueryString) -> QueryString:
    """Whether a moderator reported in the case `r`, or is reported, by this account or another one of their mailbox.

    Where no mail goes out an address proves nothing: whoever wrote a moderator's would choose not to be judged by them.
    """
    same = "FALSE" if settings().smtp is None else "theirs.address_digest = own.address_digest"
    return QueryString(
        f"EXISTS (SELECT 1 FROM account AS own JOIN account AS theirs ON theirs.id = own.id OR {same} "
        "WHERE own.id = {} AND theirs.id IN (r.reporter, r.reported))",
        moderator,
    )


def _knows(moderator: QueryString, column: str) -> QueryString:
    """Whether a moderator did something that ties them to a member."""
    return QueryString(
        "(EXISTS (SELECT 1 FROM connection AS tie "
        f"WHERE (tie.asker = {{}} AND tie.accepter = {column}) OR (tie.accepter = {{}} AND tie.asker = {column})) "
        f"OR EXISTS (SELECT 1 FROM connection_request AS tie WHERE tie.sender = {{}} AND tie.recipient = {column}) "
        f"OR EXISTS (SELECT 1 FROM connection_request AS tie WHERE tie.recipient = {{}} AND tie.sender = {column} "
        "AND (tie.rounds > 0 OR tie.state IN ('accepted', 'declined') "
        "OR (tie.declined_silently_at IS NOT NULL AND NOT tie.closed_silently))) "
        f"OR EXISTS (SELECT 1 FROM block AS tie WHERE tie.blocker = {{}} AND tie.blocked = {column}))",
        *[moderator] * 5,
    )


def _was_kept_away(moderator: QueryString) -> QueryString:
    """Whether the reporter of the row `r` had blocked a moderator before, whom they need not fear as their judge."""
    return QueryString(
        "EXISTS (SELECT 1 FROM block AS tie WHERE tie.blocker = r.reporter AND tie.blocked = {} "
        "AND tie.created_at <= r.created_at)",
        moderator,
    )


async def write_facts(case_id: UUID, facts: CaseFacts) -> None:
    """Keep who has a case, which a claim or its end changed."""
    await fetch(
        "UPDATE report SET claimed_by = {}, claimed_until = {} WHERE id = {}",
        facts.claimed_by,
        facts.claimed_until,
        case_id,
    )


async def write(case_id: UUID, **values: Any) -> None:
    """Keep these columns of a case; the claim on it ends."""
    names = ", ".join(f"{name} = {{}}" for name in values)
    await fetch(
        f"UPDATE report SET {names}, claimed_by = NULL, claimed_until = NULL WHERE id = {{}}",
        *values.values(),
        case_id,
    )
