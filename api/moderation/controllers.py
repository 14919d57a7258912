"""The JSON API's calls about blocks and reports."""

from uuid import UUID

from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_204_NO_CONTENT

from api.accounts.schemas import Member, Scope
from api.authentication import Access
from api.errors import InvalidError, NotFoundError
from api.limits.errors import QuotaReachedError
from api.limits.policies import REPORTS
from api.moderation import queries, reporting, services
from api.moderation.schemas import ReportCreate, ReportRead
from api.problems import describes
from api.profiles.schemas import MemberSummary


class BlockController(Controller):
    """Whom one does not want to meet."""

    path = "/blocks"
    tags = ("Safety",)
    opt = {"access": Access.MEMBER, "scope": Scope.SAFETY}

    @get(operation_id="Blocks")
    async def read(self, actor: NamedDependency[Member]) -> list[MemberSummary]:
        """List the members whom one has blocked."""
        return await queries.blocks(actor)

    @put(
        "/{member_id:uuid}",
        operation_id="BlockMember",
        status_code=HTTP_204_NO_CONTENT,
        responses=describes(NotFoundError, QuotaReachedError),
    )
    async def block(self, actor: NamedDependency[Member], member_id: FromPath[UUID]) -> None:
        """Hide each from the other, in silence; what is between the two ends."""
        await services.block_member(actor, member_id)

    @delete("/{member_id:uuid}", operation_id="UnblockMember", responses=describes(NotFoundError))
    async def unblock(self, actor: NamedDependency[Member], member_id: FromPath[UUID]) -> None:
        """Let the two find each other again; what has ended stays ended."""
        await services.unblock_member(actor, member_id)


class ReportController(Controller):
    """What one reported to the moderators."""

    path = "/reports"
    tags = ("Safety",)
    opt = {"access": Access.MEMBER, "scope": Scope.SAFETY}

    @get(operation_id="Reports")
    async def read(self, actor: NamedDependency[Member]) -> list[ReportRead]:
        """List what one reported, newest first, and what came of it."""
        return await reporting.my_reports(actor)

    @post(
        operation_id="Report",
        opt={"keyed": True, "limits": (REPORTS,)},
        responses=describes(NotFoundError, InvalidError, QuotaReachedError),
    )
    async def report(self, actor: NamedDependency[Member], data: JSONBody[ReportCreate]) -> ReportRead:
        """Report something to the moderators; the same thing once. The other member never learns of it."""
        return await reporting.report(actor, draft=data)


CONTROLLERS: list[type[Controller]] = [BlockController, ReportController]
