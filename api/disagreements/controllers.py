"""The JSON API's calls about findings that are wrong."""

from uuid import UUID

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.accounts.schemas import Member, Scope
from api.authentication import Access
from api.disagreements import queries, services
from api.disagreements.schemas import DisagreementCreate, DisagreementRead, FindingSeen, GivenText, TextKept
from api.errors import InvalidError, NotFoundError
from api.problems import describes


class DisagreementController(Controller):
    """Saying that a finding is wrong."""

    path = "/reason-checks/disagreements"
    tags = ("Requests",)
    opt = {"access": Access.MEMBER, "scope": Scope.REQUESTS}

    @post(operation_id="Disagree", opt={"keyed": True}, responses=describes(InvalidError))
    async def disagree(self, actor: NamedDependency[Member], data: JSONBody[DisagreementCreate]) -> DisagreementRead:
        """Say that a finding is wrong. Send the text only where its writer agrees that it is kept."""
        return await services.disagree(actor, draft=data)

    @get(operation_id="GivenTexts", opt={"access": Access.SIGNED_IN})
    async def texts(self, actor: NamedDependency[Member]) -> list[GivenText]:
        """List the texts of one's own that one let be kept, newest first."""
        return await queries.given_texts(actor)

    @delete(
        "/{text_id:uuid}",
        operation_id="TakeTextBack",
        opt={"access": Access.SIGNED_IN},
        responses=describes(NotFoundError),
    )
    async def take_back(self, actor: NamedDependency[Member], text_id: FromPath[UUID]) -> None:
        """Delete a text that one let be kept. That one called a finding wrong stays counted."""
        await services.take_text_back(actor, text_id)


class ModeratedFindingsController(Controller):
    """What moderators see of disagreements; for everyone else there is nothing here."""

    path = "/moderation"
    tags = ("Moderation",)
    opt = {"access": Access.MODERATOR, "scope": Scope.MODERATION}

    @get("/findings", operation_id="FindingsCalledWrong")
    async def findings(self, actor: NamedDependency[Member]) -> list[FindingSeen]:
        """List how often each finding was shown and called wrong within 90 days."""
        return await queries.findings_called_wrong(actor)

    @get("/disagreement-texts", operation_id="DisagreementTexts")
    async def texts(self, actor: NamedDependency[Member]) -> list[TextKept]:
        """List the latest texts that their writers let be kept."""
        return await queries.texts_kept(actor)


CONTROLLERS: list[type[Controller]] = [DisagreementController, ModeratedFindingsController]
