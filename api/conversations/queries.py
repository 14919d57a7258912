"""What members read of their conversations."""

from uuid import UUID

import msgspec

from api.accounts.schemas import Member
from api.connections import queries as connections_queries
from api.conversations.schemas import ConversationSummary, MessageRead
from api.database import fetch
from api.pagination import DEFAULT_LIMIT, Moment, Page, beyond, page_of
from api.profiles.queries import SUMMARY, summary_of
from api.profiles.schemas import Purpose
from api.profiles.visibility import can_read_connection, can_see_member
from api.sealing import open_in

MESSAGE = "id, author AS author_id, text, created_at, reminder_of AS reminds_of"
"""The columns of a `MessageRead`."""

UNREAD = (
    "EXISTS (SELECT 1 FROM message AS unread WHERE unread.connection = c.id AND unread.author <> {} "
    "AND unread.created_at > coalesce((SELECT mark.read_until FROM read_mark AS mark "
    "WHERE mark.connection = c.id AND mark.member = {}), '-infinity'))"
)
MINE = (
    "(SELECT *, CASE WHEN asker = {} THEN accepter ELSE asker END AS other FROM connection "
    "WHERE ended_at IS NULL AND (asker = {} OR accepter = {})) AS c"
)
"""A member's connections with the `other` of each; takes the member three times."""


async def conversations(
    actor: Member, *, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[ConversationSummary]:
    """The actor's conversations, the one last written in first; a new one counts from when they connected.

    Raises:
        InvalidError: The cursor is not one of this list.
    """
    rows = await fetch(
        "SELECT c.id AS connection_id, c.other, c.purpose, last.id, last.text AS last_text, "
        f"coalesce(last.created_at, c.created_at) AS last_at, {UNREAD} AS has_unread, {SUMMARY} FROM {MINE} "
        "JOIN account AS o ON o.id = c.other "
        "LEFT JOIN LATERAL (SELECT id, text, created_at FROM message WHERE connection = c.id "
        "ORDER BY created_at DESC, id DESC LIMIT 1) AS last ON TRUE "
        "WHERE {} AND {} ORDER BY last_at DESC, c.id DESC LIMIT {}",
        *[actor.id] * 5,
        can_see_member(actor.id, "c.other"),
        beyond(cursor, "(coalesce(last.created_at, c.created_at), c.id) < ({}, {})"),
        limit + 1,
    )
    open_in(rows, last_text="message.text")
    for row in rows:
        del row["id"]
    read = [
        ConversationSummary(member=summary_of(row.pop("other"), row), **row | {"purpose": Purpose(row["purpose"])})
        for row in rows
    ]
    last = read[:limit][-1] if read else None
    return page_of(read, limit=limit, position=None if last is None else Moment(last.last_at, last.connection_id))


async def fetch_messages(sql: str, *values: object) -> list[MessageRead]:
    """The rows of a statement that yields the columns of `MESSAGE`, as the two of its connection read them."""
    rows = await fetch(sql, *values)
    open_in(rows, text="message.text")
    return msgspec.convert(rows, list[MessageRead])


async def messages(
    actor: Member, connection_id: UUID, *, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[MessageRead]:
    """What the two of a connection wrote, newest first.

    Raises:
        NotFoundError: The actor has no such connection (any more).
        InvalidError: The cursor is not one of this list.
    """
    await connections_queries.connection(actor, connection_id)
    read = await fetch_messages(
        f"SELECT {MESSAGE} FROM message WHERE connection = {{}} AND {{}} AND {{}} "
        "ORDER BY created_at DESC, id DESC LIMIT {}",
        connection_id,
        can_read_connection(actor.id, "message.connection"),
        beyond(cursor, "(created_at, id) < ({}, {})"),
        limit + 1,
    )
    last = read[:limit][-1] if read else None
    return page_of(read, limit=limit, position=None if last is None else Moment(last.created_at, last.id))


async def unread_in(actor: Member, connection_id: UUID, *, most: int) -> list[UUID]:
    """What the other wrote that the actor has not read yet, the oldest first, `most` of them."""
    rows = await fetch(
        "SELECT id FROM message WHERE connection = {} AND author <> {} AND {} AND created_at > coalesce("
        "(SELECT read_until FROM read_mark WHERE connection = {} AND member = {}), '-infinity') "
        "ORDER BY created_at, id LIMIT {}",
        connection_id,
        actor.id,
        can_read_connection(actor.id, "message.connection"),
        connection_id,
        actor.id,
        most,
    )
    return [row["id"] for row in rows]


async def has_received(actor: Member, message_id: UUID) -> bool:
    """Whether there is a message that another wrote and the actor may read."""
    rows = await fetch(
        "SELECT 1 FROM message WHERE id = {} AND author <> {} AND {}",
        message_id,
        actor.id,
        can_read_connection(actor.id, "message.connection"),
    )
    return bool(rows)


async def unread(actor: Member) -> int:
    """In how many conversations there is something that the actor has not read."""
    rows = await fetch(
        f"SELECT count(*) AS number FROM {MINE} WHERE {{}} AND {UNREAD}",
        *[actor.id] * 3,
        can_see_member(actor.id, "c.other"),
        *[actor.id] * 2,
    )
    return int(rows[0]["number"])
