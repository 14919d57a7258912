"""Keeping out of each other's sight: at once, in silence, and also when the blocked person comes back.

A block keeps, beside the account, a keyed digest of its address (`api.accounts.addresses`). Every account with that
digest is blocked with it, whether it exists already, is made later, or takes on the address: a trigger of the database
sees to the latter (docs/visibility.md). Blocks that come of an address alone are shown to nobody.
"""

from datetime import datetime
from uuid import UUID, uuid4

from piccolo.querystring import QueryString

from api import clock
from api.accounts.schemas import Member
from api.connections.request_rows import lock_members
from api.connections.services import close_between
from api.database import fetch, transaction
from api.errors import NotFoundError
from api.profiles.queries import see_member
from api.profiles.visibility import can_see_member
from api.protections import Blocked, line_of, protecting, strike_out

_ADDRESS = 1112294211
"""What keeps the advisory locks on addresses apart from others; the trigger takes the same."""

_DERIVE = (
    "INSERT INTO block (id, blocker, blocked, created_at, because_of) "
    "SELECT gen_random_uuid(), known.blocker, other.id, known.created_at, known.id FROM blocked_address AS known "
    "JOIN account AS other ON other.address_digest = known.digest AND other.id <> known.blocker "
    "WHERE known.blocker = {} ON CONFLICT (blocker, blocked) DO NOTHING RETURNING blocked"
)


async def block_member(actor: Member, member_id: UUID) -> None:
    """Block a member as `keep_apart` does; whoever the actor neither knows nor has seen counts as seen by it.

    Else members whom one may not see any more today would be found, and named, by blocking them.

    Raises:
        QuotaReachedError: The actor may see nobody new just now; the same whether or not there is such a member.
        NotFoundError: There is no such member, or the actor neither sees them nor ever had to do with them.
    """
    if not await fetch("SELECT 1 FROM account AS a WHERE a.id = {} AND {}", member_id, _knows(actor)):
        await see_member(actor, member_id)
    await keep_apart(actor, member_id)


async def keep_apart(actor: Member, member_id: UUID) -> None:
    """Hide the actor and another member from each other, at once and in silence; what is between them ends.

    So it is with every other account under a variant of the member's address. Blocking a member who is blocked already
    changes nothing.

    Raises:
        NotFoundError: There is no such member, or the actor neither sees them nor ever had to do with them.
    """
    async with protecting() as keep:
        same = await fetch(
            "SELECT other.id FROM account AS a JOIN account AS other ON other.address_digest = a.address_digest "
            "WHERE a.id = {}",
            member_id,
        )
        await lock_members(actor.id, member_id, *(row["id"] for row in same))
        chosen = "SELECT 1 FROM block WHERE blocker = {} AND blocked = {} AND because_of IS NULL"
        was_chosen = await fetch(chosen, actor.id, member_id)
        kept = await fetch(
            "INSERT INTO block (id, blocker, blocked, created_at, known_as) "
            "SELECT {}, {}, a.id, {}, CASE WHEN {} THEN a.display_name END FROM account AS a "
            "WHERE a.id = {} AND a.id <> {} AND {} "
            "ON CONFLICT (blocker, blocked) DO UPDATE SET because_of = NULL, "
            "known_as = coalesce(block.known_as, excluded.known_as) RETURNING id",
            uuid4(),
            actor.id,
            clock.now(),
            can_see_member(actor.id, "a.id"),
            member_id,
            actor.id,
            _may_block(actor),
        )
        if not kept:
            raise NotFoundError
        others = await _block_address(actor.id, member_id)
        for other_id in sorted({member_id, *others}):
            await close_between(actor.id, other_id)
        if not was_chosen:
            [other] = await fetch("SELECT address_digest AS digest FROM account WHERE id = {}", member_id)
            block = kept[0]["id"]
            keep(Blocked(block, actor.id, member_id, other["digest"]), line=line_of(block))


