"""The JSON API's calls about matches."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.status_codes import HTTP_204_NO_CONTENT

from api.accounts.schemas import Member, Scope
from api.authentication import Access
from api.errors import InvalidError, NotFoundError
from api.limits.errors import QuotaReachedError
from api.limits.policies import READS
from api.matching import queries, services
from api.matching.schemas import MatchChoiceSet, MatchExplained, MatchPage
from api.pagination import DEFAULT_LIMIT, MOST
from api.problems import describes
from api.profiles.errors import PurposeOffError
from api.profiles.schemas import Purpose


class MatchController(Controller):
    """Whom one might meet, and why."""

    path = "/matches"
    tags = ("Matches",)
    opt = {"access": Access.MEMBER, "scope": Scope.MATCHES}

    @get(operation_id="Matches", opt={"limits": (READS,)}, responses=describes(PurposeOffError, InvalidError))
    async def read(
        self,
        actor: NamedDependency[Member],
        purpose: FromQuery[Purpose],
        limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = DEFAULT_LIMIT,
        cursor: FromQuery[str | None] = None,
    ) -> MatchPage:
        """List members worth meeting for a purpose, best first, each with what both wrote."""
        return await queries.matches(actor, purpose=purpose, limit=limit, cursor=cursor)

    @get(
        "/{member_id:uuid}",
        operation_id="Match",
        opt={"limits": (READS,)},
        responses=describes(NotFoundError, QuotaReachedError),
    )
    async def read_one(
        self, actor: NamedDependency[Member], member_id: FromPath[UUID], purpose: FromQuery[Purpose]
    ) -> MatchExplained:
        """Tell why a member is on the list as it was last read, and what played no part in it.

        `kind` says who gives what to whom, `closeness` how surely the two are about the same, and `marks` which words
        carried the pair.
        """
        return await queries.explained(actor, purpose=purpose, member_id=member_id)

    @put(
        "/{member_id:uuid}/state",
        operation_id="ChooseMatch",
        status_code=HTTP_204_NO_CONTENT,
        responses=describes(NotFoundError, QuotaReachedError),
    )
    async def choose(
        self, actor: NamedDependency[Member], member_id: FromPath[UUID], data: JSONBody[MatchChoiceSet]
    ) -> None:
        """Put a match off until later, or aside. Nobody else learns of it."""
        await services.choose(actor, member_id, choice=data)

    @delete("/{member_id:uuid}/state", operation_id="UnchooseMatch")
    async def unchoose(self, actor: NamedDependency[Member], member_id: FromPath[UUID]) -> None:
        """Take back what was said of a match."""
        await services.unchoose(actor, member_id)


CONTROLLERS: list[type[Controller]] = [MatchController]
