"""The JSON API's calls about oneself, purposes, statements, other members and places."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.accounts.schemas import Member, Scope
from api.authentication import Access
from api.errors import InvalidError, NotFoundError
from api.limits.errors import QuotaReachedError
from api.limits.policies import PLACES, READS, STATEMENTS
from api.pagination import DEFAULT_LIMIT, MOST, Page
from api.problems import describes
from api.profiles import me, places, queries, services
from api.profiles.errors import ConsentNeededError, PurposeOffError, TooManyStatementsError
from api.profiles.purposes import purposes
from api.profiles.schemas import (
    MemberRead,
    MeRead,
    MeUpdate,
    MyPurposeRead,
    PlaceRead,
    Purpose,
    PurposeRead,
    PurposeSwitch,
    StatementCreate,
    StatementRead,
    StatementUpdate,
)


class PublicController(Controller):
    """What anyone may read without signing in."""

    path = "/"
    tags = ("Purposes and places",)

    @get("/purposes", operation_id="Purposes", opt={"access": Access.ANYONE})
    async def read_purposes(self) -> list[PurposeRead]:
        """List the six purposes, with what members of a sensitive one agree to."""
        return purposes()

    @get(
        "/places",
        operation_id="Places",
        opt={"access": Access.ANYONE, "limits": (PLACES,)},
    )
    async def search_places(self, q: Annotated[str, QueryParameter(max_length=100)] = "") -> list[PlaceRead]:
        """Find places whose name begins with `q`; `leeds, united` narrows to countries."""
        return places.search_places(q)


class MeController(Controller):
    """One's own account."""

    path = "/me"
    tags = ("Me",)
    opt = {"access": Access.MEMBER, "scope": Scope.PROFILE}

    @get(operation_id="Me", opt={"access": Access.SIGNED_IN}, responses=describes(NotFoundError))
    async def read(self, actor: NamedDependency[Member]) -> MeRead:
        """Read one's own account."""
        return await queries.me(actor)

    @patch(operation_id="UpdateMe", opt={"edits": True}, responses=describes(NotFoundError, InvalidError))
    async def update(self, actor: NamedDependency[Member], data: JSONBody[MeUpdate]) -> MeRead:
        """Change one's own account; what is left out stays."""
        return await me.update_me(actor, change=data)


class MyPurposeController(Controller):
    """The purposes that one has switched on."""

    path = "/me/purposes"
    tags = ("Me",)
    opt = {"access": Access.MEMBER, "scope": Scope.PROFILE}

    @get(operation_id="MyPurposes", opt={"access": Access.SIGNED_IN})
    async def read(self, actor: NamedDependency[Member]) -> list[MyPurposeRead]:
        """List the purposes that one has switched on."""
        return await queries.my_purposes(actor)

    @put(
        "/{purpose:str}",
        operation_id="SwitchOnPurpose",
        opt={"limits": (STATEMENTS,)},
        responses=describes(NotFoundError, ConsentNeededError),
    )
    async def switch_on(
        self, actor: NamedDependency[Member], purpose: FromPath[Purpose], data: JSONBody[PurposeSwitch | None] = None
    ) -> MyPurposeRead:
        """Switch a purpose on; a sensitive one needs the version of its consent text."""
        return await services.switch_on_purpose(actor, purpose=purpose, switch=data or PurposeSwitch())

    @delete(
        "/{purpose:str}",
        operation_id="SwitchOffPurpose",
        opt={"access": Access.SIGNED_IN},
        responses=describes(NotFoundError),
    )
    async def switch_off(self, actor: NamedDependency[Member], purpose: FromPath[Purpose]) -> None:
        """Switch a purpose off, and take back the consent to it."""
        await services.switch_off_purpose(actor, purpose=purpose)


class MyStatementController(Controller):
    """What one has written."""

    path = "/me/statements"
    tags = ("Me",)
    opt = {"access": Access.MEMBER, "scope": Scope.PROFILE}

    @get(operation_id="MyStatements", opt={"access": Access.SIGNED_IN}, responses=describes(InvalidError))
    async def read(
        self,
        actor: NamedDependency[Member],
        limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = DEFAULT_LIMIT,
        cursor: FromQuery[str | None] = None,
        purpose: FromQuery[Purpose | None] = None,
    ) -> Page[StatementRead]:
        """List one's own statements, oldest first."""
        return await queries.my_statements(actor, purpose=purpose, limit=limit, cursor=cursor)

    @post(
        operation_id="AddStatement",
        opt={"keyed": True, "limits": (STATEMENTS,)},
        responses=describes(NotFoundError, PurposeOffError, TooManyStatementsError, ConsentNeededError, InvalidError),
    )
    async def add(self, actor: NamedDependency[Member], data: JSONBody[StatementCreate]) -> StatementRead:
        """Write a statement; others can be matched on it at once."""
        return await services.add_statement(actor, draft=data)

    @get(
        "/{statement_id:uuid}",
        operation_id="MyStatement",
        opt={"access": Access.SIGNED_IN},
        responses=describes(NotFoundError),
    )
    async def read_one(self, actor: NamedDependency[Member], statement_id: FromPath[UUID]) -> StatementRead:
        """Read one of one's own statements."""
        return await queries.my_statement(actor, statement_id)

    @patch(
        "/{statement_id:uuid}",
        operation_id="ChangeStatement",
        opt={"edits": True, "limits": (STATEMENTS,)},
        responses=describes(NotFoundError, InvalidError),
    )
    async def change(
        self, actor: NamedDependency[Member], statement_id: FromPath[UUID], data: JSONBody[StatementUpdate]
    ) -> StatementRead:
        """Change a statement; what is left out stays."""
        return await services.change_statement(actor, statement_id, change=data)

    @delete(
        "/{statement_id:uuid}",
        operation_id="DeleteStatement",
        opt={"access": Access.SIGNED_IN, "edits": True},
        responses=describes(NotFoundError),
    )
    async def delete(self, actor: NamedDependency[Member], statement_id: FromPath[UUID]) -> None:
        """Delete a statement for good."""
        await services.delete_statement(actor, statement_id)


class MemberController(Controller):
    """Other members."""

    path = "/members"
    tags = ("Members",)
    opt = {"access": Access.MEMBER, "scope": Scope.MATCHES}

    @get(
        "/{member_id:uuid}",
        operation_id="Member",
        opt={"limits": (READS,)},
        responses=describes(NotFoundError, QuotaReachedError),
    )
    async def read(self, actor: NamedDependency[Member], member_id: FromPath[UUID]) -> MemberRead:
        """Read what one may read of a member, by purpose."""
        return await queries.member(actor, member_id)


CONTROLLERS: list[type[Controller]] = [
    PublicController,
    MeController,
    MyPurposeController,
    MyStatementController,
    MemberController,
]
