"""RFC 9457 problem documents: how every refusal and failure of the JSON API looks."""

from dataclasses import dataclass
from http import HTTPStatus
from traceback import extract_tb
from typing import Any

import msgspec
import structlog
from asyncpg.exceptions import CharacterNotInRepertoireError, DataError, UntranslatableCharacterError
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec

from api.errors import (
    FieldError,
    InvalidError,
    MalformedError,
    NotFoundError,
    Problem,
    WhereforeError,
)
from api.validation import as_invalid

logger = structlog.get_logger()

PROBLEM_JSON = "application/problem+json"

PLAIN_PROBLEMS = {
    400: ("malformed", "The request could not be read"),
    401: ("not-signed-in", "Sign in first"),
    403: ("not-allowed", "This is not allowed"),
    404: ("not-found", "There is nothing here"),
    405: ("method-not-allowed", "This cannot be done to that"),
    406: ("not-acceptable", "This is not to be had in that form"),
    413: ("too-large", "What was sent is too large"),
    415: ("unsupported-media-type", "Send JSON"),
    429: ("too-many", "Wait a little"),
    500: ("internal", "Something went wrong on our side"),
    503: ("unavailable", "Not ready just now"),
}
UNEXPECTED = "This is our fault, not yours. Nothing you typed was the cause. Try again."

MEANINGS = {
    400: "What was sent could not be read: broken JSON, or a token and a cookie at once.",
    401: "There is no token, or it is unknown, was revoked or has run out.",
    403: "The token does not have the scope that this needs, or the account is closed to it.",
    404: "There is nothing here, or it is not for you to see; the two are never told apart.",
    406: "The caller takes nothing that this answers with.",
    409: "This cannot be done as things stand now.",
    412: "It has changed since it was read, and nothing was done.",
    413: "What was sent is too large.",
    415: "The body is no JSON, or it is packed.",
    422: "Something in what was sent cannot be used; `errors` says what.",
    429: "That was a lot in a short time; `Retry-After` says in how many seconds to try again.",
    500: "Something went wrong on our side.",
    503: "This cannot be done just now; nothing was changed.",
}
"""What each status says of a call, in the OpenAPI document."""


@dataclass
class Refusals(ResponseSpec):
    """The errors of one status that a route may answer with."""

    errors: tuple[type[WhereforeError], ...] = ()


def describes(*errors: type[WhereforeError]) -> dict[int, ResponseSpec]:
    """The `responses=` of a route whose service may raise these errors.

    What follows from its `opt`, its parameters and its body goes without saying (`api.openapi.refusals`).
    """
    by_status: dict[int, list[type[WhereforeError]]] = {}
    for error in errors:
        by_status.setdefault(error.status, []).append(error)
    return {status: _refusals(found) for status, found in by_status.items()}


def declared_errors(handler: HTTPRouteHandler) -> tuple[type[WhereforeError], ...]:
    """The errors that a route says its service may raise."""
    specs = (handler.responses or {}).values()
    return tuple(error for spec in specs if isinstance(spec, Refusals) for error in spec.errors)


def _refusals(errors: list[type[WhereforeError]]) -> Refusals:
    shape = next((error.shape for error in errors if error.shape is not Problem), Problem)
    return Refusals(
        shape,
        description=MEANINGS[errors[0].status],
        media_type=PROBLEM_JSON,
        generate_examples=False,
        errors=tuple(errors),
    )


def problem_response(
    code: str,
    title: str,
    status: int,
    detail: str,
    *,
    errors: tuple[FieldError, ...] = (),
    extra: dict[str, object] | None = None,
    headers: dict[str, str] | None = None,
) -> Response[dict[str, Any]]:
    """A reply that carries one problem document."""
    body = problem_body(code, title, status, detail, errors=errors)
    return Response(body | (extra or {}), status_code=status, media_type=PROBLEM_JSON, headers=headers or {})


def problem_body(
    code: str, title: str, status: int, detail: str, *, errors: tuple[FieldError, ...] = ()
) -> dict[str, Any]:
    """The document itself."""
    body: dict[str, Any] = {"type": f"/problems/{code}", "title": title, "status": status, "detail": detail}
    return body | {"errors": [msgspec.to_builtins(error) for error in errors]}


def headers_of(error: WhereforeError) -> dict[str, str]:
    """The header fields that come with an error."""
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after is not None else {}
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="wherefore"'
    return headers | error.headers()


def on_wherefore_error(_: Request[Any, Any, Any], error: WhereforeError) -> Response[dict[str, Any]]:
    """An expected refusal, in its own words."""
    return problem_response(
        error.code,
        error.title,
        error.status,
        error.detail,
        errors=error.errors,
        extra=error.extra(),
        headers=headers_of(error),
    )


def on_validation_error(request: Request[Any, Any, Any], error: ValidationException) -> Response[dict[str, Any]]:
    """A body or parameter that does not have the shape it must have."""
    return on_wherefore_error(request, as_invalid(request, error))


def on_http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, Any]]:
    """An error of the framework: unknown path, wrong method, too large, unreadable."""
    status = error.status_code
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.SERVICE_UNAVAILABLE:
        return on_unexpected_error(request, error)
    if status == HTTPStatus.NOT_FOUND:
        return on_wherefore_error(request, NotFoundError())
    code, title = PLAIN_PROBLEMS.get(status, ("error", HTTPStatus(status).phrase))
    headers = {name: value for name, value in (error.headers or {}).items() if name.lower() in {"allow", "retry-after"}}
    return problem_response(code, title, status, title + ".", headers=headers)


def on_unstorable_text(request: Request[Any, Any, Any], _: Exception) -> Response[dict[str, Any]]:
    """Text or numbers that PostgreSQL cannot hold and that no service caught: still the sender's to mend."""
    return on_wherefore_error(
        request, InvalidError("Something in there has characters or numbers that cannot be kept.")
    )


def on_undecodable_body(request: Request[Any, Any, Any], _: Exception) -> Response[dict[str, Any]]:
    """A body that is not UTF-8, which the framework lets through as an error of its own."""
    return on_wherefore_error(request, MalformedError("The body is not UTF-8. Send it as JSON in UTF-8."))


def on_too_deep_body(request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, Any]]:
    """A body of lists within lists beyond all reason; logged, in case the depth should ever be our own.

    Without its thousand frames: whoever sends such bodies should not fill the log.
    """
    deepest = extract_tb(error.__traceback__)[-1]
    logger.warning("too_deep", route=request.scope.get("path_template"), where=f"{deepest.name}:{deepest.lineno}")
    return on_wherefore_error(request, MalformedError("The body is nested too deeply."))


def on_unexpected_error(request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, Any]]:
    """A fault of ours: logged with all it takes to find it, told without any of it."""
    logger.error("unexpected_error", route=request.scope.get("path_template"), exc_info=error)
    code, title = PLAIN_PROBLEMS[500]
    return problem_response(code, title, 500, UNEXPECTED)


EXCEPTION_HANDLERS: dict[type[Exception] | int, Any] = {
    WhereforeError: on_wherefore_error,
    ValidationException: on_validation_error,
    HTTPException: on_http_error,
    CharacterNotInRepertoireError: on_unstorable_text,
    UntranslatableCharacterError: on_unstorable_text,
    DataError: on_unstorable_text,
    UnicodeDecodeError: on_undecodable_body,
    RecursionError: on_too_deep_body,
    Exception: on_unexpected_error,
}
