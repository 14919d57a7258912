"""Answering a message that sells something with what the two had connected about."""

from uuid import UUID, uuid4

from api import clock
from api.accounts.schemas import Member
from api.connections import queries as connections
from api.connections.services import end_connection
from api.conversations.errors import NothingToRemindOfError
from api.conversations.promises import in_words, promise_of
from api.conversations.queries import MESSAGE, fetch_messages
from api.conversations.schemas import MessageRead, ReminderCreate
from api.database import fetch, fetch_one
from api.errors import NotFoundError
from api.event_kinds import Kind
from api.events import tell
from api.idempotency.services import once
from api.profiles.schemas import Purpose
from api.profiles.visibility import can_read_connection, is_active
from api.sealing import seal


async def remind(actor: Member, connection_id: UUID, message_id: UUID, *, draft: ReminderCreate) -> MessageRead:
    """Answer a message of the other with "we connected for something else" and what they connected about.

    The answer is a message like any other. It counts towards the other's open requests once several members have
    given one (`api/connections/slots.py`). Where the connection ends with it, nobody reads it any more.

    Raises:
        NotFoundError: The actor has no such connection (any more), or the other wrote no such message in it.
        NothingToRemindOfError: It was answered so already, is itself such an answer, or the two connected for business.
    """
    async with once(actor) as doing:
        # The second of two taps, and every message that is just being written, wait for this.
        locked = "SELECT 1 FROM connection WHERE id = {} AND ended_at IS NULL FOR NO KEY UPDATE"
        if not await fetch(locked, connection_id):
            raise NotFoundError
        connection = await connections.connection(actor, connection_id)
        answered = await fetch_one(
            "SELECT reminder_of IS NOT NULL OR EXISTS (SELECT 1 FROM message AS r WHERE r.reminder_of = m.id) AS so "
            "FROM message AS m WHERE id = {} AND connection = {} AND author <> {} AND {}",
            message_id,
            connection_id,
            actor.id,
            can_read_connection(actor.id, "m.connection"),
        )
        if answered is None:
            raise NotFoundError
        if connection.purpose is Purpose.BUSINESS:
            raise NothingToRemindOfError("You two connected for business, where offers belong.")
        if answered["so"]:
            raise NothingToRemindOfError("This was said already. Once is enough.")
        reminder_id = uuid4()
        said = in_words(promise_of(connection, of_other=True))
        written = await fetch_messages(
            "INSERT INTO message (id, connection, author, text, created_at, reminder_of) "
            "SELECT {}, c.id, {}, {}, {}, {} FROM connection AS c WHERE c.id = {} AND {} AND {} "
            f"RETURNING {MESSAGE}",
            reminder_id,
            actor.id,
            seal(said, about="message.text", row=reminder_id),
            clock.now(),
            message_id,
            connection_id,
            can_read_connection(actor.id, "c.id"),
            is_active(actor.id),
        )
        if not written:
            raise NotFoundError
        if draft.end_connection:
            await end_connection(actor, connection_id)
        else:
            other = connection.member.id
            await tell(Kind.MESSAGE_RECEIVED, to=other, connection_id=connection_id, message_id=reminder_id)
        return await doing.answer(written[0])
