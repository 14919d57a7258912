"""What is told to whoever did too much in a short time."""

from collections.abc import Sequence
from datetime import datetime

from api import clock
from api.errors import WhereforeError
from api.limits.limit import Standing

_MINUTE, _HOUR = 60, 3_600


class TooManyError(WhereforeError):
    """There were too many in a short time; says when to try again, and never whether something exists."""

    code = "too-many"
    title = "Wait a little"
    status = 429

    def __init__(self, *, retry_after: int, standings: Sequence[Standing] = (), detail: str | None = None) -> None:
        """Say in how many seconds it is worth trying again; the headers tell how the limits stand."""
        super().__init__(detail or f"That was a lot in a short time. Nothing was lost. Try again {soon(retry_after)}.")
        self.retry_after = retry_after
        self.standings = tuple(standings)


class QuotaReachedError(TooManyError):
    """The member has seen as many people as they may for now; whom they have seen already they see as before."""

    code = "people-quota"
    title = "You have met many new people"

    said = (
        "You have seen as many new people as one member can for now. It keeps everyone here from being collected by "
        "machines. Everybody you have seen already stays open to you."
    )

    def __init__(self, more_at: datetime, *, new_until: datetime | None) -> None:
        """Say when there is room for somebody new, and to a new account that it will have more."""
        seconds = max(1, -int((clock.now() - more_at).total_seconds() // 1))
        starts_lower = (
            ""
            if new_until is None
            else " Your account is new, so it starts with less. It has more from "
            f"{new_until:%-d %B} on, or as soon as you have talked with somebody who is here for two weeks."
        )
        super().__init__(
            retry_after=seconds, detail=f"{self.said} There is room for new people {soon(seconds)}.{starts_lower}"
        )
        self.more_at = more_at


class WrittenQuotaReachedError(QuotaReachedError):
    """The member has written to as many people as they may for now."""

    code = "written-quota"
    title = "You have asked many people"
    said = (
        "You have asked as many new people as one member can for now, so that each request can be meant. Nothing was "
        "sent, and nothing was used up."
    )


def soon(seconds: int) -> str:
    """In how long, as a person would say it; never too early."""
    if seconds <= _MINUTE:
        return "in a minute"
    if seconds <= _HOUR:
        return f"in {-(-seconds // _MINUTE)} minutes"
    hours = -(-seconds // _HOUR)
    return f"in {hours} hours" if hours <= 48 else f"in {-(-hours // 24)} days"  # noqa: PLR2004 - two days
