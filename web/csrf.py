"""Forms are taken only from our own pages: no other site can make a member's browser send one."""

import hmac
from secrets import token_urlsafe
from typing import Any, cast
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from api.accounts.schemas import Credential
from api.errors import WhereforeError
from api.settings import settings
from web.forms import provide_form
from web.signatures import signature

AnyRequest = Request[Any, Any, Any]

_SAFE = {"GET", "HEAD", "OPTIONS"}
_SECRET_BYTES = 24
_SECRET_LENGTH = 32


class ForeignFormError(WhereforeError):
    """A form came from another site, or from a page that is older than the sign-in."""

    code = "foreign-form"
    title = "This form could not be taken"
    status = 403

    def __init__(self) -> None:
        """Say the same whatever the reason was."""
        super().__init__(
            "We only take forms that were filled in here, since you signed in. "
            "Go back to the page, load it again, and send it once more. Your browser must take our cookies for it."
        )


def csrf_token(request: AnyRequest) -> str:
    """What a form must carry: bound to this browser's session, or to `form_secret` before sign-in."""
    credential = request.scope.get("auth")
    if isinstance(credential, Credential) and credential.session_id is not None:
        # Its row and not its key: the key is renewed when a member proves once more who they are.
        return signature("form", str(credential.session_id))
    secret = form_secret(request)
    return _token_of(secret) if secret else ""


def form_cookie_name() -> str:
    """The name of the cookie that a form is bound to where nobody is signed in."""
    return settings().cookie_name("wherefore-form")


def form_secret(request: AnyRequest) -> str | None:
    """What binds a visitor's forms to their browser, for `draw` to keep in a cookie; None where none is needed.

    A browser that says from where a form comes needs no cookie: nothing is kept at somebody who only looks.
    """
    nobody = "user" in request.scope and request.scope["user"] is None
    if not nobody or "sec-fetch-site" in request.headers:
        return None
    state = request.scope["state"]
    known = request.cookies.get(form_cookie_name(), "")
    fitting = known.isascii() and len(known) == _SECRET_LENGTH
    return str(state.setdefault("form_secret", known if fitting else token_urlsafe(_SECRET_BYTES)))


async def needs_own_form(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Guard of every page: what changes something must come from a page of ours.

    Where nobody is signed in this holds too: otherwise another site could sign a browser in to an account that its
    owner watches (login CSRF). Whoever is no longer signed in was asked to be so before, and not blamed here.

    Raises:
        ForeignFormError: It does not.
    """
    if connection.scope["method"] in _SAFE:  # type: ignore[typeddict-item]
        return
    request = cast("AnyRequest", connection)
    form = await provide_form(request)
    expected, ours = csrf_token(request), _said_to_be_ours(request)
    carried = bool(expected) and hmac.compare_digest(form.raw("csrf_token").encode(), expected.encode())
    signed_in = request.scope.get("user") is not None
    if ours is False or not (carried or (ours and not signed_in)):
        raise ForeignFormError


def _said_to_be_ours(request: AnyRequest) -> bool | None:
    """What the browser says about where the form comes from; None where it does not say.

    With `no-referrer` browsers send `Origin: null` with every form, our own as well: it says nothing. Only a browser
    that is very old, or that reaches us without HTTPS, leaves out `Sec-Fetch-Site`; the token alone decides then.
    """
    if (site := request.headers.get("sec-fetch-site")) is not None:
        return None if site == "none" else site == "same-origin"
    if (origin := request.headers.get("origin", "null")) != "null":
        return _host_of(origin) in {request.headers.get("host", ""), urlsplit(settings().base_url).netloc} - {""}
    return None


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # brackets that do not close
        return None


def _token_of(secret: str) -> str:
    return signature("visitor's form", secret)