async def keep_apart_again(said: Blocked, *, at: datetime) -> bool:
    """Let a block hold again that a restore has undone; whether it did not. Whoever is not there is known by address.

    Nothing is asked about what the two see of each other by now: it was asked when the block was made.
    """
    async with transaction():
        await lock_members(said.blocker, said.blocked)
        if not await fetch("SELECT 1 FROM account WHERE id = {}", said.blocker):
            return False
        made = await fetch(
            "INSERT INTO block (id, blocker, blocked, created_at, known_as) "
            "SELECT {}, {}, a.id, {}, CASE WHEN {} THEN a.display_name END FROM account AS a WHERE a.id = {} "
            # With the id that is in the journal, so that lifting it strikes it out there too.
            "ON CONFLICT (blocker, blocked) DO UPDATE SET id = excluded.id, because_of = NULL "
            "WHERE block.id <> excluded.id OR block.because_of IS NOT NULL RETURNING id",
            said.block,
            said.blocker,
            at,
            can_see_member(said.blocker, "a.id"),
            said.blocked,
        )
        others = await _block_address(said.blocker, said.blocked) if made else await _block_gone(said, at=at)
        if others is None:
            return False
        for other_id in sorted({said.blocked, *others}):
            await close_between(said.blocker, other_id)
    return True


async def unblock_member(actor: Member, member_id: UUID) -> None:
    """Let the two find each other again, under every address of theirs. What has ended stays ended.

    Raises:
        NotFoundError: The actor has not blocked this member.
    """
    async with transaction():
        gone = await fetch(
            "DELETE FROM block WHERE blocker = {} AND blocked = {} AND because_of IS NULL RETURNING id",
            actor.id,
            member_id,
        )
        if not gone:
            raise NotFoundError
        await fetch("DELETE FROM blocked_address WHERE blocker = {} AND blocked = {}", actor.id, member_id)
        await fetch(_DERIVE, actor.id)  # where another whom they blocked has the same address
    await strike_out(line_of(gone[0]["id"]))


async def _block_gone(said: Blocked, *, at: datetime) -> list[UUID] | None:
    """Block whoever comes with the address of an account that is not there; who has it, or None if it is blocked."""
    if said.digest is None or await fetch("SELECT 1 FROM account WHERE id = {}", said.blocked):
        return None
    kept = await fetch(
        "INSERT INTO blocked_address (id, blocker, blocked, digest, created_at) SELECT {}, {}, NULL, {}, {} "
        "WHERE NOT EXISTS (SELECT 1 FROM blocked_address WHERE blocker = {} AND digest = {}) RETURNING id",
        uuid4(),
        said.blocker,
        said.digest,
        at,
        said.blocker,
        said.digest,
    )
    if not kept:
        return None
    await fetch("SELECT pg_advisory_xact_lock(hashtextextended({}, {}))", said.digest.hex(), _ADDRESS)
    return [row["blocked"] for row in await fetch(_DERIVE, said.blocker)]


async def _block_address(blocker: UUID, member_id: UUID) -> list[UUID]:
    """Keep the digest of a blocked member's address, and block whoever else has it; who they are."""
    known = await fetch(
        "INSERT INTO blocked_address (id, blocker, blocked, digest, created_at) "
        "SELECT {}, {}, id, address_digest, {} FROM account WHERE id = {} AND address_digest IS NOT NULL "
        "ON CONFLICT (blocker, blocked, digest) DO UPDATE SET digest = excluded.digest RETURNING digest",
        uuid4(),
        blocker,
        clock.now(),
        member_id,
    )
    for row in known:
        await fetch("SELECT pg_advisory_xact_lock(hashtextextended({}, {}))", row["digest"].hex(), _ADDRESS)
    return [row["blocked"] for row in await fetch(_DERIVE, blocker)]


def _may_block(actor: Member) -> QueryString:
    """Whether the actor sees the member `a`, or knows them."""
    return QueryString("({} OR {})", can_see_member(actor.id, "a.id"), _knows(actor))


def _knows(actor: Member) -> QueryString:
    """Whether the actor once had to do with the member `a`, or has blocked them already.

    Why they do not see them now changes nothing: that the other blocked them must look as if they were suspended, or
    leaving.
    """
    return QueryString(
        "(EXISTS (SELECT 1 FROM block WHERE blocker = {} AND blocked = a.id AND because_of IS NULL) "
        "OR EXISTS (SELECT 1 FROM connection_request WHERE (sender = {} AND recipient = a.id) "
        "OR (sender = a.id AND recipient = {})) "
        "OR EXISTS (SELECT 1 FROM connection WHERE (asker = {} AND accepter = a.id) "
        "OR (asker = a.id AND accepter = {})))",
        *[actor.id] * 5,
    )
