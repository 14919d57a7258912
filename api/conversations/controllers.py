"""The JSON API's calls about messages."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.accounts.schemas import Member, Scope
from api.conversations import queries, services
from api.conversations.schemas import MessageCreate, MessageRead
from api.pagination import DEFAULT_LIMIT, MOST, Page
from api.problems import describes


class MessageController(Controller):
    """What connected members write to each other."""

    path = "/connections/{connection_id:uuid}/messages"
    tags = ("Conversations",)
    opt = {"scope": Scope.MESSAGES}  # noqa: RUF012  (Litestar declares it as an instance attribute)

    @get(operation_id="Messages", responses=describes(401, 403, 404, 422))
    async def read(
        self,
        actor: NamedDependency[Member],
        connection_id: FromPath[UUID],
        limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = DEFAULT_LIMIT,
        cursor: FromQuery[str | None] = None,
    ) -> Page[MessageRead]:
        """List what the two wrote, newest first."""
        return await queries.messages(actor, connection_id, limit=limit, cursor=cursor)

    @post(operation_id="SendMessage", responses=describes(401, 403, 404, 422))
    async def send(
        self, actor: NamedDependency[Member], connection_id: FromPath[UUID], data: JSONBody[MessageCreate]
    ) -> MessageRead:
        """Write to the other member of a connection."""
        return await services.send_message(actor, connection_id, draft=data)


CONTROLLERS: list[type[Controller]] = [MessageController]
