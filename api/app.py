"""create_app(): the composition root of the JSON API, on which the pages are put."""

from asyncio import Task, create_task, to_thread
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import structlog
from litestar import Litestar, Router
from litestar.config.app import AppConfig
from litestar.di import Provide
from litestar.types import ASGIApp, ControllerRouterHandler, ExceptionHandlersMap

from api import database, worker
from api.accounts.controllers import CONTROLLERS as ACCOUNTS
from api.authentication import (
    BearerAuthentication,
    check_declared,
    needs_access,
    needs_scope,
    provide_actor,
    provide_credential,
)
from api.conditional import HeedsIfMatch
from api.connections.controllers import CONTROLLERS as CONNECTIONS
from api.conversations.controllers import CONTROLLERS as CONVERSATIONS
from api.conversations.pitch_guard import prepare
from api.cross_origin import sharing_with_origins
from api.disagreements.controllers import CONTROLLERS as DISAGREEMENTS
from api.encoding import encoder
from api.head_requests import answering_head
from api.health import healthz, readyz
from api.hosts import refusing_bad_hosts
from api.idempotency.calls import ListensForKeys, answered_before
from api.interest_map.controllers import CONTROLLERS as INTEREST_MAP
from api.limits.guard import add_limit_headers, noting_callers, spends_limits
from api.live import listening
from api.live.controllers import CONTROLLERS as EVENTS
from api.load_shedding import shedding_load
from api.logs import RequestLog, configure_logs
from api.matching.controllers import CONTROLLERS as MATCHING
from api.media_types import speaks_json
from api.metrics.requests import measuring_requests
from api.metrics.sampling import sampling
from api.moderation.controllers import CONTROLLERS as MODERATION
from api.next_links import ListResponse
from api.openapi import document
from api.opening import answering_when_open, replayed
from api.privacy.controllers import CONTROLLERS as PRIVACY
from api.problems import EXCEPTION_HANDLERS
from api.profiles.controllers import CONTROLLERS as PROFILES
from api.refusals import Refusal, as_problem
from api.request_heads import bounding_heads
from api.room_on_disk import needs_room
from api.settings import settings
from api.webhooks.controllers import CONTROLLERS as WEBHOOKS
from embeddings.reason_grounding import bank_vectors

logger = structlog.get_logger()

LARGEST_BODY = 1_000_000
"""Bytes. The longest honest body is a form with a few texts of 4,000 characters."""


def api_router() -> Router:
    """Every call of the JSON API."""
    return Router(
        path="/api/v1",
        route_handlers=[
            *ACCOUNTS,
            *PROFILES,
            *MATCHING,
            *INTEREST_MAP,
            *CONNECTIONS,
            *CONVERSATIONS,
            *EVENTS,
            *WEBHOOKS,
            *DISAGREEMENTS,
            *MODERATION,
            *PRIVACY,
        ],
        middleware=[BearerAuthentication, ListensForKeys(), HeedsIfMatch()],
        guards=[needs_access, needs_scope, speaks_json, needs_room, spends_limits],
        before_request=answered_before,
        response_class=ListResponse,
        dependencies={"actor": Provide(provide_actor), "credential": Provide(provide_credential)},
        exception_handlers=EXCEPTION_HANDLERS,
    )


def create_app(
    *,
    pages: Sequence[ControllerRouterHandler] = (),
    exception_handlers: "ExceptionHandlersMap | None" = None,
    on_app_init: Sequence[Callable[[AppConfig], AppConfig]] = (),
    around: Callable[[ASGIApp], ASGIApp] = lambda app: app,
    refusal: Refusal = as_problem,
    **options: Any,
) -> Litestar:
    """The application: the JSON API, the health checks and whatever `pages` are put on top.

    `around` is what every reply goes through on its way out, also that of a request which reaches no route; `refusal`
    answers what comes in before anything may be served, and while there is too much to do.
    """
    configure_logs()
    app = Litestar(
        route_handlers=[api_router(), document.openapi_json, healthz, readyz, *pages],
        exception_handlers={**EXCEPTION_HANDLERS, **(exception_handlers or {})},
        lifespan=[_serve],
        openapi_config=document.config(),
        request_max_body_size=LARGEST_BODY,
        logging_config=None,
        on_app_init=list(on_app_init),
        **options | {"before_send": [add_limit_headers, *options.get("before_send", ())]},
    )
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if handler.http_methods != {"OPTIONS"}:  # the framework's own answer
                check_declared(handler, path=route.path)
    # Around the router and its errors: whoever is refused by a middleware is answered outside of the others.
    inner = refusing_bad_hosts(bounding_heads(noting_callers(app.asgi_handler)))
    served = RequestLog()(answering_when_open(around(inner), refusal=refusal))
    shared = sharing_with_origins(shedding_load(answering_head(served), refusal=refusal))
    app.asgi_handler = measuring_requests(shared)
    return app


@asynccontextmanager
async def _serve(app: Litestar) -> AsyncIterator[None]:
    """Hold the database open, run jobs, tell what is new, and load the model while first requests already arrive."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(database.connected())
        opened = await stack.enter_async_context(replayed())
        if settings().jobs:
            await stack.enter_async_context(worker.running(after=opened))
        await stack.enter_async_context(listening.running())
        await stack.enter_async_context(sampling())
        loading = create_task(_load(app))
        loading.add_done_callback(_report)
        try:
            yield
        finally:
            loading.cancel()


async def _load(app: Litestar) -> None:
    await encoder().start()
    # Nobody's first check or message should wait for what all others find prepared.
    await prepare()
    await bank_vectors(encoder())
    await to_thread(document.as_json, app)


def _report(loading: "Task[None]") -> None:
    if not loading.cancelled() and (error := loading.exception()) is not None:
        logger.error("model_not_loaded" if not encoder().ready else "judging_not_prepared", exc_info=error)
