"""How many requests a member may have open at once, and what a new one has to fit into; pure."""

from datetime import datetime, timedelta

from msgspec import Struct

YOUNG_FOR = timedelta(days=14)
SLOTS_OF_THE_YOUNG = 3
SLOTS = 8


class SenderRoom(Struct, frozen=True, kw_only=True):
    """What stands for and against a new request."""

    slots_open: int
    slots_allowed: int
    recipient_waiting: int
    """Pending requests that the recipient has to answer; silently declined ones are answered."""
    recipient_capacity: int
    may_ask_again_at: datetime | None = None


def slots_allowed(*, created_at: datetime, now: datetime, has_conversed: bool) -> int:
    """How many slots an account has: few until it is 14 days old or has a conversation in which both wrote."""
    return SLOTS_OF_THE_YOUNG if now - created_at < YOUNG_FOR and not has_conversed else SLOTS
