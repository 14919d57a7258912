"""What a limit is: how much, of what, for whom, and what happens while the database does not answer."""

from enum import StrEnum
from typing import NamedTuple

import msgspec


class Per(StrEnum):
    """Whose calls are counted together."""

    ACCOUNT = "account"
    """A member's, whatever tokens and browsers they use; where nobody is signed in, an address's."""
    ADDRESS = "address"
    """Those from one network address: IPv4 whole, IPv6 by its first 64 bits."""
    MAILBOX = "mailbox"
    """Those about one e-mail address, whoever makes them."""
    MAILBOX_AND_ADDRESS = "mailbox and address"
    """Those about one e-mail address from one network address."""
    EVERYONE = "everyone"


class Fails(StrEnum):
    """What becomes of a call while the database does not answer, so that nobody knows what was spent."""

    OPEN = "open"
    """It goes on, as if there were no limit."""
    CLOSED = "closed"
    """It is refused with 503."""


class Window(NamedTuple):
    """So many within any period of so many seconds."""

    most: int
    seconds: int


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `api.limits.policies`."""

    name: str
    """In lower case with hyphens; stands in headers, in settings and in docs/limits.md."""
    per: Per
    windows: tuple[Window, ...]
    """All of them hold at once."""
    fails: Fails
    counts: str
    """What is counted, in words that end the sentence "At most so many …"."""
    lease: int = 1
    """So many calls are paid for at once, and the rest of them need not ask the database.

    Where it is more than one, `most` is a multiple of it.
    """


class Standing(msgspec.Struct, frozen=True):
    """How one window of a limit stands for one account or address."""

    name: str
    window: Window
    remaining: int
    resets_in: int
    """Seconds until something comes back."""


class Quota(msgspec.Struct, frozen=True, kw_only=True):
    """How many distinct people a member may see or write to: another row of `api.limits.policies`."""

    name: str
    windows: tuple[Window, ...]
    new_windows: tuple[Window, ...]
    """For accounts that are new (`api.limits.standing`)."""
    counts: str


LONGEST_LEASE_SECONDS = 10
"""What is left of a lease then is lost, so that no period has more than its limit by more than a lease a process."""
