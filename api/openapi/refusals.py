"""What a call may be refused with: what its service raises, and what follows from what its route declares."""

from collections.abc import Iterator
from enum import Enum
from http import HTTPStatus
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from api.authentication import Access, access_of, scopes_of
from api.engine import CannotKeepError, DatabaseUnavailableError
from api.errors import (
    BusyError,
    InvalidError,
    MalformedError,
    NotAcceptableError,
    NotFoundError,
    NotSignedInError,
    Problem,
    ScopeMissingError,
    SuspendedError,
    UnsupportedMediaTypeError,
    WhereforeError,
)
from api.idempotency.calls import is_keyed
from api.idempotency.errors import KeyInUseError, KeyReusedError, TooManyKeptError
from api.limits.errors import TooManyError
from api.limits.guard import limits_of
from api.media_types import media_type_of
from api.openapi.examples import error_of
from api.problems import PLAIN_PROBLEMS, UNEXPECTED, declared_errors, headers_of, problem_body
from api.unchanged import ChangedMeanwhileError

Json = dict[str, Any]


class Refusal(msgspec.Struct, frozen=True):
    """One way in which a call may be refused."""

    code: str
    title: str
    status: int
    shape: str
    """The name of the schema of its document."""
    example: Json
    headers: tuple[str, ...] = ()
    """The names of the header fields that come with it."""


def refusals_of(handler: HTTPRouteHandler, method: str, path: str) -> dict[int, list[Refusal]]:
    """Every way in which a call may be refused, by status."""
    found: dict[str, Refusal] = {}
    for error in _about_this_call(handler):
        found[error.code] = _refusal(error)
    for kind in (*_errors(handler, method, path), *declared_errors(handler)):
        found.setdefault(kind.code, _refusal(error_of(kind)))
    for status in _plain(handler):
        code, title = PLAIN_PROBLEMS[status]
        detail = UNEXPECTED if status == HTTPStatus.INTERNAL_SERVER_ERROR else f"{title}."
        found[code] = Refusal(code, title, status, Problem.__name__, problem_body(code, title, status, detail))
    by_status: dict[int, list[Refusal]] = {}
    for refusal in sorted(found.values(), key=lambda one: one.status):
        by_status.setdefault(refusal.status, []).append(refusal)
    return by_status


def takes_body(handler: HTTPRouteHandler) -> bool:
    """Whether a call comes with a body."""
    return "data" in handler.parsed_fn_signature.parameters


def _about_this_call(handler: HTTPRouteHandler) -> Iterator[WhereforeError]:
    """What says in its words what this call needs."""
    if access_of(handler) is not Access.ANYONE:
        yield ScopeMissingError(scopes_of(handler))
    if takes_body(handler):
        yield UnsupportedMediaTypeError("The body must be JSON. Say so with Content-Type: application/json.")
    if handler.status_code != HTTPStatus.NO_CONTENT:
        yield NotAcceptableError(media_type_of(handler))


def _errors(handler: HTTPRouteHandler, method: str, path: str) -> Iterator[type[WhereforeError]]:
    """What needs no word at a route: its guards, its limits and its parameters say it."""
    access = access_of(handler)
    yield from (MalformedError, BusyError, DatabaseUnavailableError)
    if method not in {"GET", "HEAD"}:
        yield CannotKeepError
    if access is not Access.ANYONE:
        yield NotSignedInError
    if access in {Access.MEMBER, Access.MODERATOR}:
        yield SuspendedError
    if access is Access.MODERATOR or "_id}" in path:
        yield NotFoundError
    if takes_body(handler) or _has_values(handler, path):
        yield InvalidError
    if handler.opt.get("edits"):
        yield ChangedMeanwhileError
    if is_keyed(handler):
        yield from (KeyInUseError, KeyReusedError, TooManyKeptError)
    if limits_of(handler, method):
        yield TooManyError


def _has_values(handler: HTTPRouteHandler, path: str) -> bool:
    """Whether there is a parameter that can have a wrong value; an address with a wrong id leads nowhere instead."""
    for name, field in handler.parsed_fn_signature.parameters.items():
        if f"{{{name}}}" in path:
            if isinstance(field.annotation, type) and issubclass(field.annotation, Enum):
                return True
        elif name not in {"self", "data", "actor", "credential", "request"}:
            return True
    return False


def _plain(handler: HTTPRouteHandler) -> tuple[int, ...]:
    """What the framework refuses before a call begins, and a fault of ours."""
    return (413, 500) if takes_body(handler) else (500,)


def _refusal(error: WhereforeError) -> Refusal:
    document = problem_body(error.code, error.title, error.status, error.detail, errors=error.errors) | error.extra()
    shape = type(error).shape.__name__
    return Refusal(error.code, error.title, error.status, shape, document, tuple(headers_of(error)))
