"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta


class MovedClock:
    """Starts at this moment; `move` takes it on."""

    def __init__(self) -> None:
        """Start now."""
        self._now = datetime.now(UTC)

    def now(self) -> datetime:
        """What the product takes for the present."""
        return self._now

    def move(self, **by: float) -> None:
        """Go on by a `timedelta(**by)`."""
        self._now += timedelta(**by)
