"""RFC 9457 problem documents: how every refusal and failure of the JSON API looks."""

from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from asyncpg.exceptions import CharacterNotInRepertoireError, DataError, UntranslatableCharacterError
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec

from api.errors import FieldError, InvalidError, MalformedError, WhereforeError

logger = structlog.get_logger()

PROBLEM_JSON = "application/problem+json"

PLAIN_PROBLEMS = {
    400: ("malformed", "The request could not be read"),
    401: ("not-signed-in", "Sign in first"),
    403: ("not-allowed", "This is not allowed"),
    404: ("not-found", "There is nothing here"),
    405: ("method-not-allowed", "This cannot be done to that"),
    413: ("too-large", "What was sent is too large"),
    415: ("unsupported-media-type", "Send JSON"),
    429: ("too-many-requests", "Too many requests"),
    500: ("internal", "Something went wrong on our side"),
    503: ("unavailable", "Not ready just now"),
}


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A problem document (RFC 9457)."""

    type: str
    """`/problems/<code>`, a page in plain words."""
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []


def describes(*statuses: int) -> dict[int, ResponseSpec]:
    """The `responses=` of a route that may answer with these problems."""
    return {
        status: ResponseSpec(
            data_container=Problem,
            description=HTTPStatus(status).phrase,
            media_type=PROBLEM_JSON,
            generate_examples=False,
        )
        for status in statuses
    }


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
    body: dict[str, Any] = {"type": f"/problems/{code}", "title": title, "status": status, "detail": detail}
    body["errors"] = [msgspec.to_builtins(error) for error in errors]
    return Response(body | (extra or {}), status_code=status, media_type=PROBLEM_JSON, headers=headers or {})


def on_wherefore_error(_: Request[Any, Any, Any], error: WhereforeError) -> Response[dict[str, Any]]:
    """An expected refusal, in its own words."""
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after is not None else {}
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="wherefore"'
    return problem_response(
        error.code,
        error.title,
        error.status,
        error.detail,
        errors=error.errors,
        extra=error.extra(),
        headers=headers,
    )


def on_validation_error(request: Request[Any, Any, Any], error: ValidationException) -> Response[dict[str, Any]]:
    """A body or parameter that does not have the shape it must have."""
    return on_wherefore_error(request, as_invalid(error))


def on_http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, Any]]:
    """An error of the framework: unknown path, wrong method, too large, unreadable."""
    status = error.status_code
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.SERVICE_UNAVAILABLE:
        return on_unexpected_error(request, error)
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


def on_unexpected_error(request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, Any]]:
    """A fault of ours: logged with all it takes to find it, told without any of it."""
    logger.error("unexpected_error", path=request.url.path, exc_info=error)
    code, title = PLAIN_PROBLEMS[500]
    return problem_response(
        code, title, 500, "This is our fault, not yours. Nothing you typed was the cause. Try again."
    )


def as_invalid(error: ValidationException) -> WhereforeError:
    """A framework validation error as ours, with a JSON pointer for each field."""
    found = error.extra if isinstance(error.extra, list) else []
    fields = tuple(
        FieldError("/" + str(item.get("key", "")).replace(".", "/"), "wrong-shape", str(item.get("message", "")))
        for item in found
        if isinstance(item, dict)
    )
    if not fields:
        return MalformedError("The request could not be read. Check that it is complete and well formed.")
    return InvalidError("Some of what was sent cannot be used.", errors=fields)


EXCEPTION_HANDLERS: dict[type[Exception] | int, Any] = {
    WhereforeError: on_wherefore_error,
    ValidationException: on_validation_error,
    HTTPException: on_http_error,
    CharacterNotInRepertoireError: on_unstorable_text,
    UntranslatableCharacterError: on_unstorable_text,
    DataError: on_unstorable_text,
    UnicodeDecodeError: on_undecodable_body,
    Exception: on_unexpected_error,
}
