"""The session cookie, and what a browser calls itself in the list of signed-in browsers."""

from typing import Any

from litestar import Request
from litestar.datastructures import Cookie

from api import clock
from api.accounts.schemas import SessionCreated
from api.authentication import cookie_name
from web.contexts import Answer, cookie

_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def session_cookie(session: SessionCreated) -> Cookie:
    """What signs this browser in."""
    seconds = int((session.expires_at - clock.now()).total_seconds())
    return cookie(cookie_name(), session.token, seconds=seconds)


def ended_cookie() -> Cookie:
    """What makes this browser forget its session."""
    return cookie(cookie_name(), "", seconds=0)


def forgotten(answer: Answer) -> Answer:
    """The same, and the browser forgets every page and every draft that it kept of ours.

    Cookies are ended one by one: "cookies" would take those of other sites on the same domain too, and the notice.
    Where there is no HTTPS browsers do not heed this; but they keep nothing that a member was shown (`no-store`).
    """
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def browser_label(request: Request[Any, Any, Any]) -> str:
    """Such as "Firefox on Linux": enough to know one's own browser again, and no more."""
    agent = request.headers.get("user-agent", "")
    browser = next((name for mark, name in _BROWSERS if mark in agent), "A browser")
    system = next((name for mark, name in _SYSTEMS if mark in agent), None)
    return f"{browser} on {system}" if system else browser
