"""Who is calling: a session cookie on pages, a token on the JSON API. The one file that knows Litestar's auth."""

from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import ImproperlyConfiguredException
from litestar.handlers import HTTPRouteHandler
from litestar.handlers.base import BaseRouteHandler
from litestar.middleware.authentication import AbstractAuthenticationMiddleware, AuthenticationResult

from api.accounts import queries
from api.accounts.schemas import Credential, Member, Scope
from api.errors import MalformedError, NotAllowedError, NotSignedInError
from api.settings import settings

AnyConnection = ASGIConnection[Any, Any, Any, Any]

_BEARER = "bearer "


def cookie_name() -> str:
    """The session cookie's name. With HTTPS it is bound to this host by its `__Host-` prefix."""
    return "__Host-wherefore" if settings().secure else "wherefore"


class BearerAuthentication(AbstractAuthenticationMiddleware):
    """Takes the member from the `Authorization` header; a cookie never opens the JSON API."""

    async def authenticate_request(self, connection: AnyConnection) -> AuthenticationResult:
        """Find the token's member, or refuse."""
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


async def needs_scope(connection: AnyConnection, handler: BaseRouteHandler) -> None:
    """Guard: the token must carry the scope that the route declares.

    It waits for nothing, but Litestar runs a guard that is a plain function in a thread of its own.

    Raises:
        NotAllowedError: It does not.
    """
    if connection.scope.get("method") == "OPTIONS":
        return  # says only which methods there are; nobody is signed in for it
    scope = handler.opt.get("scope")
    if scope is not None and scope not in connection.auth.scopes:
        raise NotAllowedError(f"This call needs a token with the scope {str(scope)!r}.")


def check_declared(handler: HTTPRouteHandler) -> None:
    """Hold that a JSON route says who may call it.

    Raises:
        ImproperlyConfiguredException: It declares neither a scope nor `exclude_from_auth`.
    """
    if not handler.opt.get("exclude_from_auth") and not isinstance(handler.opt.get("scope"), Scope):
        raise ImproperlyConfiguredException(f"{handler} declares neither a scope nor exclude_from_auth")


__all__ = [
    "BearerAuthentication",
    "SessionAuthentication",
    "check_declared",
    "cookie_name",
    "needs_scope",
    "provide_actor",
    "provide_credential",
    "provide_viewer",
]
