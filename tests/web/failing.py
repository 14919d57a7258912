"""Routes that fail in the way that a test asks for."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from api.errors import WhereforeError


class _TooManyError(WhereforeError):
    code = "too-many"
    title = "Wait a little"
    status = 429
    retry_after = 90


async def fail_as_asked(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A guard of every route that fails in the way that the header `x-fail` names."""
    match connection.headers.get("x-fail"):
        case "500":
            raise RuntimeError("a secret of the house")
        case "429":
            raise _TooManyError
