"""How long requests take, by the template of their route."""

import re
import time

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.logs import HEALTH_CHECKS
from api.metrics.instruments import Instruments, instruments

_OF_SAFETY = re.compile(
    "report|block|case|consent|moderat|notice|leav|erasure|audit|disagree|undo|refus|/end$|^DELETE /api/v1/connections/"
)
"""What somebody opens in need, or does in silence. In a small place a count of one would say that somebody just did."""

SAFETY = "safety"
NOT_ROUTED = "none"
"""No such address; or refused before anybody looked which it was."""

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def measuring_requests(app: ASGIApp) -> ASGIApp:
    """An application whose requests are measured, where an operator wants that."""
    told = instruments()
    if told is None:
        return app

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"] in HEALTH_CHECKS:
            await app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        told.in_flight.inc()
        try:
            await app(scope, receive, note_status)
        finally:
            told.in_flight.dec()
            _note(told, scope, status=status, seconds=time.perf_counter() - began)

    return answer


def _note(told: Instruments, scope: Scope, *, status: int, seconds: float) -> None:
    method = scope.get("method") or ""
    method = method if method in _METHODS else "other"
    route = route_of(method, scope.get("path_template"))
    told.requests.labels(method, route, str(status)).inc()
    if not route.endswith("/events"):
        told.request_seconds.labels(method, route).observe(seconds)


def route_of(method: str, template: str | None) -> str:
    """What a request is counted under: the template of its route, but for what must not be counted apart."""
    if template is None:
        return NOT_ROUTED
    return SAFETY if _OF_SAFETY.search(f"{method} {template}") else template
