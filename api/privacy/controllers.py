"""The JSON API's calls about all that is kept of oneself: taking it out, and leaving."""

from litestar import Controller, MediaType, delete, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import JSONBody
from litestar.response import Stream

from api.accounts.errors import SignInAgainError, WrongCredentialsError
from api.accounts.schemas import Credential, Member, Scope
from api.authentication import Access
from api.errors import NotFoundError
from api.journal import JournalUnavailableError
from api.limits.policies import EXPORTS
from api.privacy import services
from api.privacy.export_document import export_document, while_signed_in
from api.privacy.schemas import Erasure, ExportRead
from api.problems import describes


class PrivacyController(Controller):
    """All that is kept of oneself."""

    path = "/me"
    tags = ("Me",)
    opt = {"access": Access.SIGNED_IN}

    @get(
        "/export",
        operation_id="ExportMe",
        opt={"scope": Scope.EXPORT, "limits": (EXPORTS,)},
        responses={200: ResponseSpec(ExportRead, media_type=MediaType.JSON, generate_examples=False)},
    )
    async def export(self, actor: NamedDependency[Member], credential: NamedDependency[Credential]) -> Stream:
        """Take everything out that is kept of oneself, as one document; it comes in pieces."""
        return Stream(while_signed_in(credential, export_document(actor)), media_type=MediaType.JSON)

    @delete(
        operation_id="EraseMe",
        opt={"scope": Scope.PROFILE},
        responses=describes(WrongCredentialsError, SignInAgainError, NotFoundError, JournalUnavailableError),
    )
    async def erase(
        self,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        data: JSONBody[Erasure | None] = None,
    ) -> None:
        """Leave: hidden from everybody at once, every session and token ended, and all of it deleted a week later.

        Within that week one can come back by signing in on the site. Send the password, or use a token that was made
        within the last 15 minutes.
        """
        await services.leave(actor, credential=credential, password=None if data is None else data.password)


CONTROLLERS: list[type[Controller]] = [PrivacyController]
