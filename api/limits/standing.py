"""How a quota stands for an account, and whether that is new: such ones may see and write to fewer people."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from api.database import fetch, fetch_one
from api.limits.limit import Quota, Window
from api.limits.policies import quota_windows

NEW_FOR = timedelta(days=14)

BOTH_WROTE = " AND ".join(
    f"EXISTS (SELECT 1 FROM message WHERE connection = c.id AND author = c.{side} AND reminder_of IS NULL)"
    for side in ("asker", "accepter")
)
"""Whether a connection `c` became a conversation; a reminder of what was promised is no word to each other."""

# A conversation in which both wrote ends being new, as it does for slots; but here the other must have been a member
# for as long: else two new accounts would lift each other, and a ring of them would see as much as as many old ones.
# Once reached it is kept (`keep_conversed`), so that nobody falls back, or learns of it, when the other leaves.
_STANDING = f"""
    SELECT created_at, coalesce(settled_at <= {{}}, false) OR EXISTS (
        SELECT 1 FROM connection AS c
        JOIN account AS other ON other.id = CASE WHEN c.asker = account.id THEN c.accepter ELSE c.asker END
        WHERE (c.asker = account.id OR c.accepter = account.id) AND other.created_at <= {{}} AND {BOTH_WROTE}
    ) AS has_conversed FROM account WHERE id = {{}}
"""

_TALKING = f"""
    SELECT mine.id, greatest({{}}, other.created_at + {{}}::interval) AS settles
    FROM connection AS c JOIN account AS mine ON mine.id IN (c.asker, c.accepter)
    JOIN account AS other ON other.id IN (c.asker, c.accepter) AND other.id <> mine.id
    WHERE c.id = {{}} AND mine.created_at > {{}}
    AND (mine.conversed_at IS NULL OR mine.settled_at > greatest({{}}, other.created_at + {{}}::interval))
    AND {BOTH_WROTE}
"""


class Used(msgspec.Struct, frozen=True):
    """How much of one window of a quota is used."""

    window: Window
    used: int
    more_at: datetime | None
    """When there is room again; None where there is room now."""


class QuotaStanding(msgspec.Struct, frozen=True):
    """How a quota stands for an account."""

    windows: list[Used]
    new_until: datetime | None
    """Until when the account counts as new at the longest; None when it does not."""

    @property
    def room(self) -> int:
        """How many more there may be just now."""
        return max(0, min(one.window.most - one.used for one in self.windows))

    @property
    def more_at(self) -> datetime | None:
        """When there is room again; None where there is room now."""
        return max((one.more_at for one in self.windows if one.more_at is not None), default=None)


async def new_until(member_id: UUID, now: datetime) -> datetime | None:
    """Until when an account counts as new at the longest; None when it does not."""
    row = await fetch_one(_STANDING, now, now - NEW_FOR, member_id)
    if row is None or row["has_conversed"] or row["created_at"] + NEW_FOR <= now:
        return None
    ends_at: datetime = row["created_at"] + NEW_FOR
    return ends_at


async def keep_conversed(connection_id: UUID, now: datetime) -> None:
    """Keep what a conversation in which both wrote lifts for whoever of the two is young here; after each message.

    One account after the other, and after the message is kept: else it could wait for a block that waits for it.
    """
    for young in await fetch(_TALKING, now, NEW_FOR, connection_id, now - NEW_FOR, now, NEW_FOR):
        await fetch(
            "UPDATE account SET conversed_at = coalesce(conversed_at, {}), settled_at = least(settled_at, {}) "
            "WHERE id = {}",
            now,
            young["settles"],
            young["id"],
        )


def standing_of(quota: Quota, times: Sequence[datetime], *, now: datetime, new_until: datetime | None) -> QuotaStanding:
    """How a quota stands for an account after things that count happened at some times, latest first."""
    found = []
    for window in quota_windows(quota, new=new_until is not None):
        length = timedelta(seconds=window.seconds)
        inside = [at for at in times if at > now - length]
        full = len(inside) >= window.most
        found.append(Used(window, len(inside), inside[window.most - 1] + length if full else None))
    return QuotaStanding(found, new_until)
