"""The JSON API's calls about messages."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.status_codes import HTTP_204_NO_CONTENT

from api.accounts.schemas import Member, Scope
from api.authentication import Access
from api.conversations import queries, services
from api.conversations.errors import NothingToRemindOfError, ReadsAsPitchError
from api.conversations.message_drafts import (
    MessageDraft,
    MessageDraftSet,
    forget_message,
    keep_message,
    message_drafts,
)
from api.conversations.quiet import QuietConversation, gone_quiet, put_off
from api.conversations.schemas import MessageCreate, MessageRead, ReminderCreate
from api.drafts.errors import DraftsFullError
from api.errors import InvalidError, NotFoundError
from api.limits.policies import DRAFTS, MESSAGES
from api.pagination import DEFAULT_LIMIT, MOST, Page
from api.problems import describes


class MessageController(Controller):
    """What connected members write to each other."""

    path = "/connections/{connection_id:uuid}/messages"
    tags = ("Conversations",)
    opt = {"access": Access.MEMBER, "scope": Scope.MESSAGES}

    @get(operation_id="Messages", responses=describes(NotFoundError, InvalidError))
    async def read(
        self,
        actor: NamedDependency[Member],
        connection_id: FromPath[UUID],
        limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = DEFAULT_LIMIT,
        cursor: FromQuery[str | None] = None,
    ) -> Page[MessageRead]:
        """List what the two wrote, newest first."""
        return await queries.messages(actor, connection_id, limit=limit, cursor=cursor)

    @post(
        operation_id="SendMessage",
        opt={"keyed": True, "limits": (MESSAGES,)},
        responses=describes(NotFoundError, InvalidError, ReadsAsPitchError),
    )
    async def send(
        self, actor: NamedDependency[Member], connection_id: FromPath[UUID], data: JSONBody[MessageCreate]
    ) -> MessageRead:
        """Write to the other member of a connection.

        Where the two connected about anything but business, a message that reads as a pitch comes back once, as the
        problem `reads-as-a-pitch`, with what they connected about. With `send_anyway` it goes, whatever it is.
        """
        return await services.send_message(actor, connection_id, draft=data)

    @post(
        "/{message_id:uuid}/reminder",
        operation_id="RemindOfReason",
        opt={"keyed": True},
        responses=describes(NotFoundError, NothingToRemindOfError),
    )
    async def remind(
        self,
        actor: NamedDependency[Member],
        connection_id: FromPath[UUID],
        message_id: FromPath[UUID],
        data: JSONBody[ReminderCreate | None] = None,
    ) -> MessageRead:
        """Answer a message with "we connected for something else" and what they connected about.

        With `end_connection` the connection ends as well, quietly, as if it were ended by itself.
        """
        return await services.remind(actor, connection_id, message_id, draft=data or ReminderCreate())


class MessageDraftController(Controller):
    """Messages that one has begun to write and not sent yet. Nobody else ever reads them."""

    path = "/message-drafts"
    tags = ("Conversations",)
    opt = {"access": Access.MEMBER, "scope": Scope.MESSAGES}

    @get(operation_id="MessageDrafts")
    async def read(self, actor: NamedDependency[Member]) -> list[MessageDraft]:
        """List the messages that one has begun within 30 days, the latest first.

        Where there is no such conversation (any more) `connection_id` and `member` are null; the words are there still.
        """
        return await message_drafts(actor)

    @put(
        "/{connection_id:uuid}",
        operation_id="KeepMessageDraft",
        opt={"limits": (DRAFTS,)},
        responses=describes(NotFoundError, DraftsFullError, InvalidError),
    )
    async def keep(
        self, actor: NamedDependency[Member], connection_id: FromPath[UUID], data: JSONBody[MessageDraftSet]
    ) -> MessageDraft | None:
        """Keep a message as far as it is written, for 30 days; null where nothing is written, and nothing is kept then.

        It is deleted when these words are sent.
        """
        return await keep_message(actor, connection_id, draft=data)

    @delete("/{connection_id:uuid}", operation_id="ForgetMessageDraft")
    async def forget(self, actor: NamedDependency[Member], connection_id: FromPath[UUID]) -> None:
        """Throw away what one has begun to write in a conversation, if anything."""
        await forget_message(actor, connection_id)


class QuietController(Controller):
    """Conversations that went quiet. Only whoever asks learns of it."""

    tags = ("Conversations",)
    opt = {"access": Access.MEMBER, "scope": Scope.MESSAGES}

    @get("/quiet-conversations", operation_id="QuietConversations")
    async def read(
        self,
        actor: NamedDependency[Member],
        limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = DEFAULT_LIMIT,
    ) -> list[QuietConversation]:
        """List the conversations in which both wrote and nobody has for 30 days, the one that was last alive first.

        What one has not read yet is no silence, and what one has put off is not in it for three months.
        """
        return await gone_quiet(actor, most=limit)

    @put(
        "/connections/{connection_id:uuid}/put-off",
        operation_id="PutOffQuietConversation",
        responses=describes(NotFoundError),
        status_code=HTTP_204_NO_CONTENT,
    )
    async def put_off(self, actor: NamedDependency[Member], connection_id: FromPath[UUID]) -> None:
        """Leave a conversation out of those that went quiet, for three months; the other never learns of it."""
        await put_off(actor, connection_id)


CONTROLLERS: list[type[Controller]] = [MessageController, MessageDraftController, QuietController]
