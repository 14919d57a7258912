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
    """Its purpose has changed since and it is old, but good enough to be looked at until a job has computed it."""
    CHANGED = "changed"
    """There is no list, or its purpose has changed since and it is short, or older than a day."""
    OWN_EDIT = "own edit"
    """The viewer changed something of their own; takes one of the day's allowance."""


class ListState(msgspec.Struct, frozen=True):
    """What is known of a viewer's stored list for a purpose, and what it would be computed from today."""

    epoch_now: int
    own_now: str
    """A digest of what the viewer has written when under the purpose, and where they are."""
    computed_at: datetime | None = None
    epoch: int = 0
    own: str = ""
    stale: bool = False
    own_edits_on: date | None = None
    own_edits: int = 0
    entries: int = 0

    def own_edits_today(self, now: datetime) -> int:
        """How often own edits have had this list computed on the present day, in UTC."""
        return self.own_edits if self.own_edits_on == now.astimezone(UTC).date() else 0


def due(state: ListState, now: datetime) -> Due:
    """Whether to compute a list on this visit.

    After the viewer's own edits at once, up to 20 times a day; otherwise when the purpose has changed and the list is
    over an hour old, or at once while it is short, so that a small community never looks empty. The limits keep lists
    from jumping while they are read, and others' texts from being probed by editing one's own.
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
    if state.epoch == state.epoch_now:
        return Due.NOT_YET
    age = now - state.computed_at
    if state.entries < FEW_ENTRIES or age > SHOWN_FOR:
        return Due.CHANGED
    return Due.SOON if age > KEPT_FOR else Due.NOT_YET
