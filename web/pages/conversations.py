"""The pages on which connected members write to each other."""

from uuid import UUID

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from api.accounts.schemas import Member
from api.authentication import Access
from api.connections import queries as connections
from api.connections import services as connecting
from api.connections.schemas import ConnectionUpdate
from api.conversations import queries, services
from api.conversations.errors import NothingToRemindOfError, ReadsAsPitchError
from api.conversations.message_drafts import message_draft, message_drafts
from api.conversations.schemas import MessageCreate, MessageRead, Promise, ReminderCreate
from api.disagreements.schemas import DisagreementCreate, DisagreementRead, Judged
from api.disagreements.services import disagree, may_keep
from api.drafts.schemas import DraftKind
from api.errors import InvalidError
from api.limits.policies import MESSAGES
from api.pagination import MOST
from api.profiles.schemas import Purpose
from web.begun import keep_typed_message
from web.begun_forms import begun_form, keep_note, sent
from web.contexts import Answer, PageRequest, page, redirect, redirect_with
from web.findings import Review, review
from web.forms import Form, FormErrors
from web.names import isolated

CONVERSATIONS_A_PAGE = 20
MESSAGES_A_PAGE = 30
READ_BEFORE = 3
"""How many messages that were read stand at least before those that are new."""


class Pause(msgspec.Struct, frozen=True):
    """A message that has not gone yet: its words, marked, and what the two had connected about."""

    review: Review
    promise: Promise


class ConversationPages(Controller):
    """One's conversations, and what is said in each."""

    path = "/conversations"
    opt = {"access": Access.MEMBER}

    @get()
    async def list_conversations(
        self, request: PageRequest, actor: NamedDependency[Member], cursor: FromQuery[str | None] = None
    ) -> Template:
        """Show whom one is in touch with, the liveliest first."""
        found = await queries.conversations(actor, limit=CONVERSATIONS_A_PAGE, cursor=cursor)
        begun = {draft.connection_id for draft in await message_drafts(actor)}
        return await page(request, "conversations/conversations.html", found=found, first=cursor is None, begun=begun)

    @get("/{connection_id:uuid}")
    async def show(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        connection_id: FromPath[UUID],
        cursor: FromQuery[str | None] = None,
        new: FromQuery[UUID | None] = None,
    ) -> Template:
        """Show what was said, the newest part unless an earlier one is asked for.

        `new` is the message that was the first new one when the page was opened, for a page that renews itself.
        """
        return await _draw(request, actor, connection_id, cursor=cursor, new=new)

    @post("/{connection_id:uuid}", opt={"limits": (MESSAGES,), "keeps": keep_typed_message})
    async def write(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        form: NamedDependency[Form],
        connection_id: FromPath[UUID],
    ) -> Answer:
        """Write a message, or only look whether there are new ones, with what is typed kept."""
        wish, text = form.field("do"), form.field("text")
        if wish == "look":
            return await _draw(request, actor, connection_id, form=form)
        try:
            draft = MessageCreate(text, send_anyway=wish in {"anyway", "wrong"})
            await services.send_message(actor, connection_id, draft=draft)
        except InvalidError as error:
            return await _draw(request, actor, connection_id, form=form, errors=FormErrors.told_by(error))
        except ReadsAsPitchError as error:
            pause = Pause(review(text, [error.finding]), error.promise)
            return await _draw(request, actor, connection_id, form=form, pause=pause)
        if wish == "wrong":
            told = await _disagree(actor, connection_id, text=text if form.ticked("keep_text") else None)
            if told.text_not_kept is not None:
                return redirect_with(f"/conversations/{connection_id}#newest", notice=told.text_not_kept)
        return redirect(f"/conversations/{connection_id}#newest")

    @post("/{connection_id:uuid}/messages/{message_id:uuid}/reminder")
    async def remind(
        self, actor: NamedDependency[Member], connection_id: FromPath[UUID], message_id: FromPath[UUID]
    ) -> Answer:
        """Answer a message with what the two had connected about."""
        there = f"/conversations/{connection_id}"
        try:
            await services.remind(actor, connection_id, message_id, draft=ReminderCreate())
        except NothingToRemindOfError as error:
            return redirect_with(there, notice=error.detail)
        told = "Your answer is sent. If you would rather stop here, you can end the connection; they are not told why."
        return redirect_with(there, notice=told)

    @get("/{connection_id:uuid}/note")
    async def back_to_talk(self, connection_id: FromPath[UUID]) -> Answer:
        """Lead on whoever opens the address that a refused note leaves in the browser."""
        return redirect(f"/conversations/{connection_id}")

    @post("/{connection_id:uuid}/note", opt={"keeps": keep_note})
    async def keep_note(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        form: NamedDependency[Form],
        connection_id: FromPath[UUID],
    ) -> Answer:
        """Keep a note that only its writer reads."""
        try:
            await connecting.update_note(actor, connection_id, change=ConnectionUpdate(form.field("note")))
        except InvalidError as error:
            return await _draw(request, actor, connection_id, form=form, errors=FormErrors.told_by(error))
        await sent(actor, DraftKind.NOTE, connection_id)
        return redirect_with(f"/conversations/{connection_id}", notice="Your note is kept. Only you can read it.")

    @get("/{connection_id:uuid}/end")
    async def confirm_end(
        self, request: PageRequest, actor: NamedDependency[Member], connection_id: FromPath[UUID]
    ) -> Template:
        """Say what ending a connection does before it is done."""
        connection = await connections.connection(actor, connection_id)
        return await page(request, "conversations/end.html", connection=connection)

    @post("/{connection_id:uuid}/end")
    async def end(self, actor: NamedDependency[Member], connection_id: FromPath[UUID]) -> Answer:
        """End a connection."""
        connection = await connections.connection(actor, connection_id)
        await connecting.end_connection(actor, connection_id)
        return redirect_with(
            "/conversations", notice=f"You and {isolated(connection.member.display_name)} are no longer connected."
        )


