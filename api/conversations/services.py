"""Writing to a connection, and marking what one has read."""

from uuid import UUID, uuid4

from api import clock
from api.accounts.schemas import Member
from api.connections import queries as connections
from api.conversations.schemas import MessageCreate, MessageRead
from api.database import fetch, fetch_as, transaction
from api.errors import InvalidError, NotFoundError
from api.texts import problem_with, tidy

LONGEST_MESSAGE = 4000


async def send_message(actor: Member, connection_id: UUID, *, draft: MessageCreate) -> MessageRead:
    """Write to the other member of a connection.

    Raises:
        NotFoundError: The actor has no such connection (any more).
        InvalidError: The text is empty, too long, or has characters that cannot be kept.
    """
    text = tidy(draft.text)
    problem = problem_with(text, field="text", name="Your message", most=LONGEST_MESSAGE)
    if problem is not None:
        raise InvalidError(problem.detail, errors=(problem,))
    async with transaction():
        # Whoever ends the connection waits for this message, or this message finds it ended.
        if not await fetch("SELECT 1 FROM connection WHERE id = {} AND ended_at IS NULL FOR SHARE", connection_id):
            raise NotFoundError
        await connections.connection(actor, connection_id)
        [written] = await fetch_as(
            MessageRead,
            "INSERT INTO message (id, connection, author, text, created_at) VALUES ({}, {}, {}, {}, {}) "
            "RETURNING id, author AS author_id, text, created_at",
            uuid4(),
            connection_id,
            actor.id,
            text,
            clock.now(),
        )
        return written


async def mark_read(actor: Member, connection_id: UUID) -> None:
    """Keep how far the actor has read; nobody else ever learns it.

    Raises:
        NotFoundError: The actor has no such connection (any more).
    """
    await connections.connection(actor, connection_id)
    await fetch(
        "INSERT INTO read_mark (id, connection, member, read_until) "
        "SELECT {}, {}, {}, max(created_at) FROM message WHERE connection = {} HAVING count(*) > 0 "
        "ON CONFLICT (connection, member) DO UPDATE "
        "SET read_until = greatest(read_mark.read_until, excluded.read_until)",
        uuid4(),
        connection_id,
        actor.id,
        connection_id,
    )
