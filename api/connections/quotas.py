"""How many distinct people a member asks, and what they read of both their quotas."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from api import clock
from api.accounts.schemas import Member
from api.database import fetch
from api.limits.errors import WrittenQuotaReachedError
from api.limits.people import SEEN_FOR, seen_by
from api.limits.quotas import DAY, PEOPLE_WRITTEN_TO
from api.limits.standing import QuotaStanding, new_until, standing_of

WRITTEN_FOR = SEEN_FOR


class QuotaWindow(msgspec.Struct, frozen=True):
    """How much of a quota is used within one length of time."""

    days: Annotated[int, Meta(description="The length: any period of so many days.", examples=[1])]
    used: int
    allowed: int


class QuotaRead(msgspec.Struct, frozen=True):
    """How many distinct people there were, and when there is room for more."""

    windows: list[QuotaWindow]
    more_at: Annotated[
        datetime | None, Meta(description="When there is room for somebody new; null where there is room now.")
    ]


class QuotasRead(msgspec.Struct, frozen=True):
    """How many distinct people one may see and write to."""

    people_seen: QuotaRead
    people_written_to: QuotaRead
    new_account_until: Annotated[
        datetime | None,
        Meta(
            description="Until when the account starts with less, at the longest: it ends as soon as one has talked "
            "with somebody who is a member for 14 days. Null where it does not."
        ),
    ]


async def quotas(actor: Member) -> QuotasRead:
    """How the actor's quotas stand."""
    seen, written = await seen_by(actor.id), await written_by(actor.id)
    return QuotasRead(_read(seen), _read(written), seen.new_until)


async def written_by(sender_id: UUID) -> QuotaStanding:
    """How a member's quota of people written to stands."""
    now = clock.now()
    times = sorted((await _written(sender_id, now)).values(), reverse=True)
    return standing_of(PEOPLE_WRITTEN_TO, times, now=now, new_until=await new_until(sender_id, now))


async def check_room_to_write(sender_id: UUID, recipient_id: UUID) -> None:
    """Hold that a request to somebody new fits; the sender is locked, so that of several at once each is counted.

    Raises:
        WrittenQuotaReachedError: It does not.
    """
    if recipient_id in await _written(sender_id, clock.now()):
        return
    standing = await written_by(sender_id)
    if standing.more_at is not None:
        raise WrittenQuotaReachedError(standing.more_at, new_until=standing.new_until)


async def _written(sender_id: UUID, now: datetime) -> dict[UUID, datetime]:
    """When each person of the last 30 days was written to first; those who are gone count by their requests."""
    rows = await fetch(
        "SELECT coalesce(recipient, id) AS person, min(created_at) AS at FROM connection_request "
        "WHERE sender = {} AND created_at > {} GROUP BY 1",
        sender_id,
        now - WRITTEN_FOR,
    )
    return {row["person"]: row["at"] for row in rows}


def _read(standing: QuotaStanding) -> QuotaRead:
    windows = [
        QuotaWindow(days=one.window.seconds // DAY, used=one.used, allowed=one.window.most) for one in standing.windows
    ]
    return QuotaRead(windows, standing.more_at)
