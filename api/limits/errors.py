"""What is told to whoever did too much in a short time."""

from collections.abc import Sequence

from api.errors import WhereforeError
from api.limits.limit import Standing

_MINUTE, _HOUR = 60, 3_600


class TooManyError(WhereforeError):
    """There were too many in a short time; says when to try again, and never whether something exists."""

    code = "too-many"
    title = "Please wait a little"
    status = 429

    def __init__(self, *, retry_after: int, standings: Sequence[Standing] = (), detail: str | None = None) -> None:
        """Say in how many seconds it is worth trying again; the headers tell how the limits stand."""
        super().__init__(detail or f"That was a lot in a short time. Nothing was lost. Try again {soon(retry_after)}.")
        self.retry_after = retry_after
        self.standings = tuple(standings)


def soon(seconds: int) -> str:
    """In how long, as a person would say it; never too early."""
    if seconds <= _MINUTE:
        return "in a minute"
    if seconds <= _HOUR:
        return f"in {-(-seconds // _MINUTE)} minutes"
    hours = -(-seconds // _HOUR)
    return f"in {hours} hours" if hours <= 48 else f"in {-(-hours // 24)} days"  # noqa: PLR2004 - two days
