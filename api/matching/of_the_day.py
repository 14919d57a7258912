"""Which matches were on a member's first page, and on which day: it stays the same all day, and goes round."""

from collections.abc import Sequence
from datetime import UTC, date
from uuid import UUID

import msgspec

from api import clock
from api.accounts.schemas import Member
from api.database import fetch, fetch_as
from api.matching.entries import Row
from api.profiles.schemas import Purpose


class Shown(msgspec.Struct, frozen=True):
    """A match that was on the first page, and when it was there last."""

    purpose: Purpose
    member: UUID
    day: date


def today() -> date:
    """The day by UTC."""
    return clock.now().astimezone(UTC).date()


async def shown_before(actor: Member) -> list[Shown]:
    """Those on the actor's lists who were on the first page, the last first."""
    return await fetch_as(
        Shown,
        "SELECT kept.purpose, entry.member, entry.first_page_on AS day FROM match_list AS kept "
        "JOIN match_entry AS entry ON entry.match_list = kept.id "
        "WHERE kept.viewer = {} AND entry.first_page_on IS NOT NULL ORDER BY day DESC, entry.position",
        actor.id,
    )


async def keep_shown(actor: Member, rows: Sequence[Row]) -> None:
    """Note that these are on the actor's first page today."""
    await fetch(
        "UPDATE match_entry SET first_page_on = {} FROM match_list AS kept "
        "WHERE match_entry.match_list = kept.id AND kept.viewer = {} AND match_entry.id = ANY({}::uuid[])",
        today(),
        actor.id,
        [row.id for row in rows],
    )


def in_order(
    candidates: Sequence[tuple[Purpose, Row]], shown: Sequence[Shown]
) -> tuple[list[tuple[Purpose, Row]], list[tuple[Purpose, Row]]]:
    """Candidates who were chosen today already, and the others: those first who were not shown for longest.

    Nobody is in it twice.
    """
    days = {one.member: one.day for one in reversed(shown)}
    chosen = {(one.purpose, one.member) for one in shown if one.day == today()}
    already = [found for found in candidates if (found[0], found[1].member) in chosen]
    taken = {row.member for _, row in already} | {member for _, member in chosen}
    others: dict[UUID, tuple[Purpose, Row]] = {}
    for purpose, row in candidates:
        if row.member not in taken:
            others.setdefault(row.member, (purpose, row))
    return already, sorted(others.values(), key=lambda found: days.get(found[1].member, date.min))
