"""What the interest map says."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from api.profiles.schemas import Purpose
from embeddings.areas import LEAST_PEOPLE, LEAST_TO_STAY

SMALLEST: Final = LEAST_TO_STAY
"""No area has fewer members, and nothing is said of one that fewer of them wrote about."""
PEOPLE_NEEDED: Final = LEAST_PEOPLE
ROUND_NUMBERS: Final = (5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)

Place = Annotated[
    int,
    Meta(
        description="Where an area is, and which one is meant: three columns, counted row by row from 0. "
        "It stays the same for as long as there is the area.",
        examples=[4],
    ),
]


class AreaRead(msgspec.Struct, frozen=True):
    """A part of the map in which several members wrote something close together."""

    place: Place
    name: Annotated[
        list[str],
        Meta(description="A subject of ours. Empty where none is common to enough.", examples=[["birds"]]),
    ]
    words: Annotated[
        list[str],
        Meta(description="Subjects of ours that at least five members in it wrote about; no words of theirs."),
    ]
    people: Annotated[
        int, Meta(description="At least so many members wrote something here. Always a round number.", examples=[10])
    ]
    near: Annotated[list[Place], Meta(description="The areas nearest by meaning, nearest first.")]


class MyPlace(msgspec.Struct, frozen=True):
    """Where a statement of the reader's own lies."""

    statement: UUID
    text: str
    place: Annotated[Place | None, Meta(description="Null where it is near none of the areas.")]


class Between(msgspec.Struct, frozen=True):
    """An area that lies between two of the reader's, or beside one."""

    place: Place
    of: Annotated[list[Place], Meta(description="The two areas that it lies between, or the one that it lies beside.")]
    shared: Annotated[list[str], Meta(description="Subjects that it has in common with them.")]


class MapRead(msgspec.Struct, frozen=True):
    """Where what members wrote for a purpose lies by meaning; the same for everyone but for `mine` and `between`."""

    purpose: Purpose
    areas: Annotated[
        list[AreaRead], Meta(description="In the order of their places. Empty while too few members wrote something.")
    ]
    drawn_on: Annotated[date | None, Meta(description="The day of the last drawing; null before the first.")]
    people_needed: Annotated[
        int, Meta(description="So many members must have written something before there is a map.", examples=[20])
    ]
    mine: Annotated[list[MyPlace], Meta(description="The reader's own statements for the purpose, for them alone.")]
    between: Annotated[list[Between], Meta(description="What lies between the reader's areas, or beside them.")]
