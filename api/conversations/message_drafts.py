"""Messages that a member has begun to write: kept while they write, shown to nobody else, gone when they are sent."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from api.accounts.schemas import Member
from api.connections import queries as connections
from api.drafts import queries as drafts
from api.drafts import services as keeping
from api.drafts.schemas import LONGEST_DRAFT, Draft, DraftKind, DraftWords, Place
from api.errors import NotFoundError
from api.profiles.schemas import MemberSummary
from api.profiles.visibility import can_read_connection
from api.texts import length


class MessageDraftSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message as far as it has been written. An empty one is none."""

    text: Annotated[str, length(LONGEST_DRAFT, least=0)]


class MessageDraft(msgspec.Struct, frozen=True):
    """A message that its writer has begun."""

    id: UUID
    connection_id: UUID | None
    """In which conversation; none where there is none for its writer (any more), whatever the reason."""
    member: MemberSummary | None
    text: str
    changed_at: datetime


async def keep_message(actor: Member, connection_id: UUID, *, draft: MessageDraftSet) -> MessageDraft | None:
    """Keep a message as far as the actor has written it; None where nothing was written, and nothing is kept then.

    Raises:
        NotFoundError: The actor has no such connection (any more).
        InvalidError: It is too long to be kept, or has characters that cannot be kept.
        DraftsFullError: The actor has begun as much as is kept for one.
    """
    await connections.connection(actor, connection_id)
    kept = await keeping.keep(
        actor,
        words=DraftWords(_place(connection_id), draft.text),
        provided=QueryString(
            "EXISTS (SELECT 1 FROM connection AS c WHERE c.id = {} AND {})",
            connection_id,
            can_read_connection(actor.id, "c.id"),
        ),
    )
    return None if kept is None else await _read(actor, kept)


async def message_draft(actor: Member, connection_id: UUID) -> MessageDraft | None:
    """What the actor has begun to write in a conversation."""
    found = await drafts.draft_at(actor, _place(connection_id))
    return None if found is None else await _read(actor, found)


async def message_drafts(actor: Member) -> list[MessageDraft]:
    """All messages that the actor has begun, the latest first."""
    return [await _read(actor, found) for found in await drafts.drafts(actor, kind=DraftKind.MESSAGE)]


async def forget_message(actor: Member, connection_id: UUID) -> None:
    """Throw away what the actor has begun to write in a conversation, if anything."""
    await keeping.forget_at(actor, _place(connection_id))


async def forget_sent_message(actor: Member, connection_id: UUID, *, text: str) -> None:
    """Throw away the draft of a message that is sent, within the transaction that sends it."""
    await keeping.forget_sent(actor, _place(connection_id), text=text)


def _place(connection_id: UUID) -> Place:
    return Place(DraftKind.MESSAGE, connection_id)


async def _read(actor: Member, draft: Draft) -> MessageDraft:
    try:
        connection = await connections.connection(actor, draft.words.place.about)
    except NotFoundError:
        return MessageDraft(draft.id, None, None, draft.words.text, draft.changed_at)
    return MessageDraft(draft.id, connection.id, connection.member, draft.words.text, draft.changed_at)