async def _disagree(actor: Member, connection_id: UUID, *, text: str | None) -> DisagreementRead:
    purpose = (await connections.connection(actor, connection_id)).purpose
    return await disagree(actor, draft=DisagreementCreate("pitch", Judged.MESSAGE, text=text, purpose=purpose))


async def _draw(
    request: PageRequest,
    actor: Member,
    connection_id: UUID,
    *,
    cursor: str | None = None,
    new: UUID | None = None,
    form: Form | None = None,
    errors: FormErrors | None = None,
    pause: Pause | None = None,
) -> Template:
    connection = await connections.connection(actor, connection_id)
    limit = MESSAGES_A_PAGE
    if cursor is None:
        unread = await queries.unread_in(actor, connection_id, most=MOST - READ_BEFORE)
        if unread:  # all that is new, and a little of what it goes on from
            limit = max(limit, len(unread) + READ_BEFORE)
            new = new or unread[0]
    found = await queries.messages(actor, connection_id, limit=limit, cursor=cursor)
    if cursor is None:
        await services.mark_read(actor, connection_id)
    typed = form or Form()
    noted = typed if typed.ticked("note") else await begun_form(actor, DraftKind.NOTE, connection_id)
    begun = await message_draft(actor, connection_id) if form is None and cursor is None else None
    return await page(
        request,
        "conversations/conversation.html",
        status_code=422 if errors else 200,
        connection=connection,
        messages=found.items[::-1],
        remindable=_remindable(connection.purpose, actor, found.items) if cursor is None else None,
        pause=pause,
        may_keep=may_keep(connection.purpose),
        earlier=found.next,
        newest=cursor is None,
        first_new=new if any(message.id == new for message in found.items[:-1]) else None,
        begun_at=begun.changed_at if begun else None,
        text=begun.text if begun else typed.field("text"),
        note=noted.field("note") if noted.ticked("note") else connection.note,
        errors=errors or FormErrors(),
    )


def _remindable(purpose: Purpose, actor: Member, newest_first: list[MessageRead]) -> UUID | None:
    """The other's newest message, if one may answer it with what the two had connected about."""
    newest = next((message for message in newest_first if message.author_id != actor.id), None)
    if purpose is Purpose.BUSINESS or newest is None or newest.reminds_of is not None:
        return None
    return None if any(message.reminds_of == newest.id for message in newest_first) else newest.id
