"""How many requests a member may have open at once, and what a new one has to fit into; pure."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from msgspec import Struct

YOUNG_FOR = timedelta(days=14)
SLOTS_OF_THE_YOUNG = 3
SLOTS = 8
SLOTS_OF_THE_REMINDED = 1
REMINDED_WITHIN = timedelta(days=90)
REMINDED_BY = 3
"""So many different members, within that time, had to remind one of what they had connected about."""


class SenderRoom(Struct, frozen=True, kw_only=True):
    """What stands for and against a new request."""

    slots_open: int
    slots_allowed: int
    recipient_taken: int
    """Requests to the recipient that their senders see as waiting, silently declined ones among them."""
    recipient_capacity: int
    may_ask_again_at: datetime | None = None


def slots_allowed(*, created_at: datetime, now: datetime, has_conversed: bool) -> int:
    """How many slots an account has: few until it is 14 days old or has a conversation in which both wrote."""
    return SLOTS_OF_THE_YOUNG if now - created_at < YOUNG_FOR and not has_conversed else SLOTS


def reminded_until(reminders: Iterable[datetime], now: datetime) -> datetime | None:
    """Until when a member has fewer slots because of what others had to remind them of; None while they do not.

    Whole days in UTC: a reminder counts from the day after it, so that the moment tells little about who gave it.

    Args:
        reminders: When each member who had to remind them did so last, before today.
        now: The moment to decide for.
    """
    days = sorted(start_of_day(at) + timedelta(days=1) for at in reminders)
    counted = [day for day in days if day <= now < day + REMINDED_WITHIN]
    return counted[-REMINDED_BY] + REMINDED_WITHIN if len(counted) >= REMINDED_BY else None


def start_of_day(at: datetime) -> datetime:
    """The midnight, in UTC, with which the day of a moment began."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
