"""Keeping out of each other's sight."""

from uuid import UUID, uuid4

from api import clock
from api.accounts.schemas import Member
from api.connections.services import close_between
from api.database import fetch, fetch_one, transaction
from api.errors import NotFoundError
from api.profiles.epochs import raise_epochs_of
from api.profiles.visibility import can_see_member


async def block_member(actor: Member, member_id: UUID) -> None:
    """Hide the actor and another member from each other, at once and in silence; what is between them ends.

    Blocking a member who is blocked already changes nothing.

    Raises:
        NotFoundError: There is no such member, or the actor neither sees them nor ever had to do with them.
    """
    async with transaction():
        if not await _may_block(actor, member_id):
            raise NotFoundError
        await close_between(actor.id, member_id)
        # A member who has gone meanwhile leaves nothing to block, and no row to refer to.
        kept = await fetch(
            "INSERT INTO block (id, blocker, blocked, created_at) SELECT {}, {}, id, {} FROM account WHERE id = {} "
            "ON CONFLICT (blocker, blocked) DO NOTHING RETURNING id",
            uuid4(),
            actor.id,
            clock.now(),
            member_id,
        )
        if kept:
            await raise_epochs_of(actor.id, member_id)


async def unblock_member(actor: Member, member_id: UUID) -> None:
    """Let the two find each other again. What has ended stays ended.

    Raises:
        NotFoundError: The actor has not blocked this member.
    """
    async with transaction():
        gone = await fetch("DELETE FROM block WHERE blocker = {} AND blocked = {} RETURNING id", actor.id, member_id)
        if not gone:
            raise NotFoundError
        await raise_epochs_of(actor.id, member_id)


async def _may_block(actor: Member, member_id: UUID) -> bool:
    """Whether the actor sees the member, once had to do with them, or has blocked them already.

    Not when they blocked the actor: that must look as if they were gone.
    """
    row = await fetch_one(
        "SELECT 1 FROM account AS a WHERE a.id = {} AND a.id <> {} AND ({} "
        "OR EXISTS (SELECT 1 FROM block WHERE blocker = {} AND blocked = a.id) "
        "OR (NOT EXISTS (SELECT 1 FROM block WHERE blocker = a.id AND blocked = {}) AND ("
        "EXISTS (SELECT 1 FROM connection_request WHERE (sender = {} AND recipient = a.id) "
        "OR (sender = a.id AND recipient = {})) "
        "OR EXISTS (SELECT 1 FROM connection WHERE (asker = {} AND accepter = a.id) "
        "OR (asker = a.id AND accepter = {})))))",
        member_id,
        actor.id,
        can_see_member(actor.id, "a.id"),
        *[actor.id] * 6,
    )
    return row is not None
