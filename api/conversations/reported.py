"""Messages as moderation needs them: one that was reported with what was said before, and taking words out."""

from datetime import datetime
from uuid import UUID

import msgspec

from api.database import fetch, fetch_one
from api.profiles.schemas import Purpose
from api.sealing import open_in, opened, seal


class ReportedMessage(msgspec.Struct, frozen=True):
    """A message, as both of its conversation could read it."""

    id: UUID
    author: UUID
    text: str
    created_at: datetime


class ReportedTalk(msgspec.Struct, frozen=True):
    """What two connected about, and who they are."""

    id: UUID
    asker: UUID
    accepter: UUID
    request: UUID | None
    purpose: Purpose
    reason: str
    crossed_reason: str | None


async def talk_of(reader_id: UUID, message_id: UUID) -> ReportedTalk | None:
    """The conversation, ended or not, in which a member received or wrote a message; None when they did not."""
    found = await fetch(
        "SELECT c.id, c.asker, c.accepter, c.request, c.purpose, c.reason, c.crossed_reason "
        "FROM connection AS c JOIN message AS m ON m.connection = c.id "
        "WHERE m.id = {} AND (c.asker = {} OR c.accepter = {})",
        message_id,
        reader_id,
        reader_id,
    )
    open_in(found, reason="connection.reason", crossed_reason="connection.crossed_reason")
    return msgspec.convert(found[0], ReportedTalk) if found else None


async def messages_up_to(message_id: UUID, *, before: int) -> list[ReportedMessage]:
    """A message and as many as `before` from before it, oldest first."""
    rows = await fetch(
        "SELECT m.id, m.author, m.text, m.created_at FROM message AS m JOIN message AS last "
        "ON last.id = {} AND last.connection = m.connection AND (m.created_at, m.id) <= (last.created_at, last.id) "
        "ORDER BY m.created_at DESC, m.id DESC LIMIT {}",
        message_id,
        before + 1,
    )
    open_in(rows, text="message.text")
    return [ReportedMessage(**row) for row in reversed(rows)]


async def replace_text(message_id: UUID, text: str) -> None:
    """Put other words in the place of a message's; nothing happens when it has gone."""
    sealed = seal(text, about="message.text", row=message_id)
    await fetch("UPDATE message SET text = {} WHERE id = {}", sealed, message_id)


async def text_of(message_id: UUID) -> str | None:
    """What a message says now; None when it has gone."""
    row = await fetch_one("SELECT text FROM message WHERE id = {}", message_id)
    return None if row is None else opened(row["text"], about="message.text", row=message_id)
