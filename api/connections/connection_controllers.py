"""The JSON API's calls about connections."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, patch
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.accounts.schemas import Member, Scope
from api.authentication import Access
from api.connections import queries, services
from api.connections.schemas import ConnectionRead, ConnectionUpdate
from api.errors import InvalidError, NotFoundError
from api.pagination import DEFAULT_LIMIT, MOST, Page
from api.problems import describes


class ConnectionController(Controller):
    """Connections."""

    path = "/connections"
    tags = ("Connections",)
    opt = {"access": Access.MEMBER, "scope": Scope.REQUESTS}

    @get(operation_id="Connections", responses=describes(InvalidError))
    async def read(
        self,
        actor: NamedDependency[Member],
        limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = DEFAULT_LIMIT,
        cursor: FromQuery[str | None] = None,
    ) -> Page[ConnectionRead]:
        """List one's own connections, newest first."""
        return await queries.connections(actor, limit=limit, cursor=cursor)

    @get("/{connection_id:uuid}", operation_id="Connection", responses=describes(NotFoundError))
    async def read_one(self, actor: NamedDependency[Member], connection_id: FromPath[UUID]) -> ConnectionRead:
        """Read a connection, with the reason it came from."""
        return await queries.connection(actor, connection_id)

    @patch(
        "/{connection_id:uuid}",
        operation_id="UpdateConnection",
        opt={"edits": True},
        responses=describes(NotFoundError, InvalidError),
    )
    async def update(
        self, actor: NamedDependency[Member], connection_id: FromPath[UUID], data: JSONBody[ConnectionUpdate]
    ) -> ConnectionRead:
        """Change one's private note."""
        return await services.update_note(actor, connection_id, change=data)

    @delete("/{connection_id:uuid}", operation_id="EndConnection", responses=describes(NotFoundError))
    async def end(self, actor: NamedDependency[Member], connection_id: FromPath[UUID]) -> None:
        """End a connection quietly, for both."""
        await services.end_connection(actor, connection_id)
