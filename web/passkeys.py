"""What passkeys need of a page: options for the browser's own dialogue, and a cookie that binds them to the browser."""

from secrets import token_urlsafe
from typing import Any

from litestar import Request, Response
from litestar.datastructures import Cookie

from api.accounts.passkey_ceremonies import CHALLENGE_LASTS
from api.settings import settings
from web.contexts import cookie

AnyRequest = Request[Any, Any, Any]

_BYTES, _LENGTH = 24, 32


def browser_of(request: AnyRequest) -> str:
    """What this browser's cookie carries; something new for one that has none yet, the same for the whole request."""
    known = request.cookies.get(_cookie_name(), "")
    fitting = known.isascii() and len(known) == _LENGTH
    return str(request.scope["state"].setdefault("passkey_browser", known if fitting else token_urlsafe(_BYTES)))


def options_reply(request: AnyRequest, options: dict[str, Any]) -> Response[dict[str, Any]]:
    """The options for the script of the page, and the cookie with which the answer must come back."""
    return Response(options, status_code=200, cookies=[_browser_cookie(request)])


def _browser_cookie(request: AnyRequest) -> Cookie:
    seconds = int(CHALLENGE_LASTS.total_seconds())
    return cookie(_cookie_name(), browser_of(request), seconds=seconds)


def _cookie_name() -> str:
    return settings().cookie_name("wherefore-passkey")
