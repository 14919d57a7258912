"""Match lists, computed per viewer and kept, and what viewers said of their matches."""

from piccolo.columns import (
    JSONB,
    UUID,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    OnDelete,
    SmallInt,
    Timestamptz,
    Varchar,
)
from piccolo.columns.defaults.uuid import UUID4
from piccolo.constraints import Unique
from piccolo.table import Table

from api.accounts.tables import Account
from api.matching.schemas import ChoiceState, Strength
from api.profiles.schemas import Purpose
from api.profiles.tables import MemberPurpose


class MatchList(Table, tablename="match_list"):
    """When a viewer's list for one purpose was computed, and from what."""

    id = UUID(primary_key=True, default=UUID4())
    viewer = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    purpose = Varchar(length=16, choices=Purpose, null=False)
    computed_at = Timestamptz(null=False)
    own = Varchar(length=64, null=False)
    """A digest of what the viewer had written when, and where they were: another one now means an edit of their own."""
    others = Varchar(length=32, null=False, default="")
    """A digest of which statements of others they could read."""
    stale = Boolean(default=False, null=False)
    """Set when the viewer takes back a choice: as good as an edit of their own."""
    own_edits_on = Date(null=True, default=None)
    own_edits = Integer(default=0, null=False)
    """How many times the list was computed at once because of own edits on that day."""

    match_list_once = Unique([viewer, purpose])


class MatchEntry(Table, tablename="match_entry"):
    """One member on a viewer's list. `reasons` holds pairs of statement ids; their texts are read anew each time.

    `marks` holds for each pair the places of the words that carried it, or null; null for all until they are found.
    """

    id = UUID(primary_key=True, default=UUID4())
    match_list = ForeignKey(MatchList, null=False, on_delete=OnDelete.cascade)
    position = Integer(null=False)
    member = ForeignKey(Account, null=False, on_delete=OnDelete.cascade, index=True)
    strength = Varchar(length=8, choices=Strength, null=False)
    reasons = JSONB(null=False, default="[]")
    marks = JSONB(null=True, default=None)
    first_page_on = Date(null=True, default=None)
    """The last day on which they were on the viewer's first page, see `api.matching.of_the_day`."""

    match_entry_once = Unique([match_list, member])


class MatchChoice(Table, tablename="match_choice"):
    """What a viewer said of a match: later, or not for me. Nobody else ever learns of it."""

    id = UUID(primary_key=True, default=UUID4())
    viewer = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    member = ForeignKey(Account, null=False, on_delete=OnDelete.cascade, index=True)
    state = Varchar(length=12, choices=ChoiceState, null=False)
    chosen_at = Timestamptz(null=False)

    match_choice_once = Unique([viewer, member])


class Exposure(Table, tablename="exposure"):
    """How well a member is shown for a purpose, in steps, as it was last counted. No row: not counted yet.

    Gone with the purpose that is switched off.
    """

    switched = ForeignKey(MemberPurpose, primary_key=True, null=False, on_delete=OnDelete.cascade)
    share = SmallInt(null=False)
    """See `api.matching.exposure`."""
    counted_at = Timestamptz(null=False)
