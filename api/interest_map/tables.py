"""The map of each purpose as it was last drawn. Nothing in it is about one person."""

from piccolo.columns import JSONB, UUID, Bytea, ForeignKey, Integer, OnDelete, SmallInt, Timestamptz, Varchar
from piccolo.columns.defaults.uuid import UUID4
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from api.interest_map.schemas import SMALLEST
from api.profiles.schemas import Purpose


class InterestMap(Table, tablename="interest_map"):
    """When the map of a purpose was drawn, and from what."""

    purpose = Varchar(length=16, choices=Purpose, primary_key=True)
    model = Varchar(length=255, null=False)
    """Whose vectors it was drawn from; those of different models are never compared."""
    drawn_at = Timestamptz(null=False, default=None)
    counts_until = Timestamptz(null=False, default=None)
    """What was written later does not count yet: what is new comes in once a week, all together."""
    mean = Bytea(null=False, default=None)
    """What all statements share, in single precision."""


class InterestArea(Table, tablename="interest_area"):
    """An area in which at least five members wrote something."""

    id = UUID(primary_key=True, default=UUID4())
    of_map = ForeignKey(InterestMap, null=False, on_delete=OnDelete.cascade)
    place = SmallInt(null=False)
    """Where it is on the map, see `api.interest_map.places_on_map`; an area keeps it for as long as there is one."""
    people = Integer(null=False)
    """At least so many members: always a round number."""
    name = JSONB(null=False, default="[]")
    words = JSONB(null=False, default="[]")
    """What at least five of its members wrote, or wrote about."""
    centre = Bytea(null=False, default=None)
    """The mean of what lies in it, in single precision."""

    interest_area_once = Unique([of_map, place])
    interest_area_people = Check(people >= SMALLEST)
