"""The JSON API's calls about all that is kept of oneself: leaving."""

from litestar import Controller, delete
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.accounts.schemas import Credential, Member, Scope
from api.authentication import Access
from api.privacy import services
from api.privacy.schemas import Erasure
from api.problems import describes


class PrivacyController(Controller):
    """All that is kept of oneself."""

    path = "/me"
    tags = ("Me",)
    opt = {"access": Access.SIGNED_IN}

    @delete(operation_id="EraseMe", opt={"scope": Scope.PROFILE}, responses=describes(401, 403, 422, 503))
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
