"""Who asks for a page, by the session cookie; and what was typed, where that cannot be looked up."""

from contextlib import suppress

from litestar import Request
from litestar.types import Receive, Scope, Send

from api.authentication import SessionAuthentication
from api.engine import DatabaseUnavailableError
from api.errors import MalformedError
from web.forms import provide_form


class PageAuthentication(SessionAuthentication):
    """Takes the member from the session cookie; while the database is away, it reads what was typed, too."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go on with whoever it is."""
        try:
            await super().__call__(scope, receive, send)
        except DatabaseUnavailableError:
            with suppress(MalformedError):
                await provide_form(Request(scope, receive, send))  # for the page that says so, to be copied from there
            raise
