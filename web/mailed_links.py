"""The token of a link from a mail, kept in a cookie while its page is open: it stays in no address bar or history."""

import hmac
import re
from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request
from litestar.datastructures import Cookie

from api.accounts.asking import mail_link_again
from api.accounts.errors import LinkDeadError
from api.accounts.links import look_at_ended_link
from api.accounts.schemas import LinkPurpose
from api.errors import InvalidError
from api.limits.errors import TooManyError
from api.settings import settings
from web.contexts import Answer, PageRequest, cookie, page, redirect, redirect_with, to_wait
from web.forms import Form, FormErrors, sent_form
from web.signatures import signature

OPEN_SECONDS = 3600
"""How long a page that a link leads to may stay open before the link must be opened again."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


async def ask_for_mail(
    request: PageRequest, form: Form, *, ask: Callable[..., Awaitable[None]], asked_on: str
) -> Answer:
    """Let a link be mailed, if what was typed is a member's address; the answer is the same if not.

    Args:
        request: Of the page.
        form: With the address.
        ask: The service that mails it.
        asked_on: The template of the page, for an address that is none.
    """
    email = form.field("email")
    try:
        await ask(email=email)
    except InvalidError as error:
        return await page(request, asked_on, email=email, errors=FormErrors.told_by(error))
    except TooManyError as error:
        return to_wait(await page(request, asked_on, email=email, errors=FormErrors.told_by(error)), error)
    return redirect("/look-in-your-mail")


def opened_link(token: str, *, page_of: str) -> Answer:
    """Go on to the page of a link. Nothing is used up: programs that check mails open links too."""
    if not _TOKEN.fullmatch(token):
        return redirect(page_of, cookies=[ended_link()])
    return redirect(page_of, cookies=[cookie(_name(), token, seconds=OPEN_SECONDS)])


def link_cookie(token: str) -> Cookie:
    """What makes the next page that of a link which was just made."""
    return cookie(_name(), token, seconds=OPEN_SECONDS)


def token_of(request: Request[Any, Any, Any]) -> str | None:
    """The token of the link that was opened last in this browser."""
    token = request.cookies.get(_name(), "")
    return token if _TOKEN.fullmatch(token) else None


def mark_of(token: str) -> str:
    """What the form on the page of a link carries, so that it is pressed for that link and no other."""
    return signature("page of a link", token)


def pressed_link(request: Request[Any, Any, Any]) -> str | None:
    """The token of the link on whose page the form stood that was sent, if it is still the one opened last.

    Another may have been opened since, in another window or by another site: whoever reads "this signs you in as Ada"
    must not be signed in as somebody else, and write there what only Ada should know.
    """
    token = token_of(request)
    same = token is not None and hmac.compare_digest(sent_form(request).raw("link").encode(), mark_of(token).encode())
    return token if same else None


def ended_link() -> Cookie:
    """What makes the browser forget the link."""
    return cookie(_name(), "", seconds=0)


def closed_link() -> Answer:
    """Forget the link in this browser, for whoever wants nothing of it and does not sit there alone."""
    return redirect_with("/", notice="This browser has forgotten the link.", cookies=[ended_link()])


async def no_link(request: PageRequest) -> Answer:
    """The page of a link that was not opened here."""
    return await page(request, "mailed/no_link.html")


async def dead_link(request: PageRequest, *, ask_at: str | None, ask: str = "Ask for another mail") -> Answer:
    """The page of a link that does nothing any more, with where to ask for another."""
    drawn = await page(
        request, "mailed/dead_link.html", status_code=410, ask_at=ask_at, ask=ask, contact=settings().security_contact
    )
    drawn.set_cookie(ended_link())
    return drawn


async def ended_page(request: PageRequest, token: str, *, purpose: LinkPurpose, ask_at: str, again_at: str) -> Answer:
    """The page of a link that does nothing any more; where it was this mailbox's of today, another can be mailed.

    Args:
        request: Of the page.
        token: Of the link.
        purpose: What it was for.
        ask_at: Where anybody asks for another.
        again_at: Where whoever holds this link does.
    """
    if await look_at_ended_link(token, purpose=purpose) is None:
        return await dead_link(request, ask_at=ask_at)
    return await page(request, "mailed/ended_link.html", status_code=410, again_at=again_at)


async def mailed_again(request: PageRequest, *, purpose: LinkPurpose, ask_at: str) -> Answer:
    """Mail another link in the place of the one that was opened last in this browser."""
    if (token := token_of(request)) is None:
        return await no_link(request)
    try:
        await mail_link_again(token, purpose=purpose)
    except LinkDeadError:
        return await dead_link(request, ask_at=ask_at)
    return redirect("/look-in-your-mail", cookies=[ended_link()])


def _name() -> str:
    return settings().cookie_name("wherefore-link")
