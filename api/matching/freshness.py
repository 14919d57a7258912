"""When a stored list is computed anew. Pure."""

from datetime import UTC, date, datetime, timedelta
from enum import Enum

import msgspec

KEPT_FOR = timedelta(hours=1)
SHOWN_FOR = timedelta(days=1)
FEW_ENTRIES = 20
OWN_EDITS_A_DAY = 20
LEFT_FOR_VISITS = 10
"""So many of the day's own edits are followed up only when the viewer looks, and not by jobs before that."""


class Due(Enum):
    """Why a list is to be computed now."""

    NOT_YET = "not yet"
    SOON = "soon"
    """It is old, but good enough to be looked at until a job has computed it."""
    CHANGED = "changed"
    """There is none, it is older than a day, or it is short and what its viewer may read is something else by now."""
    OWN_EDIT = "own edit"
    """The viewer changed something of their own; takes one of the day's allowance."""


class ListState(msgspec.Struct, frozen=True):
    """What is known of a viewer's stored list for a purpose, and what it would be computed from today.

    Nothing in it changes by what others do out of the viewer's sight: how long a visit takes would tell of it.
    """

    own_now: str
    """A digest of what the viewer has written when under the purpose, and where they are."""
    computed_at: datetime | None = None
    own: str = ""
    others_now: str = ""
    """A digest of which statements of others they may read; only of a short list, and of no large purpose."""
    others: str = ""
    stale: bool = False
    own_edits_on: date | None = None
    own_edits: int = 0
    entries: int = 0

    def own_edits_today(self, now: datetime) -> int:
        """How often own edits have had this list computed on the present day, in UTC."""
        return self.own_edits if self.own_edits_on == now.astimezone(UTC).date() else 0


def is_short(state: ListState) -> bool:
    """Whether a list has so few entries that it is computed anew for anybody who could be added."""
    return state.entries < FEW_ENTRIES


def due(state: ListState, now: datetime) -> Due:
    """Whether to compute a list on this visit.

    After the viewer's own edits at once, up to 20 times a day; otherwise when the list is over an hour old, whether or
    not anybody changed anything, or while it is short as soon as the viewer may read something else than before, so
    that a small community never looks empty. The limits keep lists from jumping while they are read, and others' texts
    from being probed by editing one's own.
    """
    return _due(state, now, own_edits=OWN_EDITS_A_DAY)


def due_ahead(state: ListState, now: datetime) -> Due:
    """Whether a job is to compute a list now: what a visit would, but the day's last own edits are left for visits."""
    why = _due(state, now, own_edits=OWN_EDITS_A_DAY - LEFT_FOR_VISITS)
    return Due.CHANGED if why is Due.SOON else why


def _due(state: ListState, now: datetime, *, own_edits: int) -> Due:
    if state.computed_at is None:
        return Due.CHANGED
    if (state.stale or state.own != state.own_now) and state.own_edits_today(now) < own_edits:
        return Due.OWN_EDIT
    age = now - state.computed_at
    if age > SHOWN_FOR or age < -SHOWN_FOR or (is_short(state) and state.others != state.others_now):
        return Due.CHANGED
    return Due.SOON if age > KEPT_FOR else Due.NOT_YET
