"""Forgetting cases whose time is over, with their evidence."""

from api import clock
from api.database import fetch
from api.moderation.rules import KEPT


async def forget_old_cases() -> int:
    """Delete cases half a year after the last decision about them; how many there were.

    A case that waits stays, and so does the one by which an account is suspended: its member can still read why, and
    appeal. The audit trail stays too; it has no words and no names.
    """
    gone = await fetch(
        "DELETE FROM report AS r WHERE greatest(r.decided_at, r.appeal_decided_at) <= {} "
        "AND (r.appeal IS NULL OR r.appeal_outcome IS NOT NULL) "
        "AND NOT (r.decision = 'account_suspended' AND r.appeal_outcome IS DISTINCT FROM 'overturned' "
        "AND EXISTS (SELECT 1 FROM account AS a WHERE a.id = r.reported AND a.suspended_at IS NOT NULL)) "
        "RETURNING id",
        clock.now() - KEPT,
    )
    return len(gone)
