"""Problems as people meet them: a page in plain words, or JSON where a program asked."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap

from api import problems
from api.accounts.errors import SignInAgainError
from api.accounts.leaving import AccountLeavingError
from api.engine import CannotKeepError, DatabaseUnavailableError
from api.errors import NotFoundError, NotSignedInError, SuspendedError, WhereforeError
from api.limits.errors import TooManyError
from api.refusals import asks_as_program
from web.begun import OnlyKeptError, only_kept
from web.contexts import draw, page_before, redirect, this_page
from web.forms import sent_form
from web.interrupted import keep_form
from web.pages.leaving import lead_to_decision

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]

WORDS = (
    "reason",
    "where",
    "words",
    "at_once",
    "text",
    "note",
    "question",
    "answer",
    "sentence",
    "about",
    "seeking",
    "email",
)
"""The fields into which members write words of their own, which nobody should have to think up twice."""

_TO_THE_START = ("/", "Go to the start of Wherefore")

_PLAIN = {
    400: (
        "This could not be read",
        "Something in the address or the form is not as it should be. Go back and try again.",
    ),
    404: ("There is nothing here", "The page may have moved, or it is not for you to see. Check the address."),
    405: (
        "That cannot be done here",
        "This address cannot be used in that way. Go back and use the buttons on the page.",
    ),
    413: ("That was too much at once", "What you sent is too large. Go back and send less."),
    429: ("Wait a little", "There were too many tries in a short time. Wait a few minutes, then try again."),
    503: ("Not ready just now", "Wherefore is starting or resting. Try again in a minute."),
}
_AWAY = "A part of Wherefore is away for a moment. It is usually back within a minute. Wait a little, then try again."
_OUR_FAULT = (
    "Something went wrong on our side",
    "This is our fault, not yours. Nothing you typed was the cause. Try again in a minute.",
)


def on_error(request: AnyRequest, error: Exception) -> Answer:
    """Answer any error in the way of the one who asked."""
    if asks_as_program(request.url.path):
        return _as_problem(request, error)
    if isinstance(error, WhereforeError):
        return _refusal(request, error)
    if isinstance(error, HTTPException) and error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        title, words = _PLAIN.get(error.status_code, _PLAIN[400])
        reply = _problem_page(request, error.status_code, title, words)
        if allowed := (error.headers or {}).get("Allow"):
            reply.headers["Allow"] = allowed
        return reply
    if isinstance(error, HTTPException) and error.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        return _problem_page(request, 503, *_PLAIN[503], action=_once_more(request), retry_after=60)
    problems.on_unexpected_error(request, error)  # writes it to the log
    return _problem_page(request, 500, *_OUR_FAULT, action=_once_more(request))


EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    **dict.fromkeys(problems.EXCEPTION_HANDLERS, on_error),
    OnlyKeptError: only_kept,
}


def _refusal(request: AnyRequest, error: WhereforeError) -> Answer:
    if isinstance(error, NotSignedInError):
        return _sign_in_first(request)
    if isinstance(error, SignInAgainError):
        return _prove_again(request)
    if isinstance(error, AccountLeavingError):
        return lead_to_decision(error)
    if isinstance(error, NotFoundError):
        return _problem_page(request, error.status, *_PLAIN[404])  # as for an address that belongs to no page
    if isinstance(error, SuspendedError):
        return _problem_page(request, error.status, error.title, error.detail, action=("/notices", "Read your notices"))
    words: str | None = error.detail
    if words == error.title:  # which stands above it already
        words = _PLAIN.get(error.status, ("", None))[1]
    action = _TO_THE_START
    if isinstance(error, TooManyError | DatabaseUnavailableError):
        action = (page_before(request), "Back to the page before")
    if isinstance(error, DatabaseUnavailableError) and not isinstance(error, CannotKeepError):
        words = _AWAY  # nobody need know what a database is
        action = _once_more(request)
    return _problem_page(request, error.status, error.title, words, action=action, retry_after=error.retry_after)


def _as_problem(request: AnyRequest, error: Exception) -> Answer:
    if isinstance(error, WhereforeError):
        return problems.on_wherefore_error(request, error)
    if isinstance(error, ValidationException):
        return problems.on_validation_error(request, error)
    if isinstance(error, HTTPException):
        return problems.on_http_error(request, error)
    return problems.on_unexpected_error(request, error)


def _sign_in_first(request: AnyRequest) -> Answer:
    """To the sign-in page and back; but words that were just typed are shown, not thrown away."""
    if request.scope["method"] == "GET":
        return redirect(f"/sign-in?next={_quoted_address(request)}")
    return _problem_page(
        request,
        403,  # a browser does not keep a page with 401, and its "back" would lose the words
        "You are no longer signed in",
        "Nothing was sent. Sign in again: you come back to the page where you were, and can send it from there.",
        action=(f"/sign-in?next={quote(page_before(request), safe='')}", "Sign in"),
    )


def _prove_again(request: AnyRequest) -> Answer:
    """To the page that asks who it is, and back; what was just sent waits, and is sent afterwards."""
    if request.scope["method"] == "GET":
        return redirect(f"/sign-in/again?next={_quoted_address(request)}")
    return draw(request, "signing_in/interrupted.html", status_code=403, kept=keep_form(request))


def _once_more(request: AnyRequest) -> tuple[str, str]:
    """What to press after some time: this page again, or the one with the form that was sent."""
    if request.scope["method"] == "GET":
        return (this_page(request), "Try again")
    return (page_before(request), "Back to the page before")


def _quoted_address(request: AnyRequest) -> str:
    return quote(this_page(request), safe="")


def _problem_page(
    request: AnyRequest,
    status: int,
    title: str,
    words: str | None,
    *,
    action: tuple[str, str] = _TO_THE_START,
    retry_after: int | None = None,
) -> Answer:
    form = sent_form(request)
    typed = form.typed()
    # Whoever signs in has their address at hand, and often a browser that fills it in.
    wanted = [name for name in WORDS if name != "email" or "password" not in form.values]
    texts = [typed[name] for name in wanted if typed.get(name, "").strip()]
    reply = draw(
        request, "problems/problem.html", status_code=status, title=title, words=words, kept=texts, action=action
    )
    if retry_after is not None:
        reply.headers["Retry-After"] = str(retry_after)
    return reply
