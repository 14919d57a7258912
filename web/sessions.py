"""The cookies of sessions and of sign-ins that wait for a code, and what a browser is called in the list of them."""

from typing import Any
from urllib.parse import quote

from litestar import Request
from litestar.datastructures import Cookie

from api import clock
from api.accounts.schemas import PendingSignIn, SessionCreated
from api.authentication import cookie_name
from api.limits.caller import known_browser_name
from api.settings import settings
from web import sign_ups
from web.contexts import Answer, cookie, redirect
from web.mailed_links import ended_link

KNOWN_SECONDS = 7_776_000
"""90 days: beyond the end of a session, so that whoever has to sign in again is known."""

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


def signed_in(session: SessionCreated) -> list[Cookie]:
    """What signs this browser in, and what lets its member in again while strangers guess at their password."""
    return [session_cookie(session), known_cookie(session.known)]


def known_cookie(mark: str) -> Cookie:
    """What lets a member in again while strangers guess at their password."""
    return cookie(known_browser_name(), mark, seconds=KNOWN_SECONDS)


def ended_cookie() -> Cookie:
    """What makes this browser forget its session."""
    return cookie(cookie_name(), "", seconds=0)


def let_in(outcome: SessionCreated | PendingSignIn, *, after: str) -> Answer:
    """Go on after a first proof of who somebody is: to where they wanted to go, or to the question for a code."""
    if isinstance(outcome, SessionCreated):
        return redirect(after, cookies=signed_in(outcome))
    seconds = int((outcome.expires_at - clock.now()).total_seconds())
    pending = cookie(_pending_cookie_name(), outcome.key, seconds=seconds)
    return redirect(f"/sign-in/code?next={quote(after, safe='')}", cookies=[pending])


def pending_key(request: Request[Any, Any, Any]) -> str:
    """What a browser carries that waits for a code; empty when it does not."""
    return request.cookies.get(_pending_cookie_name(), "")


def ended_pending_cookie() -> Cookie:
    """What makes this browser forget that it waited for a code."""
    return cookie(_pending_cookie_name(), "", seconds=0)


def ended_leaving_cookie() -> Cookie:
    """What makes this browser forget that somebody who is leaving might stay after all."""
    return cookie(leaving_cookie_name(), "", seconds=0)


def ended_session_cookies() -> list[Cookie]:
    """What makes this browser forget who was signed in."""
    return [ended_cookie(), cookie(known_browser_name(), "", seconds=0)]


def ended_cookies() -> list[Cookie]:
    """What makes this browser forget that anybody was here: for whoever signs out, perhaps of a browser they share.

    Whatever else opens an account goes too: a link from a mail, a sign-in that waits for a code, and the way back of
    somebody who is leaving. And what remembers that somebody is joining.
    """
    return [*ended_session_cookies(), ended_pending_cookie(), ended_leaving_cookie(), ended_link(), sign_ups.ended()]


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


def leaving_cookie_name() -> str:
    """The name of the cookie by which somebody who is leaving may stay after all."""
    return settings().cookie_name("wherefore-leaving")


def _pending_cookie_name() -> str:
    return settings().cookie_name("wherefore-pending")
