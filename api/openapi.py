"""The OpenAPI document of the JSON API, made to say exactly what calls answer."""

from functools import partial
from typing import Any

import msgspec
from litestar import Router
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import (
    Components,
    Example,
    OpenAPIResponse,
    Operation,
    Reference,
    RequestBody,
    SecurityScheme,
    Server,
    Tag,
)
from litestar.openapi.spec.media_type import OpenAPIMediaType
from litestar.routes import BaseRoute
from litestar.types import ControllerRouterHandler

from api.authentication import Access, access_of
from api.limits.guard import limits_of
from api.openapi_examples import EXAMPLES
from api.problems import MEANINGS, PROBLEM_JSON

_DONE = {
    200: "What was asked for, or how it stands now.",
    201: "It is made; here it is.",
    202: "It was taken in; here is what to do next.",
    204: "It is done, and there is nothing more to say.",
}
_JSON = "application/json"
_DOCUMENT = "/v1/openapi.json"


class _OnlyTheDocument(Router):
    """Takes nothing else of what the framework adds: its page for what is not there would answer instead of ours."""

    def register(self, value: ControllerRouterHandler) -> list[BaseRoute]:
        """Add the document."""
        return super().register(value) if _DOCUMENT in getattr(value, "paths", ()) else []


def config() -> OpenAPIConfig:
    """How the document is made and served: anew for each application, as a router belongs to one."""
    return OpenAPIConfig(
        title="Wherefore",
        version="1",
        description=(
            "Say why you want to meet people, and connect by a reason that is about the other person.\n\n"
            "Make a token with `POST /api/v1/tokens` and send it as `Authorization: Bearer whf_…`. "
            "What goes wrong comes back as `application/problem+json` (RFC 9457). Lists come in parts: "
            "send `next` as `cursor` to get the part that follows. Times are UTC (RFC 3339)."
        ),
        render_plugins=[JsonRenderPlugin(path=_DOCUMENT)],
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
            Tag("Safety", description="Whom one does not want to meet."),
            Tag("Moderation", description="What moderators see; for everyone else there is nothing here."),
        ],
        use_handler_docstrings=True,
        openapi_router=_OnlyTheDocument(
            "/api", route_handlers=[], opt={"access": Access.ANYONE}, include_in_schema=False
        ),
    )


def complete(handler: HTTPRouteHandler) -> None:
    """Let the document put right and complete what the framework says of a call by itself.

    It would show its own form of a refused body, ask for a token on public calls, and call every call "Read".
    """
    # The framework calls this as it would the class, and not before somebody reads the document.
    handler.operation_class = partial(_operation, handler)  # type: ignore[assignment]


def _operation(handler: HTTPRouteHandler, **said: Any) -> Operation:
    operation = Operation(**said)
    public = access_of(handler) is Access.ANYONE
    operation.security = [] if public else [{"token": []}]
    operation.summary = (operation.description or "").partition(".")[0]
    responses = operation.responses or {}
    # Ours answer 422 to what has the wrong shape; 400 is for what cannot be read, or is signed in for twice.
    responses.pop("400", None)
    responses["500"] = _problem(500)
    if isinstance(operation.request_body, RequestBody):
        responses |= {"400": _problem(400), "413": _problem(413)}
        operation.request_body.required = not handler.parsed_fn_signature.parameters["data"].has_default
    if not public:
        responses["400"] = _problem(400)
    if any(limits_of(handler, method) for method in handler.http_methods):
        responses["429"] = _problem(429)
    if isinstance(done := responses.get(str(handler.status_code)), OpenAPIResponse):
        done.description = _DONE[handler.status_code]
    operation.responses = dict(sorted(responses.items()))
    _add_examples(operation, str(handler.status_code))
    return operation


def _problem(status: int) -> OpenAPIResponse:
    """A problem that any call of its kind may answer with."""
    return OpenAPIResponse(
        description=MEANINGS[status],
        content={PROBLEM_JSON: OpenAPIMediaType(schema=Reference(ref="#/components/schemas/Problem"))},
    )


def _add_examples(operation: Operation, done: str) -> None:
    """Show what goes in and what comes back, for the calls that most programs start with."""
    example = EXAMPLES.get(operation.operation_id or "")
    if example is None:
        return
    replies = {done: (_JSON, example.reply)} | {
        str(problem["status"]): (PROBLEM_JSON, problem) for problem in example.problems
    }
    if example.body is not None and isinstance(operation.request_body, RequestBody):
        operation.request_body.content[_JSON].examples = {"example": _example(example.body)}
    for status, (kind, value) in replies.items():
        response = (operation.responses or {}).get(status)
        if isinstance(response, OpenAPIResponse) and response.content and value is not None:
            response.content[kind].examples = {"example": _example(value)}


def _example(value: object) -> Example:
    """An example word for word; the framework would leave out what is null."""
    return Example(value=msgspec.Raw(msgspec.json.encode(value)))
