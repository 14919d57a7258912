"""Hiding what members took back, after a restore that has brought it back."""

from datetime import datetime
from uuid import UUID

from api import clock
from api.database import fetch, transaction
from api.profiles.list_orders import order_all_lists, order_lists
from api.profiles.schemas import Audience, Purpose
from api.profiles.services import take_purpose_off
from api.profiles.vectors import place_vectors

NAMELESS = "Someone"
"""What a member is called whose older name a restore has brought back, until they type the one they want."""

_EMPTY = {"display_name": NAMELESS, "pronouns": None, "place_id": None}


async def take_purpose_off_again(row_id: UUID) -> bool:
    """Switch a purpose off by the row that says it is on; whether there was one."""
    async with transaction():
        for row in await fetch("SELECT member, purpose FROM member_purpose WHERE id = {}", row_id):
            await _hold(row["member"])
            return bool(await take_purpose_off(row["member"], Purpose(row["purpose"])))
    return False


async def delete_statement_again(statement_id: UUID) -> bool:
    """Delete a statement; whether there was one."""
    async with transaction():
        gone = await fetch("DELETE FROM statement WHERE id = {} RETURNING author, purpose", statement_id)
        await fetch("DELETE FROM statement_vector WHERE statement = {}", statement_id)
        for row in gone:
            await order_lists(row["author"], [Purpose(row["purpose"])])
    return bool(gone)


async def hide_text(statement_id: UUID) -> bool:
    """Let nobody but its author read a statement, which was changed or meant for fewer since; whether others could."""
    async with transaction():
        hidden = await fetch(
            "UPDATE statement SET audience = {} WHERE id = {} AND audience <> {} RETURNING author, purpose",
            Audience.NOBODY,
            statement_id,
            Audience.NOBODY,
        )
        await fetch("DELETE FROM statement_vector WHERE statement = {}", statement_id)
        for row in hidden:
            await order_lists(row["author"], [Purpose(row["purpose"])])
    return bool(hidden)


async def empty(member_id: UUID, columns: set[str]) -> bool:
    """Empty what others see of a member and is not what it was last; whether anything was there."""
    async with transaction():
        await _hold(member_id)
        [row] = await fetch("SELECT display_name, pronouns, place_id FROM account WHERE id = {}", member_id)
        wrong = [name for name in sorted(columns) if row[name] != _EMPTY[name]]
        if not wrong:
            return False
        values = ", ".join(f"{name} = {{}}" for name in wrong)
        await fetch(f"UPDATE account SET {values} WHERE id = {{}}", *(_EMPTY[name] for name in wrong), member_id)
        await place_vectors(member_id)
        await order_all_lists(member_id)
    return True


async def rest_again(member_id: UUID, *, until: datetime) -> bool:
    """Let nobody new find a member until they wanted to be found again; whether somebody could."""
    return bool(
        await fetch(
            "UPDATE account SET paused_until = {} WHERE id = {} AND {}::timestamptz > {} "
            "AND (paused_until IS NULL OR paused_until < {}) RETURNING id",
            until,
            member_id,
            until,
            clock.now(),
            until,
        )
    )


async def _hold(member_id: UUID) -> None:
    """As `locks.lock_member`, also for whoever is leaving, since they may come back."""
    await fetch("SELECT 1 FROM account WHERE id = {} FOR NO KEY UPDATE", member_id)
