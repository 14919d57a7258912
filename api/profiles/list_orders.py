"""Asking for a member's match lists to be computed after a change of their own, so that they are ready when looked at.

Matching does it (`api.matching.lists`), which this domain does not know.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import msgspec

from api import jobs
from api.database import fetch
from api.profiles.schemas import Purpose

PAUSE_IN_WRITING = timedelta(seconds=3)
"""Changes that follow one another as quickly as this are computed with together."""


class ListOrder(msgspec.Struct, frozen=True):
    """Whose list is to be computed, for which purpose."""

    viewer: UUID
    purpose: Purpose


async def order_lists(
    viewer_id: UUID,
    purposes: Iterable[Purpose],
    *,
    after: timedelta = PAUSE_IN_WRITING,
    priority: int = jobs.BEHIND_OTHERS,
) -> None:
    """Have a member's lists for these purposes computed soon, once the caller's transaction is committed."""
    for purpose in sorted(set(purposes)):
        order = ListOrder(viewer_id, purpose)
        await jobs.enqueue("compute_list", order, after=after, priority=priority)


async def order_all_lists(viewer_id: UUID) -> None:
    """Have a member's lists for all purposes that they have switched on computed soon."""
    rows = await fetch("SELECT purpose FROM member_purpose WHERE member = {}", viewer_id)
    await order_lists(viewer_id, [Purpose(row["purpose"]) for row in rows])


async def take_orders_back(viewer_id: UUID) -> None:
    """Have none of a member's lists computed any more: they leave, and nothing of them stays."""
    await jobs.take_back("compute_list", [ListOrder(viewer_id, purpose) for purpose in Purpose])
