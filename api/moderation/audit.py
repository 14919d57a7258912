"""The audit trail: what moderators did, when, and about which case. Lines are only ever added."""

from uuid import UUID, uuid4

from api import clock
from api.accounts.schemas import Member
from api.database import fetch, fetch_as
from api.errors import NotFoundError
from api.moderation.case_rows import is_impartial
from api.moderation.schemas import AuditRead
from api.pagination import Moment, Page, beyond, page_of

LINES_A_PAGE = 50


async def note(moderator_id: UUID, act: str, *, report: UUID | None = None, detail: str = "") -> None:
    """Add a line, within the transaction of what was done. Never a name, and never words of anybody."""
    await fetch(
        "INSERT INTO audit_entry (id, at, moderator, act, report, detail) VALUES ({}, {}, {}, {}, {}, {})",
        uuid4(),
        clock.now(),
        moderator_id,
        act,
        report,
        detail,
    )


async def audit_trail(actor: Member, *, cursor: str | None = None) -> Page[AuditRead]:
    """What moderators did, newest first; of cases in which the actor has a part only what they did before they had.

    A line about a case that is nowhere else for them would tell that its reporter had blocked them.

    Raises:
        NotFoundError: The actor is no moderator.
        InvalidError: The cursor is not one of this list.
    """
    if not actor.is_moderator:
        raise NotFoundError
    read = await fetch_as(
        AuditRead,
        "SELECT e.id, e.at, coalesce(m.display_name, 'Somebody who has left') AS moderator, e.act, e.report, e.detail "
        "FROM audit_entry AS e LEFT JOIN account AS m ON m.id = e.moderator WHERE NOT EXISTS "
        "(SELECT 1 FROM report AS r WHERE r.id = e.report AND (r.reporter = {} OR r.reported = {} "
        "OR (e.moderator IS DISTINCT FROM {} AND NOT {}))) AND {} ORDER BY e.at DESC, e.id DESC LIMIT {}",
        *[actor.id] * 3,
        is_impartial(actor.id),
        beyond(cursor, "(e.at, e.id) < ({}, {})"),
        LINES_A_PAGE + 1,
    )
    last = read[:LINES_A_PAGE][-1] if read else None
    return page_of(read, limit=LINES_A_PAGE, position=None if last is None else Moment(last.at, last.id))
