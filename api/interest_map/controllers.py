"""The JSON API's call about the interest map."""

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from api.accounts.schemas import Member, Scope
from api.authentication import Access
from api.errors import NotFoundError
from api.interest_map import queries
from api.interest_map.schemas import MapRead
from api.limits.policies import READS
from api.problems import describes
from api.profiles.schemas import Purpose


class InterestMapController(Controller):
    """Where what members wrote lies by meaning."""

    path = "/map"
    tags = ("Map",)
    opt = {"access": Access.MEMBER, "scope": Scope.MATCHES}

    @get(operation_id="InterestMap", opt={"limits": (READS,)}, responses=describes(NotFoundError))
    async def read(self, actor: NamedDependency[Member], purpose: FromQuery[Purpose]) -> MapRead:
        """Read the interest map of a purpose that one has switched on.

        It is drawn at night from what all members with the purpose may read, and names nobody: each area has at least
        five members, and so has whatever is said of it.
        """
        return await queries.interest_map(actor, purpose=purpose)


CONTROLLERS: list[type[Controller]] = [InterestMapController]
