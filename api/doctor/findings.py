"""What `wherefore doctor` says of each thing it looks at."""

from enum import StrEnum

import msgspec


class State(StrEnum):
    """How it is."""

    OK = "ok"
    LOOK = "look"
    """It goes on working, but somebody should look."""
    BAD = "bad"
    """It does not work, or will not for long."""


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    about: str
    state: State
    said: str
    """What is so."""
    do: str = ""
    """What to do about it."""


def ok(about: str, said: str) -> Finding:
    """It is as it should be."""
    return Finding(about, State.OK, said)


def look(about: str, said: str, do: str) -> Finding:
    """Somebody should look."""
    return Finding(about, State.LOOK, said, do)


def bad(about: str, said: str, do: str) -> Finding:
    """Somebody must do something."""
    return Finding(about, State.BAD, said, do)
