"""How many distinct people a member sees: whoever was seen in the last 30 days costs nothing, others count once.

Who saw whom is told by nothing that is kept: a pair is a keyed digest, which only whoever holds the key and names both
could look for, and it is deleted after 30 days.
"""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from api import clock
from api.database import fetch, transaction
from api.limits.errors import QuotaReachedError
from api.limits.keys import key_of
from api.limits.quotas import PEOPLE_SEEN
from api.limits.standing import QuotaStanding, new_until, standing_of

SEEN_FOR = timedelta(days=30)
"""For so long whoever was seen is known; also the longest window of the quota."""

_LOOKING = 0x57484553  # any constant: what keeps these advisory locks apart from others
_MOST_KNOWN = 200_000


class _Known:
    """Pairs that this process knows to be in the table, and until when they are; of whoever looked last."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget all of them."""
        self._by_viewer: OrderedDict[UUID, dict[UUID, datetime]] = OrderedDict()
        self._pairs = 0

    def are(self, viewer_id: UUID, members: Sequence[UUID], now: datetime) -> bool:
        """Whether the viewer has seen all of these."""
        known = self._by_viewer.get(viewer_id, {})
        return all(member in known and now < known[member] for member in members)

    def remember(self, viewer_id: UUID, seen: dict[UUID, datetime]) -> None:
        """Keep these, and forget those who looked longest ago where it is too many."""
        known = self._by_viewer.setdefault(viewer_id, {})
        before = len(known)
        known |= {member: at + SEEN_FOR for member, at in seen.items()}
        self._pairs += len(known) - before
        self._by_viewer.move_to_end(viewer_id)
        while len(self._by_viewer) > 1 and self._pairs > _MOST_KNOWN:
            self._pairs -= len(self._by_viewer.popitem(last=False)[1])


_known = _Known()


class Seen(msgspec.Struct, frozen=True):
    """Whom of those asked for a viewer may be shown."""

    shown: frozenset[UUID]
    reached: QuotaReachedError | None
    """What to say of those who are held back; None where nobody is."""


async def see(viewer_id: UUID, members: Sequence[UUID]) -> Seen:
    """Count those among some members whom the viewer has not seen lately, as far as their quota reaches.

    Args:
        viewer_id: Who looks.
        members: Whom they would be shown, first those who matter most; never themselves.
    """
    now = clock.now()
    if _known.are(viewer_id, members, now):
        return Seen(frozenset(members), None)
    seen, reached = await _seen_at(viewer_id, members, now), None
    if len(seen) < len(set(members)):
        seen, reached = await _see_new(viewer_id, members, now)
    _known.remember(viewer_id, seen)
    return Seen(frozenset(seen), reached)


async def seen_lately(viewer_id: UUID, members: Sequence[UUID]) -> frozenset[UUID]:
    """Those among some members whom the viewer has seen in the last 30 days; nobody is counted by it."""
    return frozenset(await _seen_at(viewer_id, members, clock.now()))


async def see_one(viewer_id: UUID, member_id: UUID, *, there: bool) -> None:
    """Count one member, if they are there; whoever has no room to see them is refused whether they are or not.

    Args:
        viewer_id: Who looks.
        member_id: At whom.
        there: Whether there is such a member, and the viewer may see them.

    Raises:
        QuotaReachedError: They are new to the viewer, who has seen as many as they may.
    """
    now = clock.now()
    if there and _known.are(viewer_id, [member_id], now):
        return
    seen, reached = await _seen_at(viewer_id, [member_id], now), None
    if not seen:
        # The same steps for whoever is not there: how long a refusal takes would else tell.
        seen, reached = await _see_new(viewer_id, [member_id], now, there=there)
    if there:
        _known.remember(viewer_id, seen)
    if reached is not None:
        raise reached


async def seen_by(viewer_id: UUID) -> QuotaStanding:
    """How a member's quota of people seen stands."""
    now = clock.now()
    rows = await fetch(
        "SELECT seen_at FROM person_seen WHERE viewer = {} AND seen_at > {} ORDER BY seen_at DESC",
        viewer_id,
        now - SEEN_FOR,
    )
    times = [row["seen_at"] for row in rows]
    return standing_of(PEOPLE_SEEN, times, now=now, new_until=await new_until(viewer_id, now))


async def forget_seen() -> int:
    """Delete what is older than anything that counts; how many rows that were."""
    return len(await fetch("DELETE FROM person_seen WHERE seen_at <= {} RETURNING 1 AS one", clock.now() - SEEN_FOR))


async def _seen_at(viewer_id: UUID, members: Sequence[UUID], now: datetime) -> dict[UUID, datetime]:
    """When those whom the viewer has seen lately were seen first."""
    by_pair = {_pair(viewer_id, member): member for member in members}
    rows = await fetch(
        "SELECT pair, seen_at FROM person_seen WHERE viewer = {} AND pair = ANY({}::bytea[]) AND seen_at > {}",
        viewer_id,
        list(by_pair),
        now - SEEN_FOR,
    )
    return {by_pair[row["pair"]]: row["seen_at"] for row in rows}


async def _see_new(
    viewer_id: UUID, members: Sequence[UUID], now: datetime, *, there: bool = True
) -> tuple[dict[UUID, datetime], QuotaReachedError | None]:
    """Keep as many as there is room for, one call of a viewer after the other; none of those who are not there."""
    async with transaction():
        await fetch("SELECT pg_advisory_xact_lock(hashtextextended({}, {}))", str(viewer_id), _LOOKING)
        seen = await _seen_at(viewer_id, members, now)
        new = [member for member in dict.fromkeys(members) if member not in seen]
        room = (await seen_by(viewer_id)).room
        added = new[:room] if there else []
        if added:
            await fetch(
                "INSERT INTO person_seen (viewer, pair, seen_at) SELECT {}, unnest({}::bytea[]), {} "
                "ON CONFLICT (viewer, pair) DO UPDATE SET seen_at = excluded.seen_at",
                viewer_id,
                [_pair(viewer_id, member) for member in added],
                now,
            )
        reached = _reached(await seen_by(viewer_id)) if len(new) > room else None
    return seen | dict.fromkeys(added, now), reached


def _reached(standing: QuotaStanding) -> QuotaReachedError | None:
    if standing.more_at is None:
        return None
    return QuotaReachedError(standing.more_at, new_until=standing.new_until)


def _pair(viewer_id: UUID, member_id: UUID) -> bytes:
    return key_of("person-seen", f"{viewer_id} {member_id}")
