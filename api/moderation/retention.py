"""What cases need of accounts that go, and forgetting cases whose time is over, with their evidence."""

from uuid import UUID

from piccolo.querystring import QueryString

from api import clock
from api.database import fetch
from api.moderation.case_rows import keep_ties
from api.moderation.rules import KEPT
from api.moderation.suspended_addresses import keep_addresses


async def keep_for_cases(member_id: UUID) -> None:
    """Keep what must hold after a member's account is gone, within the transaction that erases it.

    By which case their address is suspended, and which moderators had to do with them.
    """
    await keep_addresses(member_id)
    await keep_ties(QueryString("(r.reporter = {} OR r.reported = {})", member_id, member_id))


async def forget_old_cases() -> int:
    """Delete cases half a year after the last decision about them; how many there were.

    A case that waits stays, and so does the one by which an account is suspended, or its address once the
    account is gone: its member can still read why, and appeal. The audit trail stays too; it has no words and no names.
    """
    gone = await fetch(
        "DELETE FROM report AS r WHERE greatest(r.decided_at, r.appeal_decided_at) <= {} "
        "AND (r.appeal IS NULL OR r.appeal_outcome IS NOT NULL) "
        "AND NOT (r.decision = 'account_suspended' AND r.appeal_outcome IS DISTINCT FROM 'overturned' "
        "AND (EXISTS (SELECT 1 FROM account AS a WHERE a.id = r.reported AND a.suspended_at IS NOT NULL) "
        "OR EXISTS (SELECT 1 FROM suspended_address AS known WHERE known.report = r.id))) "
        "RETURNING id",
        clock.now() - KEPT,
    )
    return len(gone)
