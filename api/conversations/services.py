"""Writing to a connection, and marking what one has read."""

from uuid import UUID, uuid4

from api import clock
from api.accounts.schemas import Member
from api.connections import queries as connections
from api.conversations.errors import ReadsAsPitchError
from api.conversations.message_drafts import forget_sent_message
from api.conversations.pitch_guard import pitch_in
from api.conversations.promises import promise_of
from api.conversations.queries import MESSAGE, fetch_messages
from api.conversations.reminders import remind
from api.conversations.schemas import LONGEST_MESSAGE, MessageCreate, MessageRead
from api.database import fetch
from api.disagreements.schemas import Judged
from api.disagreements.services import count_shown
from api.errors import InvalidError, NotFoundError
from api.event_kinds import Kind
from api.events import tell
from api.idempotency.services import once
from api.limits.standing import keep_conversed
from api.profiles.visibility import can_read_connection, is_active
from api.sealing import seal
from api.texts import problem_with, tidy

__all__ = ["mark_read", "remind", "send_message"]


async def send_message(actor: Member, connection_id: UUID, *, draft: MessageCreate) -> MessageRead:
    """Write to the other member of a connection.

    Raises:
        NotFoundError: The actor has no such connection (any more).
        InvalidError: The text is empty, too long, or has characters that cannot be kept.
        ReadsAsPitchError: It reads as a pitch, the two connected about something else, and the draft does not say
            that it goes anyway.
    """
    text = tidy(draft.text)
    problem = problem_with(text, field="text", name="Your message", most=LONGEST_MESSAGE)
    if problem is not None:
        raise InvalidError(problem.detail, errors=(problem,))
    if not draft.send_anyway:
        connection = await connections.connection(actor, connection_id)
        finding = await pitch_in(text, purpose=connection.purpose)
        if finding is not None:
            await count_shown(actor, [finding.code], judged=Judged.MESSAGE)
            raise ReadsAsPitchError(finding, promise_of(connection))
    async with once(actor) as doing:
        # Whoever ends the connection waits for this message, or this message finds it ended.
        locked = "SELECT asker, accepter FROM connection WHERE id = {} AND ended_at IS NULL FOR SHARE"
        found = await fetch(locked, connection_id)
        if not found:
            raise NotFoundError
        message_id = uuid4()
        written = await fetch_messages(
            "INSERT INTO message (id, connection, author, text, created_at) "
            f"SELECT {{}}, c.id, {{}}, {{}}, {{}} FROM connection AS c WHERE c.id = {{}} AND {{}} AND {{}} "
            f"RETURNING {MESSAGE}",
            message_id,
            actor.id,
            seal(text, about="message.text", row=message_id),
            clock.now(),
            connection_id,
            can_read_connection(actor.id, "c.id"),
            is_active(actor.id),
        )
        if not written:
            raise NotFoundError
        await forget_sent_message(actor, connection_id, text=text)
        [other] = {found[0]["asker"], found[0]["accepter"]} - {actor.id}
        await tell(Kind.MESSAGE_RECEIVED, to=other, connection_id=connection_id, message_id=message_id)
        await doing.answer(written[0])
    await keep_conversed(connection_id, clock.now())
    return written[0]


async def mark_read(actor: Member, connection_id: UUID) -> None:
    """Keep how far the actor has read; nobody else ever learns it.

    Raises:
        NotFoundError: The actor has no such connection (any more).
    """
    await connections.connection(actor, connection_id)
    await fetch(
        "INSERT INTO read_mark (id, connection, member, read_until) "
        "SELECT {}, {}, {}, max(created_at) FROM message WHERE connection = {} AND {} HAVING count(*) > 0 "
        "ON CONFLICT (connection, member) DO UPDATE "
        "SET read_until = greatest(read_mark.read_until, excluded.read_until)",
        uuid4(),
        connection_id,
        actor.id,
        connection_id,
        can_read_connection(actor.id, "message.connection"),
    )
