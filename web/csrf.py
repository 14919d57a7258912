"""Forms are taken only from our own pages: no other site can make a member's browser send one."""

import hmac
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


class ForeignFormError(WhereforeError):
    """A form came from another site, or from a page that is older than the sign-in."""

    code = "foreign-form"
    title = "This form could not be taken"
    status = 403

    def __init__(self) -> None:
        """Say the same whatever the reason was."""
        super().__init__(
            "We only take forms that were filled in here, since you signed in. "
            "Go back to the page, load it again, and send it once more."
        )


def csrf_token(request: AnyRequest) -> str:
    """What a form must carry: bound to this browser's session, empty before sign-in."""
    credential = request.scope.get("auth")
    if not isinstance(credential, Credential) or credential.session_id is None:
        return ""
    # Its row and not its key: the key is renewed when a member proves once more who they are.
    return signature("form", str(credential.session_id))


async def needs_own_form(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Guard of every page: what changes something must come from a page of ours.

    Where nobody is signed in there is no session to bind a form to. A page that is older than the end of a session
    still sends its token; it is let through here, so that its writer is asked to sign in instead of being blamed.

    Raises:
        ForeignFormError: It does not.
    """
    if connection.scope["method"] in _SAFE:  # type: ignore[typeddict-item]
        return
    request = cast("AnyRequest", connection)
    form = await provide_form(request)
    expected = csrf_token(request)
    own = not expected or hmac.compare_digest(form.raw("csrf_token").encode(), expected.encode())
    if not own or not _same_site(request):
        raise ForeignFormError


def _same_site(request: AnyRequest) -> bool:
    """Whether the browser says that the form is ours. Browsers too old to say so have the token alone."""
    if (site := request.headers.get("sec-fetch-site")) is not None:
        return site in {"same-origin", "none"}
    if (origin := request.headers.get("origin")) is not None:
        ours = {request.headers.get("host", ""), urlsplit(settings().base_url).netloc}
        return urlsplit(origin).netloc in ours - {""}
    return True
