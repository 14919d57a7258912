"""Who is calling: a session cookie on pages, a token on the JSON API. The one file that knows Litestar's auth."""

from enum import StrEnum
from typing import Any, cast

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import ImproperlyConfiguredException
from litestar.handlers import HTTPRouteHandler
from litestar.handlers.base import BaseRouteHandler
from litestar.middleware.authentication import AbstractAuthenticationMiddleware, AuthenticationResult

from api.accounts import queries
from api.accounts.schemas import Credential, Member, Scope
from api.accounts.scopes import needed_for
from api.errors import MalformedError, NotFoundError, NotSignedInError, ScopeMissingError, SuspendedError
from api.settings import settings

AnyConnection = ASGIConnection[Any, Any, Any, Any]

_BEARER = "bearer "
_READING = {"GET", "HEAD"}


class Access(StrEnum):
    """Who may call a route. Every one declares it: `opt={"access": Access.MEMBER}`, on itself or its controller."""

    ANYONE = "anyone"
    """Whoever comes, signed in or not."""
    SIGNED_IN = "signed_in"
    """Any member, also while suspended: what they have here, why they were suspended, and the ways out."""
    MEMBER = "member"
    """A member who is not suspended."""
    MODERATOR = "moderator"
    """A moderator; for everyone else there is nothing here."""


def access_of(handler: BaseRouteHandler) -> Access:
    """Who may call a route: what it declares, or else what its controller or router does.

    Raises:
        ImproperlyConfiguredException: None of them declares it; the message names the route.
    """
    declared = handler.opt.get("access")
    if not isinstance(declared, Access):
        raise ImproperlyConfiguredException(f"{handler} does not declare who may call it: opt={{'access': Access.…}}")
    return declared


def cookie_name() -> str:
    """The session cookie's name. With HTTPS it is bound to this host by its `__Host-` prefix."""
    return settings().cookie_name("wherefore")


class BearerAuthentication(AbstractAuthenticationMiddleware):
    """Takes the member from the `Authorization` header; a cookie never opens the JSON API."""

    async def authenticate_request(self, connection: AnyConnection) -> AuthenticationResult:
        """Find the token's member, or refuse; a call that anyone may make asks for no token and reads none."""
        if access_of(cast("BaseRouteHandler", connection.route_handler)) is Access.ANYONE:
            return AuthenticationResult(user=None, auth=None)
        header = connection.headers.get("authorization", "")
        if not header.lower().startswith(_BEARER):
            raise NotSignedInError("Send a token in the Authorization header: Bearer whf_…")
        if cookie_name() in connection.cookies:
            raise MalformedError("Send a token or a cookie, not both.")
        found = await queries.member_by_token(header[len(_BEARER) :].strip())
        if found is None:
            raise NotSignedInError("This token is unknown, was revoked or has run out. Make a new one.")
        member, credential = found
        return AuthenticationResult(user=member, auth=credential)


class SessionAuthentication(AbstractAuthenticationMiddleware):
    """Takes the member from the session cookie; nobody is signed in when there is none."""

    async def authenticate_request(self, connection: AnyConnection) -> AuthenticationResult:
        """Find the session's member, or None."""
        token = connection.cookies.get(cookie_name())
        if token is None:
            return AuthenticationResult(user=None, auth=None)
        if "authorization" in connection.headers:
            raise MalformedError("Send a token or a cookie, not both.")
        found = await queries.member_by_session(token)
        member, credential = found or (None, None)
        return AuthenticationResult(user=member, auth=credential)


async def provide_actor(request: Request[Member | None, Credential | None, Any]) -> Member:
    """The member who acts.

    Raises:
        NotSignedInError: Nobody is signed in.
    """
    if request.user is None:
        raise NotSignedInError
    return request.user


async def provide_viewer(request: Request[Member | None, Credential | None, Any]) -> Member | None:
    """The member who looks at a page that anyone may open, or None."""
    return request.user


async def provide_credential(request: Request[Member | None, Credential | None, Any]) -> Credential:
    """With what the acting member is signed in.

    Raises:
        NotSignedInError: Nobody is signed in.
    """
    if request.auth is None:
        raise NotSignedInError
    return request.auth


async def needs_access(connection: AnyConnection, handler: BaseRouteHandler) -> None:
    """Guard of every route: whoever calls must be whom the route declares.

    It waits for nothing, but Litestar runs a guard that is a plain function in a thread of its own.

    Raises:
        NotSignedInError: Nobody is signed in.
        NotFoundError: Only moderators may know that there is anything.
        SuspendedError: The member is suspended.
    """
    if connection.scope.get("method") == "OPTIONS":
        return  # says only which methods there are; nobody is signed in for it
    access = access_of(handler)
    if access is Access.ANYONE:
        return
    member: Member | None = connection.user
    if member is None:
        raise NotSignedInError
    if access is Access.MODERATOR and not member.is_moderator:
        raise NotFoundError
    if access is not Access.SIGNED_IN and member.suspended:
        raise SuspendedError


async def needs_scope(connection: AnyConnection, handler: BaseRouteHandler) -> None:
    """Guard: the token must carry the scope that the route declares.

    Raises:
        ScopeMissingError: It does not.
    """
    if connection.scope.get("method") == "OPTIONS" or access_of(handler) is Access.ANYONE:
        return
    scopes = scopes_of(handler)
    if not any(scope in connection.auth.scopes for scope in scopes):
        raise ScopeMissingError(scopes)


def scopes_of(handler: BaseRouteHandler) -> tuple[Scope, ...]:
    """The scope that a token needs for a call; none for pages. It is one but for news, of which each shows a part.

    A route declares the part that it belongs to: what is only read needs the scope to read it, and whatever else needs
    the one to change it.
    """
    declared = handler.opt.get("scope")
    scopes = declared if isinstance(declared, tuple) else (declared,)
    reads = isinstance(handler, HTTPRouteHandler) and handler.http_methods <= _READING
    return tuple(needed_for(scope, reads=reads) for scope in scopes if isinstance(scope, Scope))


def check_declared(handler: HTTPRouteHandler, *, path: str) -> None:
    """Hold that a route says who may call it, and a JSON route for members which scope a token needs.

    Raises:
        ImproperlyConfiguredException: It declares no access, or no scope; the message names it.
    """
    needs_token = access_of(handler) is not Access.ANYONE and path.startswith("/api/v1/")
    if needs_token and not scopes_of(handler):
        raise ImproperlyConfiguredException(f"{handler} does not declare a scope: opt={{'scope': Scope.…}}")


__all__ = [
    "Access",
    "BearerAuthentication",
    "SessionAuthentication",
    "access_of",
    "check_declared",
    "cookie_name",
    "needs_access",
    "needs_scope",
    "provide_actor",
    "provide_credential",
    "provide_viewer",
    "scopes_of",
]
