"""When a delivery is tried again, when it is given up, and when a webhook is let be: plain numbers, no database."""

import secrets
from datetime import datetime, timedelta
from typing import Final

TRY_AGAIN_AFTER: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
)
"""How long to wait after the first, second, … attempt that failed: a day and a half in all, then it is given up."""
JITTER: Final = 0.2
"""So much longer or shorter at most, so that those that failed together do not come back together."""
OLDEST: Final = timedelta(days=3)
"""Whatever stood in the way, nothing is sent of its own accord so long after it was put in line."""

FIRST_REST: Final = timedelta(seconds=15)
LONGEST_REST: Final = timedelta(hours=1)

FAILING_FOR: Final = timedelta(days=3)
FAILED_OFTEN: Final = 10
"""A webhook is turned off when nothing has arrived for so long, and so many attempts have failed meanwhile."""

LONGEST_WISH: Final = timedelta(hours=1)
"""A receiver may ask for more time (`Retry-After`), but not for more than this."""


def next_try(tries: int, *, now: datetime, asked_for: timedelta | None = None) -> datetime | None:
    """When to try again after so many attempts that failed; None when it is given up."""
    if tries > len(TRY_AGAIN_AFTER):
        return None
    wait = _spread(TRY_AGAIN_AFTER[tries - 1])
    return now + max(wait, min(asked_for or timedelta(0), LONGEST_WISH))


def rest_after(failures: int) -> timedelta:
    """How long a webhook is let be after so many attempts that failed in a row: twice as long each time."""
    return _spread(min(FIRST_REST * 2 ** min(failures - 1, 16), LONGEST_REST))


def is_hopeless(*, failures: int, failing_since: datetime, now: datetime) -> bool:
    """Whether a webhook has failed so long and so often that it is turned off."""
    return failures >= FAILED_OFTEN and now - failing_since >= FAILING_FOR


def _spread(wait: timedelta) -> timedelta:
    return wait * (1 - JITTER + 2 * JITTER * secrets.randbelow(10_001) / 10_000)
