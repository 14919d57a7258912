"""What every page is given: who looks, what waits, a notice, and the way to draw a page or go to another."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.response import Redirect, Template

from api.accounts.schemas import Credential, Member
from api.authentication import cookie_name
from api.connections.queries import waiting
from api.conversations.queries import unread
from api.encoding import encoder
from api.limits.errors import TooManyError
from api.settings import settings
from web.csrf import csrf_token, form_cookie_name, form_secret
from web.forms import FormToken, sent_form
from web.signatures import opened, sealed

SAME_FOR_EVERYBODY = ("/", "/how-", "/privacy", "/accessibility", "/api", "/problems", "/style")
"""Pages that say the same to everybody, by how their paths begin: as long as nobody is signed in, nobody need leave
them in a hurry. All others have the link to leave, so that no list of sensitive pages can ever be out of date."""

_SOMEBODY = Member(id=UUID(int=0), display_name="")
"""Who looks at a page that is not there: its address belongs to no page, so nobody looked up whose session it is."""

PageRequest = Request[Member | None, Credential | None, Any]
Answer = Response[Any]
"""What a page's method returns: a drawn page or a way to another."""

NOTICE_SECONDS = 120
FORM_SECONDS = 86_400
"""How long a visitor may take to fill in a form: somebody may be called away to care for another."""

LONGEST_ADDRESS = 2_000
"""Characters. No address of ours is nearly as long."""

FOOTER_LINKS = (
    ("How matching works", "/how-matching-works"),
    ("How reasons are judged", "/how-reasons-are-judged"),
    ("Privacy", "/privacy"),
    ("Staying safe", "/safety"),
    ("Rules", "/rules"),
    ("Accessibility", "/accessibility"),
    ("For programmers", "/api/docs"),
)


async def page(request: PageRequest, template: str, *, status_code: int | None = None, **context: object) -> Template:
    """Draw a page. `context` holds Structs and plain values, never tables.

    Args:
        request: The request, which has gone through the session.
        template: A path under `web/templates`.
        status_code: Where it says more than that a form is shown again with what is wrong (`errors`): that is 422.
        context: What the template names.
    """
    member = request.user
    if member is not None:
        context = {"waiting": await waiting(member), "unread": await unread(member)} | context
    status = status_code or (422 if context.get("errors") else 200)
    return draw(request, template, status_code=status, **context)


def draw(
    request: Request[Any, Any, Any],
    template: str,
    *,
    status_code: int = 200,
    **context: object,
) -> Template:
    """Draw a page without asking the database: for problems, which may be the database's."""
    viewer = request.scope.get("user")
    if "user" not in request.scope and cookie_name() in request.cookies:
        viewer = _SOMEBODY
    notice = opened("notice", request.cookies.get(_notice_cookie(), ""))
    frame = {
        "viewer": viewer,
        "waiting": 0,
        "unread": 0,
        "notice": notice,
        "csrf_token": FormToken(csrf_token(request), page=this_page(request)),
        "path": request.url.path,
        "footer_links": FOOTER_LINKS,
        "warming_up": not encoder().ready,
        "mail_goes_out": settings().smtp is not None,
        "leave_url": settings().leave_url if viewer is not None or _tells(request) else None,
    }
    # Nothing that a member was shown stays behind. The forms of joining do, and the words of somebody who is no longer
    # signed in, so that the browser's own "back" does not lose them.
    keep = "private, no-cache" if viewer is None else "no-store"
    drawn = Template(template, context=frame | context, status_code=status_code, headers={"Cache-Control": keep})
    if notice is not None:
        drawn.set_cookie(cookie(_notice_cookie(), "", seconds=0))
    if (secret := form_secret(request)) is not None:
        drawn.set_cookie(cookie(form_cookie_name(), secret, seconds=FORM_SECONDS))
    return drawn


def to_wait(drawn: Template, error: TooManyError) -> Template:
    """A form that is shown again because there were too many tries: what was typed stays, and it says when to go on."""
    drawn.status_code = error.status
    drawn.headers["Retry-After"] = str(error.retry_after)
    return drawn


def redirect(url: str, *, cookies: Sequence[Cookie] = ()) -> Redirect:
    """Go on to another page of ours after a form was taken."""
    return Redirect(url, status_code=303, cookies=list(cookies))


def redirect_with(url: str, *, notice: str, cookies: Sequence[Cookie] = ()) -> Redirect:
    """Go on to another page, which says `notice` once."""
    told = cookie(_notice_cookie(), sealed("notice", notice, seconds=NOTICE_SECONDS), seconds=NOTICE_SECONDS)
    return redirect(url, cookies=[*cookies, told])


def local_path(url: str | None, default: str = "/home") -> str:
    """A path of this site to go to after sign-in; `default` for anything that could lead elsewhere."""
    if (
        not url
        or len(url) > LONGEST_ADDRESS
        or not url.startswith("/")
        or url.startswith(("//", "/\\"))
        or not url.isprintable()
        or "\\" in url
    ):
        return default
    parts = urlsplit(url)
    if parts.scheme or parts.netloc or parts.path in {"/sign-in", "/sign-out"}:
        return default
    return url


def this_page(request: Request[Any, Any, Any]) -> str:
    """The page that is shown, for its forms to name: what a form was sent to is often no page."""
    if request.scope["method"] == "GET":
        query = request.url.query
        return local_path(request.url.path + (f"?{query}" if query else ""))
    return page_before(request)


def page_before(request: Request[Any, Any, Any]) -> str:
    """The page of ours on which the form stood that was sent, as the form itself says."""
    return local_path(sent_form(request).raw("page"))


def cookie(name: str, value: str, *, seconds: int) -> Cookie:
    """A cookie that only this site reads, and no script."""
    return Cookie(name, value=value, max_age=seconds, httponly=True, samesite="lax", secure=settings().secure, path="/")


def _tells(request: Request[Any, Any, Any]) -> bool:
    """Whether a page that is shown to a visitor may tell something about whoever sits there."""
    path = request.url.path
    return request.scope["method"] != "GET" or not (path == "/" or path.startswith(SAME_FOR_EVERYBODY[1:]))


def _notice_cookie() -> str:
    return settings().cookie_name("wherefore-notice")
