"""What members are told of decisions about them, and their appeals."""

from datetime import datetime
from typing import Any
from uuid import UUID

from piccolo.querystring import QueryString

from api import clock
from api.accounts.schemas import Member
from api.database import fetch, fetch_as, transaction
from api.errors import InvalidError, NotFoundError
from api.moderation import case_machine, sealed
from api.moderation.case_rows import COLUMNS, CaseRow
from api.moderation.schemas import Category, Decision, NoticeRead, NoticeText
from api.moderation.suspended_addresses import OF_ONES_ADDRESS
from api.texts import problem_with, tidy

LONGEST_APPEAL = 2000


async def notices(actor: Member) -> list[NoticeRead]:
    """What the actor was told, newest first."""
    rows = await _rows(actor, QueryString("TRUE ORDER BY r.decided_at DESC, r.id"))
    return [_read(row) for row in rows]


async def notice(actor: Member, notice_id: UUID) -> NoticeRead:
    """One notice of the actor's.

    Raises:
        NotFoundError: There is none.
    """
    rows = await _rows(actor, QueryString("r.id = {}", notice_id))
    if not rows:
        raise NotFoundError
    return _read(rows[0])


async def unseen_notices(actor: Member) -> int:
    """How many notices, or answers to appeals, the actor has not looked at."""
    rows = await fetch(
        "SELECT count(*) AS unseen FROM report AS r WHERE {} AND r.notice IS NOT NULL AND r.notice_seen_at IS NULL",
        _is_about(actor),
    )
    return int(rows[0]["unseen"])


async def requests_paused_until(actor: Member) -> datetime | None:
    """Until when moderators keep the actor from asking anyone; None while they do not."""
    rows = await fetch(
        "SELECT requests_paused_until AS until FROM account WHERE id = {} AND requests_paused_until > {}",
        actor.id,
        clock.now(),
    )
    return rows[0]["until"] if rows else None


async def mark_seen(actor: Member) -> None:
    """Keep that the actor has looked at their notices."""
    await fetch(
        "UPDATE report AS r SET notice_seen_at = {} WHERE {} AND r.notice IS NOT NULL AND r.notice_seen_at IS NULL",
        clock.now(),
        _is_about(actor),
    )


async def appeal(actor: Member, notice_id: UUID, *, words: str) -> NoticeRead:
    """Ask for another moderator's look at a decision, once.

    Raises:
        NotFoundError: The actor has no such notice.
        InvalidError: The words are missing or too long.
        NoAppealError: They have appealed before.
    """
    text = tidy(words)
    problem = problem_with(text, field="words", name="What you want to say", most=LONGEST_APPEAL)
    if problem is not None:
        raise InvalidError(problem.detail, errors=(problem,))
    async with transaction():
        rows = await _rows(actor, QueryString("r.id = {} FOR UPDATE OF r", notice_id))
        if not rows:
            raise NotFoundError
        now = clock.now()
        case_machine.appeal(rows[0].facts, now)
        await fetch(
            "UPDATE report SET appeal = {}, appealed_at = {} WHERE id = {}",
            sealed.seal(text, column="appeal", report=notice_id),
            now,
            notice_id,
        )
        return await notice(actor, notice_id)


async def _rows(actor: Member, narrowed: QueryString) -> list[CaseRow]:
    return await fetch_as(
        CaseRow,
        f"SELECT {COLUMNS} FROM report AS r WHERE {{}} AND r.notice IS NOT NULL AND {{}}",
        _is_about(actor),
        narrowed,
    )


def _is_about(actor: Member) -> QueryString:
    """Whether the case `r` is about the actor, by this account or by another one with the same address."""
    return QueryString(
        f"(r.reported = {{}} OR (r.reporter IS DISTINCT FROM {{}} AND r.id IN ({OF_ONES_ADDRESS})))",
        *[actor.id] * 3,
    )


def _read(row: CaseRow) -> NoticeRead:
    def words(column: str) -> str | None:
        kept: Any = getattr(row, column)
        return sealed.opened(kept, column=column, report=row.id)

    # A constraint keeps a notice, its decision and its rule together.
    return NoticeRead(
        id=row.id,
        decision=Decision(str(row.decision)),
        rule=Category(str(row.rule)),
        text=sealed.opened_struct(NoticeText, row.notice, column="notice", report=row.id) or NoticeText("", []),
        decided_at=row.decided_at or row.created_at,
        requests_paused_until=row.requests_paused_until,
        seen=row.notice_seen_at is not None,
        appealed_at=row.appealed_at,
        appeal=words("appeal"),
        appeal_outcome=row.appeal_outcome,
        appeal_reason=words("appeal_reason"),
        appeal_decided_at=row.appeal_decided_at,
    )
