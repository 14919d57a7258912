"""The OpenAPI document of the JSON API, made to say exactly what calls answer."""

from collections.abc import Iterator
from threading import Lock
from typing import Any

import msgspec
from litestar import Litestar, Request, Router, get
from litestar.enums import OpenAPIMediaType
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Server, Tag
from litestar.routes import BaseRoute
from litestar.types import ControllerRouterHandler
from msgspec.json import schema_components

from api.authentication import Access
from api.errors import Problem, ScopeMissingProblem
from api.openapi.fields import HEADERS
from api.openapi.operations import described
from api.openapi.shapes import plainly
from api.problems import declared_errors

Json = dict[str, Any]

CALLS = "/api/v1/"
_being_made = Lock()


class _NoPages(Router):
    """Takes nothing of what the framework adds: its page for what is not there would answer instead of ours."""

    def register(self, value: ControllerRouterHandler) -> list[BaseRoute]:  # noqa: ARG002 - the framework's
        """Add nothing."""
        return []


def config() -> OpenAPIConfig:
    """How the document is made and served: anew for each application, as a router belongs to one."""
    return OpenAPIConfig(
        title="Wherefore",
        version="1",
        description=(
            "Say why you want to meet people, and connect by a reason that is about the other person.\n\n"
            "Make a token with `POST /api/v1/tokens` and send it as `Authorization: Bearer whf_…`. "
            "What goes wrong comes back as `application/problem+json` (RFC 9457). Long lists come in parts: "
            "send `next` as `cursor` to get the part that follows. Times are UTC (RFC 3339)."
        ),
        render_plugins=[JsonRenderPlugin()],
        components=Components(
            security_schemes={
                "token": SecurityScheme(
                    type="http", scheme="bearer", description="A token from `POST /api/v1/tokens`, as `whf_…`."
                )
            }
        ),
        servers=[Server(url="/")],
        tags=[
            Tag("Accounts", description="Signing up, and the tokens with which programs act for a member."),
            Tag("Purposes and places", description="What anyone may read without signing in."),
            Tag("Me", description="One's own account, purposes and statements."),
            Tag("Members", description="Other members, as far as one may see them."),
            Tag("Matches", description="Whom one might meet, and why."),
            Tag("Map", description="Where what members wrote lies by meaning, without who wrote it."),
            Tag("Requests", description="Asking to connect by a reason, and answering."),
            Tag("Connections", description="Members with whom one agreed to be in touch."),
            Tag("Conversations", description="What connected members write to each other."),
            Tag("Events", description="What is new, as it happens."),
            Tag("Webhooks", description="Addresses of one's own that are called when there is something new."),
            Tag("Safety", description="Whom one does not want to meet."),
            Tag("Moderation", description="What moderators see; for everyone else there is nothing here."),
        ],
        use_handler_docstrings=True,
        openapi_router=_NoPages("/api", route_handlers=[], opt={"access": Access.ANYONE}, include_in_schema=False),
    )


@get(
    "/api/v1/openapi.json",
    media_type=OpenAPIMediaType.OPENAPI_JSON,
    opt={"access": Access.ANYONE},
    include_in_schema=False,
    sync_to_thread=True,  # the first time takes a second
)
def openapi_json(request: Request[Any, Any, Any]) -> bytes:
    """The document as JSON."""
    return as_json(request.app)


def as_json(app: Litestar) -> bytes:
    """The document as it is sent, written once."""
    written: bytes | None = app.state.get("api_document_written")
    if written is None:
        written = app.state["api_document_written"] = msgspec.json.encode(document(app))
    return written


def document(app: Litestar) -> Json:
    """Everything that an application says of its JSON API, made once.

    The framework knows paths, parameters and shapes; the rest is read from what routes declare.
    """
    with _being_made:
        made: Json | None = app.state.get("api_document")
        if made is None:
            made = app.state["api_document"] = _made(app)
        return made


def _made(app: Litestar) -> Json:
    said = msgspec.json.decode(msgspec.json.encode(app.openapi_schema.to_schema()))
    found = {handler.operation_id: handler for handler in calls_of(app)}
    for path, item in said["paths"].items():
        for method, operation in item.items():
            item[method] = described(found[operation["operationId"]], method.upper(), path, operation)
    said["components"]["headers"] = HEADERS
    shapes = {error.shape for handler in found.values() for error in declared_errors(handler)}
    _, problems = schema_components([Problem, ScopeMissingProblem, *shapes], ref_template="#/components/schemas/{name}")
    said["components"]["schemas"] |= problems
    return plainly(said, found.values())


def calls_of(app: Litestar) -> Iterator[HTTPRouteHandler]:
    """What answers the calls of the JSON API."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if route.path.startswith(CALLS) and isinstance(handler, HTTPRouteHandler) and handler.operation_id:
                yield handler
