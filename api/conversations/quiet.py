"""Conversations that went quiet: whom a member may be losing touch with, told to them alone and only when they look."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec

from api import clock
from api.accounts.schemas import Member
from api.connections import queries as connections
from api.conversations.queries import MINE, UNREAD
from api.database import fetch, transaction
from api.limits.standing import BOTH_WROTE
from api.profiles.queries import SUMMARY, summary_of
from api.profiles.schemas import MemberSummary, Purpose
from api.profiles.visibility import can_read_connection, can_see_member

QUIET_AFTER = timedelta(days=30)
PUT_OFF_FOR = timedelta(days=90)


class QuietConversation(msgspec.Struct, frozen=True):
    """A conversation in which both once wrote, and nobody has for a while."""

    connection_id: UUID
    member: MemberSummary
    purpose: Purpose
    last_at: datetime


async def gone_quiet(actor: Member, *, most: int) -> list[QuietConversation]:
    """Conversations of the actor's that went quiet and were not put off, the one that was last alive first.

    What the actor has not read yet is no silence. Whoever is not there for the actor any more is not in it either, as
    in the list of conversations: nothing tells why. The other never learns of it.
    """
    rows = await fetch(
        f"SELECT c.id AS connection_id, c.other, c.purpose, last.at AS last_at, {SUMMARY} FROM {MINE} "
        "JOIN account AS o ON o.id = c.other "
        "CROSS JOIN LATERAL (SELECT max(created_at) AS at FROM message WHERE connection = c.id) AS last "
        f"WHERE {{}} AND {BOTH_WROTE} AND NOT {UNREAD} "
        "AND last.at <= {} AND NOT EXISTS (SELECT 1 FROM read_mark AS mark WHERE mark.connection = c.id "
        "AND mark.member = {} AND mark.put_off_until > {}) ORDER BY last.at DESC, c.id LIMIT {}",
        *[actor.id] * 3,
        can_see_member(actor.id, "c.other"),
        *[actor.id] * 2,
        clock.now() - QUIET_AFTER,
        actor.id,
        clock.now(),
        most,
    )
    return [
        QuietConversation(member=summary_of(row.pop("other"), row), **row | {"purpose": Purpose(row["purpose"])})
        for row in rows
    ]


async def put_off(actor: Member, connection_id: UUID) -> None:
    """Leave a conversation out of those that went quiet, for three months; only the actor ever learns of it.

    Raises:
        NotFoundError: The actor has no such connection (any more).
    """
    async with transaction():
        connection = await connections.connection(actor, connection_id)
        await fetch(
            "INSERT INTO read_mark (id, connection, member, read_until, put_off_until) "
            "SELECT {}, c.id, {}, {}, {} FROM connection AS c WHERE c.id = {} AND {} "
            "ON CONFLICT (connection, member) DO UPDATE SET put_off_until = excluded.put_off_until",
            uuid4(),
            actor.id,
            connection.created_at,
            clock.now() + PUT_OFF_FOR,
            connection_id,
            can_read_connection(actor.id, "c.id"),
        )
