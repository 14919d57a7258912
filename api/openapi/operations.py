"""One call in the description: what its route declares, put into words, beside what the framework knows of it."""

from typing import Final

from litestar.handlers import HTTPRouteHandler
from litestar.response import ServerSentEvent, Stream

from api.authentication import Access, access_of, scopes_of
from api.limits.guard import limits_of
from api.limits.limit import Limit
from api.openapi.examples import EVENTS, Json, example_of
from api.openapi.fields import has_tag, headers_when_done, headers_when_refused, parameters_of
from api.openapi.refusals import Refusal, refusals_of, takes_body
from api.privacy.schemas import ExportRead
from api.problems import MEANINGS, PROBLEM_JSON

JSON: Final = "application/json"
EVENT_STREAM: Final = "text/event-stream"

_DONE: Final = {
    200: "What was asked for, or how it stands now.",
    201: "It is made; here it is.",
    202: "It was taken in; here is what to do next.",
    204: "It is done, and there is nothing more to say.",
}
_WHO: Final = {
    Access.ANYONE: "Needs no token.",
    Access.SIGNED_IN: "Open to members who are suspended, too.",
    Access.MEMBER: "",
    Access.MODERATOR: "For moderators; for everyone else there is nothing here.",
}


def described(handler: HTTPRouteHandler, method: str, path: str, said: Json) -> Json:
    """One operation of the document.

    Args:
        handler: What answers the call.
        method: In upper case.
        path: With its parameters in braces.
        said: What the framework made of it.
    """
    operation = {
        "operationId": said["operationId"],
        "tags": said["tags"],
        "summary": said["description"].partition(".")[0],
        "description": "\n\n".join(part for part in (said["description"], _needed(handler)) if part),
        "security": _security(handler),
    }
    if parameters := parameters_of(handler, method, said.get("parameters") or []):
        operation["parameters"] = parameters
    if takes_body(handler):
        operation["requestBody"] = _body(handler, said["requestBody"])
    operation["responses"] = _replies(handler, method, path, said["responses"])
    return operation


def _security(handler: HTTPRouteHandler) -> list[Json]:
    """The scopes of which a token needs one; each is a way of its own."""
    if access_of(handler) is Access.ANYONE:
        return []
    return [{"token": [str(scope)]} for scope in scopes_of(handler)]


def _needed(handler: HTTPRouteHandler) -> str:
    names = " or ".join(f"`{scope}`" for scope in scopes_of(handler))
    scope = "" if access_of(handler) is Access.ANYONE else f"Needs a token with the scope {names}."
    return " ".join(part for part in (scope, _WHO[access_of(handler)]) if part)


def _body(handler: HTTPRouteHandler, said: Json) -> Json:
    data = handler.parsed_fn_signature.parameters["data"]
    content = {
        "schema": said["content"][JSON]["schema"],
        "examples": {"example": {"value": example_of(data.annotation)}},
    }
    return {"required": not data.has_default, "content": {JSON: content}}


def _replies(handler: HTTPRouteHandler, method: str, path: str, said: Json) -> Json:
    status = handler.status_code
    done: Json = {"description": _DONE[status], "headers": headers_when_done(handler, method)}
    if content := _content(handler, said[str(status)]):
        done["content"] = content
    replies = {status: done}
    if has_tag(handler, method) and method == "GET":
        replies[304] = {"description": "It is as you have it.", "headers": headers_when_done(handler, method)}
    limits = limits_of(handler, method)
    for refused, refusals in refusals_of(handler, method, path).items():
        headers = headers_when_refused(handler, method, refusals)
        replies[refused] = _refused(refusals, limits=limits, headers=headers)
    return {str(code): _without_nothing(reply) for code, reply in sorted(replies.items())}


def _content(handler: HTTPRouteHandler, said: Json) -> Json:
    kind = handler.parsed_fn_signature.return_type.annotation
    if kind in {None, type(None)}:
        return {}
    if kind is ServerSentEvent:
        return {EVENT_STREAM: {"schema": {"type": "string"}, "examples": {"example": {"value": EVENTS}}}}
    shown = example_of(ExportRead if kind is Stream else kind)
    return {JSON: {"schema": said["content"][JSON]["schema"], "examples": {"example": {"value": shown}}}}


def _refused(refusals: list[Refusal], *, limits: tuple[Limit, ...], headers: Json) -> Json:
    """One status: what it says of a call, with an example for each code that may come with it."""
    status = refusals[0].status
    shape = next((refusal.shape for refusal in refusals if refusal.shape != "Problem"), "Problem")
    counted = [f"Counted as {', '.join(f'`{limit.name}`' for limit in limits)}."] if status == 429 and limits else []  # noqa: PLR2004
    return {
        "description": " ".join([MEANINGS[status], *counted]),
        "headers": headers,
        "content": {
            PROBLEM_JSON: {
                "schema": {"$ref": f"#/components/schemas/{shape}"},
                "examples": {one.code: {"summary": one.title, "value": one.example} for one in refusals},
            }
        },
    }


def _without_nothing(reply: Json) -> Json:
    return {name: value for name, value in reply.items() if value}
