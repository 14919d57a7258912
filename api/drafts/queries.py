"""What members read of the words they have begun to write."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from api import clock
from api.accounts.schemas import Member
from api.database import fetch
from api.drafts.schemas import Draft, DraftKind, DraftWords, Place
from api.sealing import keyed_digest, opened

KEPT: Final = timedelta(days=30)
"""From when it was last changed."""


def draft_id(actor: Member, place: Place) -> UUID:
    """The id of the one draft that a member may have in a place; only who has the keys can tell which place it is."""
    named = f"{actor.id} {place.kind} {place.about} {place.purpose or ''}"
    return UUID(bytes=keyed_digest(named, about="draft")[:16], version=4)


async def draft_at(actor: Member, place: Place) -> Draft | None:
    """What the actor has begun in a place; None when nothing is kept."""
    rows = await fetch(
        "SELECT id, content, changed_at FROM draft WHERE id = {} AND member = {} AND changed_at > {}",
        draft_id(actor, place),
        actor.id,
        clock.now() - KEPT,
    )
    return _read(rows[0]) if rows else None


async def drafts(actor: Member, *, kind: DraftKind | None = None) -> list[Draft]:
    """Everything that the actor has begun, the latest first, of one kind or all."""
    rows = await fetch(
        "SELECT id, content, changed_at FROM draft WHERE member = {} AND changed_at > {} ORDER BY changed_at DESC, id",
        actor.id,
        clock.now() - KEPT,
    )
    found = [_read(row) for row in rows]
    return [one for one in found if kind is None or one.words.place.kind is kind]


def _read(row: dict[str, Any]) -> Draft:
    content = opened(row["content"], about="draft.content", row=row["id"])
    return Draft(row["id"], msgspec.json.decode(content, type=DraftWords), row["changed_at"])
