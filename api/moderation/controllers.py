"""The JSON API's calls about blocks."""

from uuid import UUID

from litestar import Controller, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.status_codes import HTTP_204_NO_CONTENT

from api.accounts.schemas import Member, Scope
from api.authentication import Access
from api.moderation import queries, services
from api.problems import describes
from api.profiles.schemas import MemberSummary


class BlockController(Controller):
    """Whom one does not want to meet."""

    path = "/blocks"
    tags = ("Safety",)
    opt = {"access": Access.MEMBER, "scope": Scope.SAFETY}

    @get(operation_id="Blocks", responses=describes(401, 403))
    async def read(self, actor: NamedDependency[Member]) -> list[MemberSummary]:
        """List the members whom one has blocked."""
        return await queries.blocks(actor)

    @put(
        "/{member_id:uuid}",
        operation_id="BlockMember",
        status_code=HTTP_204_NO_CONTENT,
        responses=describes(401, 403, 404),
    )
    async def block(self, actor: NamedDependency[Member], member_id: FromPath[UUID]) -> None:
        """Hide each from the other, in silence; what is between the two ends."""
        await services.block_member(actor, member_id)

    @delete("/{member_id:uuid}", operation_id="UnblockMember", responses=describes(401, 403, 404))
    async def unblock(self, actor: NamedDependency[Member], member_id: FromPath[UUID]) -> None:
        """Let the two find each other again; what has ended stays ended."""
        await services.unblock_member(actor, member_id)


CONTROLLERS: list[type[Controller]] = [BlockController]
