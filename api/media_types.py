"""What calls are sent and what they answer: JSON, in UTF-8 and not packed; whoever wants something else is told so."""

import re
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import HTTPRouteHandler
from litestar.handlers.base import BaseRouteHandler
from litestar.status_codes import HTTP_204_NO_CONTENT

from api.errors import NotAcceptableError, UnsupportedMediaTypeError

AnyConnection = ASGIConnection[Any, Any, Any, Any]

JSON = "application/json"

_NOT_AT_ALL = re.compile(r"q\s*=\s*0(?:\.0*)?")


async def speaks_json(connection: AnyConnection, handler: BaseRouteHandler) -> None:
    """Guard of every call: its body is something that can be read here, and its reply something that can be read there.

    Raises:
        UnsupportedMediaTypeError: The body is no JSON, or is packed.
        NotAcceptableError: The caller takes nothing that the call answers.
    """
    if not isinstance(handler, HTTPRouteHandler) or connection.scope.get("method") == "OPTIONS":
        return
    if _has_body(connection) and "data" in handler.parsed_fn_signature.parameters:
        _check_body(connection)
    answers = media_type_of(handler)
    accept = ", ".join(connection.headers.getall("accept", []))
    if handler.status_code != HTTP_204_NO_CONTENT and accept.strip() and not accepts(accept, answers):
        raise NotAcceptableError(answers)


def media_type_of(handler: HTTPRouteHandler) -> str:
    """What a call answers with when it is done."""
    return str(handler.media_type or JSON).partition(";")[0]


def accepts(field: str, kind: str) -> bool:
    """Whether an `Accept` field takes a media type: as its most specific range that fits says (RFC 9110, 12.5.1)."""
    main, _, _ = kind.partition("/")
    found = {}
    for one in field.lower().split(","):
        wanted, *parameters = (part.strip() for part in one.split(";"))
        found[wanted] = not any(_NOT_AT_ALL.fullmatch(part) for part in parameters)
    return next((found[wanted] for wanted in (kind, f"{main}/*", "*/*", "*") if wanted in found), False)


def _has_body(connection: AnyConnection) -> bool:
    return connection.headers.get("content-length", "0") != "0" or "transfer-encoding" in connection.headers


def _check_body(connection: AnyConnection) -> None:
    kind = connection.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if kind != JSON:
        raise UnsupportedMediaTypeError("The body must be JSON. Say so with Content-Type: application/json.")
    if connection.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise UnsupportedMediaTypeError("The body must not be packed. Send it without Content-Encoding.")
