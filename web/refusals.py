"""What people see of refusals around the router: one page for everybody for each, drawn when the site starts."""

from jinja2 import Environment
from litestar.types import Message, Scope, Send

from api.engine import DatabaseUnavailableError
from api.errors import BusyError, WhereforeError
from api.refusals import Refusal, as_problem, asks_as_program
from api.settings import settings
from web.headers import add_headers

HEADINGS = {BusyError.code: "Many people are here just now", DatabaseUnavailableError.code: "Wherefore is starting"}
"""Of the page for each such refusal; both say to wait."""


def refusing_plainly(environment: Environment) -> Refusal:
    """Refuse with a page, and as a problem document where a program asked."""
    pages = {code: _drawn(environment, heading) for code, heading in HEADINGS.items()}

    async def answer(scope: Scope, send: Send, error: WhereforeError) -> None:
        if asks_as_program(scope["path"]):
            await as_problem(scope, send, error)
            return
        body = pages[error.code]
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"retry-after", str(error.retry_after).encode()),
        ]
        start: Message = {"type": "http.response.start", "status": error.status, "headers": headers}
        await add_headers(start, scope)
        await send(start)
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return answer


def _drawn(environment: Environment, heading: str) -> bytes:
    """It has the way out that pages of members have: whose page it would have been is not known."""
    nobody = {"viewer": None, "waiting": 0, "unread": 0, "notice": None, "warming_up": False, "path": ""}
    page = environment.get_template("problems/wait.html")
    return page.render(nobody, heading=heading, footer_links=(), leave_url=settings().leave_url).encode()
