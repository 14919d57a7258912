"""Who may open a page, without losing what they had typed when they may not."""

from typing import Any, cast

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from api.authentication import needs_access
from api.errors import NotFoundError, WhereforeError
from web.forms import provide_form


async def needs_access_keeping_words(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard of every page: whoever comes must be whom it declares.

    Before they are told otherwise, the form is read, so that the answer can show their words again. It is not read for
    what is not there for them: nothing about it should differ from what never was there.

    Raises:
        NotSignedInError: Nobody is signed in.
        NotFoundError: Only moderators may know that there is anything.
        SuspendedError: The member is suspended.
    """
    try:
        await needs_access(connection, handler)
    except NotFoundError:
        raise
    except WhereforeError:
        if connection.scope.get("method") == "POST":
            await provide_form(cast("Request[Any, Any, Any]", connection))
        raise
