"""Which sign-up was begun in a browser: a cookie remembers it until its address is confirmed."""

from typing import Any
from uuid import UUID

from litestar import Request
from litestar.datastructures import Cookie

from api.accounts.pending import KEPT
from api.settings import settings
from web.contexts import cookie
from web.signatures import opened, sealed

BEGUN_SECONDS = int(KEPT.total_seconds())


def begun(sign_up: UUID) -> Cookie:
    """What makes the browser remember a sign-up."""
    return cookie(_name(), sealed("sign-up", str(sign_up), seconds=BEGUN_SECONDS), seconds=BEGUN_SECONDS)


def begun_here(request: Request[Any, Any, Any]) -> UUID | None:
    """The last one that was begun in this browser, if any."""
    found = opened("sign-up", request.cookies.get(_name(), ""))
    return None if found is None else UUID(found)


def ended() -> Cookie:
    """What makes the browser forget it."""
    return cookie(_name(), "", seconds=0)


def _name() -> str:
    return settings().cookie_name("wherefore-sign-up")
