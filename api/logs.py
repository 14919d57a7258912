"""Structured logs: one line an event, each with the id of the request it belongs to, never with what people wrote."""

import logging
import sys
import time
from secrets import token_hex

import structlog
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.settings import settings

logger = structlog.get_logger()

HEALTH_CHECKS = {"/healthz", "/readyz"}
"""Asked every few seconds by machines; lines about them would hide those about people."""

# Without the values of variables: they are what people wrote, and drawing them holds the event loop for seconds.
_TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))


def configure_logs() -> None:
    """Send everything to standard output, as coloured lines or as JSON."""
    as_json = settings().log_format == "json"
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([_TRACEBACKS] if as_json else []),
            structlog.processors.JSONRenderer()
            if as_json
            else structlog.dev.ConsoleRenderer(
                colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )


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
