"""Before a call is answered: what its route declares is spent, and headers say what is left of what is one's own."""

from collections.abc import Iterable
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.handlers.base import BaseRouteHandler
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.limits.caller import Caller, calling, known_browser_name, spent_by_call
from api.limits.errors import TooManyError
from api.limits.keys import EVERYONE, address_of
from api.limits.limit import Limit, Per, Standing
from api.limits.policies import CHANGES, VISITORS
from api.limits.services import Spent, spend

AnyConnection = ASGIConnection[Any, Any, Any, Any]

READING = {"GET", "HEAD"}
_STANDINGS = "limit_standings"


def limits_of(handler: BaseRouteHandler, method: str) -> tuple[Limit, ...]:
    """What one call of a route spends: what it declares, and one change where it is more than a look.

    Of whoever is not signed in a change is one of `VISITORS`.
    """
    declared: tuple[Limit, ...] = tuple(handler.opt.get("limits", ()))
    return declared if method in READING else (*declared, CHANGES)


async def spends_limits(connection: AnyConnection, handler: BaseRouteHandler) -> None:
    """Guard: there must be something left of every limit that the route declares.

    It comes after all guards that ask who calls and whether the form is theirs, so that nobody spends for another;
    and before anything is looked up, so that the answer is the same whatever there is.

    Raises:
        TooManyError: There is not.
    """
    method = str(connection.scope.get("method"))
    if method == "OPTIONS":
        return
    standings = connection.scope["state"].setdefault(_STANDINGS, [])
    visits = connection.scope.get("user") is None
    for limit in (VISITORS if visits and one is CHANGES else one for one in limits_of(handler, method)):
        try:
            spent: Spent | None = await spend(limit, who=who_spends(connection.scope, limit.per))
        except TooManyError as error:
            standings.extend(error.standings)
            raise
        if spent is None:
            continue
        if limit.lease == 1:  # what is given back of a lease would be all of it
            spent_by_call().append(spent)
        # What others behind the same address have spent is not for everybody there to read.
        if _is_own(connection.scope, limit.per):
            standings.extend(spent.standings)


def who_spends(scope: Any, per: Per) -> str:
    """The account or the address that a call counts for."""
    if per is Per.EVERYONE:
        return EVERYONE
    member = scope.get("user")
    if per is Per.ACCOUNT and member is not None:
        return f"member {member.id}"
    return f"address {address_of(scope)}"


def _is_own(scope: Any, per: Per) -> bool:
    """Whether a call counts for nobody but the member who makes it."""
    return per is Per.ACCOUNT and scope.get("user") is not None


def noting_callers(app: ASGIApp) -> ASGIApp:
    """The same application, whose services can ask where the call comes from that they answer."""

    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        known = Request[Any, Any, Any](scope).cookies.get(known_browser_name(), "")
        with calling(Caller(address_of(scope), known)):
            await app(scope, receive, send)

    return noting


async def add_limit_headers(message: Message, scope: Scope) -> None:
    """Before a reply is sent: say which limits of the caller's own it was counted for, and what is left of them.

    Of those that all behind one address share it says so only where there is nothing left.
    """
    if message["type"] != "http.response.start":
        return
    standings: Iterable[Standing] = scope.get("state", {}).get(_STANDINGS, ())
    if not standings:
        return
    message.setdefault("headers", [])
    headers = MutableScopeHeaders(message)
    unique = {standing.name: standing for standing in standings}.values()
    headers["RateLimit-Policy"] = ", ".join(
        f'"{one.name}";q={one.window.most};w={one.window.seconds}' for one in unique
    )
    headers["RateLimit"] = ", ".join(f'"{one.name}";r={one.remaining};t={one.resets_in}' for one in unique)
