"""Structured logs: one line an event, each with the id of the request it belongs to, never with what people wrote."""

import logging
import sys
import time
from secrets import token_hex

import structlog
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import EventDict

from api.faults import trace_of
from api.settings import settings

logger = structlog.get_logger()

HEALTH_CHECKS = {"/healthz", "/readyz"}
"""Asked every few seconds by machines; lines about them would hide those about people."""


def configure_logs() -> None:
    """Send everything to standard output, as coloured lines or as JSON."""
    as_json = settings().log_format == "json"
    others = logging.getLogger()
    others.handlers = [_OthersHandler()]
    others.setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_values,
            structlog.processors.JSONRenderer()
            if as_json
            else structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )


def _without_values(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Tell of an exception only its kind and where it came from: its words are often what somebody wrote."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = trace_of(error)
    return event


class _OthersHandler(logging.Handler):
    """Logs what libraries say as we do ourselves: by the first line of their own words, without what they put in."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log one record."""
        said = str(record.msg).split("\n", 1)[0]
        logger.log(record.levelno, "library", name=record.name, said=said, exc_info=record.exc_info)


class RequestLog(ASGIMiddleware):
    """Gives each request an id, returns it as `X-Request-ID`, and logs how the request went by its route template."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Log one request."""
        request_id = token_hex(8)
        started = time.perf_counter()
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await next_app(scope, receive, send_with_id)
            finally:
                if scope["path"] not in HEALTH_CHECKS:
                    logger.info(
                        "request",
                        method=scope.get("method"),
                        route=scope.get("path_template") or "unmatched",
                        status=status,
                        milliseconds=round((time.perf_counter() - started) * 1000, 1),
                    )
