"""Requests that do not say which host they are for, as RFC 9112 (3.2) wants it, go no further."""

import re

from litestar.types import ASGIApp, Receive, Scope, Send

from api.errors import MalformedError
from api.refusals import as_problem

_HOST = re.compile(rb"(?:[A-Za-z0-9._~-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


def refusing_bad_hosts(app: ASGIApp) -> ASGIApp:
    """An application that is asked only by requests that name one host, in a way that one can be named.

    It stands around the router: what is no host can be put into no address, and not even an error could be told then.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if _names_a_host(scope):
            await app(scope, receive, send)
            return
        await as_problem(scope, send, MalformedError("The Host header must name one host."))

    return answer


def _names_a_host(scope: Scope) -> bool:
    hosts = [value for name, value in scope["headers"] if name.lower() == b"host"]
    if not hosts:
        return scope.get("http_version") == "1.0"  # which knows no such header
    return len(hosts) == 1 and _HOST.fullmatch(hosts[0]) is not None
