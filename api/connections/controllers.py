"""The JSON API's calls about requests, slots and connections."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK

from api.accounts.schemas import Member, Scope
from api.authentication import Access
from api.connections import queries, services
from api.connections.connection_controllers import ConnectionController
from api.connections.draft_controllers import ReasonDraftController
from api.connections.errors import (
    AlreadyConnectedError,
    AlreadyOpenError,
    NoSlotError,
    NotNowError,
    ReasonRefusedError,
    RecipientFullError,
    RequestsPausedError,
    TooSoonError,
)
from api.connections.quotas import QuotasRead, quotas
from api.connections.schemas import (
    Box,
    ReasonCheck,
    Refusal,
    RequestCreate,
    RequestRead,
    SlotsRead,
    Words,
)
from api.errors import ConflictError, InvalidError, NotFoundError
from api.limits.errors import QuotaReachedError, WrittenQuotaReachedError
from api.limits.policies import REASON_CHECKS
from api.pagination import DEFAULT_LIMIT, MOST, Page
from api.problems import describes
from api.profiles.errors import PurposeOffError


class ReasonCheckController(Controller):
    """Having a reason looked at before it goes."""

    path = "/reason-checks"
    tags = ("Requests",)
    opt = {"access": Access.MEMBER, "scope": Scope.REQUESTS}

    @post(
        operation_id="CheckReason",
        status_code=HTTP_200_OK,
        opt={"limits": (REASON_CHECKS,)},
        responses=describes(NotFoundError, ConflictError, PurposeOffError, InvalidError, QuotaReachedError),
    )
    async def check(self, actor: NamedDependency[Member], data: JSONBody[RequestCreate]) -> ReasonCheck:
        """Say what would be found in a reason. Nothing is stored or used up."""
        return await services.check_reason(actor, draft=data)


class ConnectionRequestController(Controller):
    """Requests to connect."""

    path = "/connection-requests"
    tags = ("Requests",)
    opt = {"access": Access.MEMBER, "scope": Scope.REQUESTS}

    @post(
        operation_id="SendConnectionRequest",
        opt={"keyed": True, "limits": (REASON_CHECKS,)},
        responses=describes(
            NotFoundError,
            AlreadyConnectedError,
            AlreadyOpenError,
            ConflictError,
            NoSlotError,
            NotNowError,
            PurposeOffError,
            RecipientFullError,
            RequestsPausedError,
            TooSoonError,
            InvalidError,
            ReasonRefusedError,
            QuotaReachedError,
            WrittenQuotaReachedError,
        ),
    )
    async def send(self, actor: NamedDependency[Member], data: JSONBody[RequestCreate]) -> RequestRead:
        """Ask another member to connect. When they have asked already, this accepts."""
        return await services.send_request(actor, draft=data)

    @get(operation_id="ConnectionRequests", responses=describes(InvalidError))
    async def read(
        self,
        actor: NamedDependency[Member],
        box: FromQuery[Box],
        still_open: Annotated[bool | None, QueryParameter(name="open")] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = DEFAULT_LIMIT,
        cursor: FromQuery[str | None] = None,
    ) -> Page[RequestRead]:
        """List the requests that one received or sent, newest first: all, or those that are open to oneself or not."""
        return await queries.requests(actor, box=box, still_open=still_open, limit=limit, cursor=cursor)

    @get("/{request_id:uuid}", operation_id="ConnectionRequest", responses=describes(NotFoundError))
    async def read_one(self, actor: NamedDependency[Member], request_id: FromPath[UUID]) -> RequestRead:
        """Read a request that one received or sent."""
        return await queries.request(actor, request_id)

    @post(
        "/{request_id:uuid}/acceptance",
        operation_id="AcceptConnectionRequest",
        opt={"keyed": True},
        responses=describes(NotFoundError, NotNowError),
    )
    async def accept(self, actor: NamedDependency[Member], request_id: FromPath[UUID]) -> RequestRead:
        """Agree to connect."""
        return await services.accept_request(actor, request_id)

    @post(
        "/{request_id:uuid}/refusal",
        operation_id="RefuseConnectionRequest",
        opt={"keyed": True},
        responses=describes(NotFoundError, NotNowError, InvalidError),
    )
    async def refuse(
        self, actor: NamedDependency[Member], request_id: FromPath[UUID], data: JSONBody[Refusal | None] = None
    ) -> RequestRead:
        """Decline: in silence, which the sender never learns, or with a sentence to them."""
        return await services.refuse_request(actor, request_id, refusal=data or Refusal())

    @post(
        "/{request_id:uuid}/question",
        operation_id="AskAboutConnectionRequest",
        opt={"keyed": True},
        responses=describes(NotFoundError, NotNowError, InvalidError),
    )
    async def ask(
        self, actor: NamedDependency[Member], request_id: FromPath[UUID], data: JSONBody[Words]
    ) -> RequestRead:
        """Ask the sender something before deciding."""
        return await services.ask(actor, request_id, words=data)

    @put(
        "/{request_id:uuid}/later",
        operation_id="SetConnectionRequestAside",
        responses=describes(NotFoundError, NotNowError),
    )
    async def set_aside(self, actor: NamedDependency[Member], request_id: FromPath[UUID]) -> RequestRead:
        """Put a request aside for later. It goes on as before, and nobody else learns it."""
        return await services.set_aside(actor, request_id)

    @delete(
        "/{request_id:uuid}/later",
        operation_id="TakeConnectionRequestUp",
        status_code=HTTP_200_OK,
        responses=describes(NotFoundError),
    )
    async def take_up(self, actor: NamedDependency[Member], request_id: FromPath[UUID]) -> RequestRead:
        """Put a request back among those that wait."""
        return await services.take_up(actor, request_id)

    @post(
        "/{request_id:uuid}/answer",
        operation_id="AnswerAboutConnectionRequest",
        opt={"keyed": True},
        responses=describes(NotFoundError, NotNowError, InvalidError),
    )
    async def answer(
        self, actor: NamedDependency[Member], request_id: FromPath[UUID], data: JSONBody[Words]
    ) -> RequestRead:
        """Answer what the recipient asked."""
        return await services.answer(actor, request_id, words=data)

    @post(
        "/{request_id:uuid}/withdrawal",
        operation_id="WithdrawConnectionRequest",
        opt={"keyed": True},
        responses=describes(NotFoundError, NotNowError),
    )
    async def withdraw(self, actor: NamedDependency[Member], request_id: FromPath[UUID]) -> RequestRead:
        """Take a request back, a day after it was sent or later."""
        return await services.withdraw_request(actor, request_id)

    @post(
        "/{request_id:uuid}/reopening",
        operation_id="ReopenConnectionRequest",
        opt={"keyed": True},
        responses=describes(NotFoundError, AlreadyConnectedError, AlreadyOpenError, NotNowError),
    )
    async def reopen(self, actor: NamedDependency[Member], request_id: FromPath[UUID]) -> RequestRead:
        """Think better of a request that one declined or let expire."""
        return await services.reopen_request(actor, request_id)


class SlotsController(Controller):
    """How many requests one may have open."""

    path = "/me/slots"
    tags = ("Requests",)
    opt = {"access": Access.MEMBER, "scope": Scope.REQUESTS}

    @get(operation_id="Slots", responses=describes(NotFoundError))
    async def read(self, actor: NamedDependency[Member]) -> SlotsRead:
        """Read how many requests are open, how many may be, and when the next place comes back by itself."""
        return await queries.slots(actor)


class QuotaController(Controller):
    """How many distinct people one may see and write to."""

    path = "/me/quotas"
    tags = ("Me",)
    opt = {"access": Access.MEMBER, "scope": Scope.REQUESTS}

    @get(operation_id="Quotas")
    async def read(self, actor: NamedDependency[Member]) -> QuotasRead:
        """Read how many people one saw and asked, how many there may be, and when there is room for more."""
        return await quotas(actor)


CONTROLLERS: list[type[Controller]] = [
    ReasonCheckController,
    ConnectionRequestController,
    ReasonDraftController,
    SlotsController,
    QuotaController,
    ConnectionController,
]
