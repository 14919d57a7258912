"""How far a bulk seed is: a bar on a terminal, and plain lines elsewhere, with the pace and what is left."""

import sys
import time
from types import TracebackType
from typing import Self

import click
from rich.progress import BarColumn, Progress, TextColumn

_SECONDS_BETWEEN_LINES = 10.0
_COPIED_A_SECOND = 4_000.0
"""Members, until it is known better."""


class Journey:
    """Counts texts that are encoded and members that are copied, and tells of both."""

    def __init__(self, *, texts: int, members: int, quiet: bool = False) -> None:
        """Prepare for as many of each as are still to come."""
        self.texts, self.members = 0, 0
        self._all_texts, self._all_members = texts, members
        self._began = self._told = time.monotonic()
        self._copying = 0.0
        self._quiet = quiet
        terminal = sys.stdout.isatty() and not quiet
        self._bar = Progress(TextColumn("{task.description}"), BarColumn(), disable=not terminal)
        self._task = self._bar.add_task("Members", total=members)
        self._lines = not terminal and not quiet

    def __enter__(self) -> Self:
        """Show it."""
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Say the last word."""
        self._bar.stop()
        if kind is None and not self._quiet:
            click.echo(self._line())

    @property
    def seconds(self) -> float:
        """How long it took so far."""
        return time.monotonic() - self._began

    def encoded(self, texts: int) -> None:
        """Tell of so many more texts. May be called from another thread."""
        self.texts += texts
        self._tell()

    def copied(self, members: int, *, seconds: float) -> None:
        """Tell of so many more members, and how long copying them took."""
        self.members += members
        self._copying += seconds
        self._tell()

    def _tell(self) -> None:
        self._bar.update(self._task, completed=self.members, description=self._line())
        if self._lines and time.monotonic() - self._told >= _SECONDS_BETWEEN_LINES:
            self._told = time.monotonic()
            click.echo(self._line())
            sys.stdout.flush()

    def _line(self) -> str:
        seconds = max(self.seconds, 0.001)
        parts = [
            f"{self.members:,} of {self._all_members:,} members",
            f"{self.texts:,} of {self._all_texts:,} texts read ({self.texts / seconds:,.0f} a second)",
        ]
        left = self._left(seconds)
        took = f"in {_clock(seconds)}" if left == 0 else f"{_clock(left)} left" if left is not None else ""
        return ", ".join([*parts, took] if took else parts)

    def _left(self, seconds: float) -> float | None:
        """Seconds still to come: the texts at the pace so far, and what is copied after the last of them."""
        if self.members == self._all_members:
            return 0
        if not self.texts and not self.members:
            return None
        texts = max(self._all_texts - self.texts, 0)
        reading = texts * seconds / self.texts if texts and self.texts else 0.0
        pace = self.members / self._copying if self._copying else _COPIED_A_SECOND
        # While texts are read, members are copied beside it.
        return max(reading, (self._all_members - self.members) / pace)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
