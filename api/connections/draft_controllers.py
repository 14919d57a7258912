"""The JSON API's calls about reasons that one has begun to write."""

from uuid import UUID

from litestar import Controller, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.accounts.schemas import Member, Scope
from api.authentication import Access
from api.connections import reason_drafts
from api.connections.reason_drafts import ReasonDraft, ReasonDraftSet
from api.drafts.errors import DraftsFullError
from api.errors import InvalidError, NotFoundError
from api.limits.errors import QuotaReachedError
from api.limits.policies import DRAFTS
from api.problems import describes
from api.profiles.errors import PurposeOffError
from api.profiles.schemas import Purpose


class ReasonDraftController(Controller):
    """Reasons that one has begun to write and not sent yet. Nobody else ever reads them."""

    path = "/reason-drafts"
    tags = ("Requests",)
    opt = {"access": Access.MEMBER, "scope": Scope.REQUESTS}

    @get(operation_id="ReasonDrafts")
    async def read(self, actor: NamedDependency[Member]) -> list[ReasonDraft]:
        """List the reasons that one has begun within 30 days, the latest first.

        Where one cannot see the other (any more) `member` is null; the words are there still.
        """
        return await reason_drafts.reason_drafts(actor)

    @put(
        "/{member_id:uuid}/{purpose:str}",
        operation_id="KeepReasonDraft",
        opt={"limits": (DRAFTS,)},
        responses=describes(NotFoundError, DraftsFullError, PurposeOffError, InvalidError, QuotaReachedError),
    )
    async def keep(
        self,
        actor: NamedDependency[Member],
        member_id: FromPath[UUID],
        purpose: FromPath[Purpose],
        data: JSONBody[ReasonDraftSet],
    ) -> ReasonDraft | None:
        """Keep a reason as far as it is written, for 30 days; null where nothing is written, and nothing is kept then.

        It is deleted when these words are sent as a request.
        """
        return await reason_drafts.keep_reason(actor, member_id, purpose=purpose, draft=data)

    @delete("/{member_id:uuid}/{purpose:str}", operation_id="ForgetReasonDraft")
    async def forget(
        self, actor: NamedDependency[Member], member_id: FromPath[UUID], purpose: FromPath[Purpose]
    ) -> None:
        """Throw away what one has begun to write to somebody for a purpose, if anything."""
        await reason_drafts.forget_reason(actor, member_id, purpose=purpose)
