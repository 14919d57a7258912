"""The header fields and parameters of calls, in words."""

from http import HTTPStatus
from typing import Any, Final, get_origin

from litestar.handlers import HTTPRouteHandler
from litestar.response import ServerSentEvent, Stream

from api.authentication import Access, access_of
from api.idempotency.calls import AGAIN, FIELD, is_keyed
from api.limits.guard import limits_of
from api.limits.limit import Per
from api.matching.schemas import MatchPage
from api.openapi.refusals import Refusal
from api.openapi.shown import story
from api.pagination import Page

Json = dict[str, Any]

_TEXT: Final[Json] = {"type": "string"}
_TAG = '"0f343b0931126a20f133d67c"'
HEADERS: Final[dict[str, Json]] = {
    "ETag": {
        "description": "Which version this is: send it back as `If-None-Match` or `If-Match`.",
        "schema": _TEXT,
        "example": _TAG,
    },
    "Retry-After": {
        "description": "In how many seconds to try again.",
        "schema": {"type": "integer", "minimum": 0},
        "example": 60,
    },
    "RateLimit-Policy": {
        "description": "The limits of your own that this call was counted for: `q` calls within `w` seconds.",
        "schema": _TEXT,
        "example": '"changes";q=60;w=60',
    },
    "RateLimit": {
        "description": "What is left of them: `r` calls, and `t` seconds until something comes back.",
        "schema": _TEXT,
        "example": '"changes";r=59;t=60',
    },
    AGAIN: {
        "description": "Whether this is the first reply once more, and nothing was done.",
        "schema": {"type": "string", "enum": ["true"]},
        "example": "true",
    },
    "Link": {
        "description": 'Where the next part of the list is, as `rel="next"`; nothing on the last part.',
        "schema": _TEXT,
        "example": '</api/v1/connections?limit=20&cursor=WyIyMDMwLTAzLTAxVDE4OjIwOjAwWiJd>; rel="next"',
    },
    "Accept": {"description": "What is read here.", "schema": _TEXT, "example": "application/json"},
    "Accept-Encoding": {"description": "How it may be packed: not at all.", "schema": _TEXT, "example": "identity"},
    "WWW-Authenticate": {
        "description": "How to say who calls, and the scope that a token lacks.",
        "schema": _TEXT,
        "example": 'Bearer realm="wherefore"',
    },
}

_WORDS: Final[dict[str, str]] = {
    "limit": "How many there are in one part at most.",
    "cursor": "`next` of the part before. Leave it out for the first part.",
    "purpose": "Which of the six purposes.",
    "box": "The requests that one `received`, or those that one `sent`.",
    "open": "`true` for those that are open to oneself, `false` for the others. Leave it out for all.",
    "q": "How the name of the place begins. After a comma, how that of its country does.",
    "last": "For how many seconds back the stream should tell too.",
    "member_id": "The other member.",
    "connection_id": "The connection.",
    "request_id": "The request.",
    "message_id": "The message.",
    "webhook_id": "The webhook.",
    "delivery_id": "What it was told.",
    "statement_id": "The statement, one's own.",
    "token_id": "The token, one's own.",
    "text_id": "The text, one's own.",
}
_SHOWN: Final[dict[str, object]] = {
    "limit": 20,
    "cursor": "WyIyMDMwLTAzLTAxVDE4OjIwOjAwWiJd",
    "open": True,
    "purpose": "hobby",
    "box": "received",
    "q": "leeds, united",
    "last": 10,
    "member_id": str(story.BEN),
    "connection_id": str(story.CONNECTION),
    "request_id": str(story.REQUEST),
    "message_id": str(story.MESSAGE),
    "webhook_id": str(story.WEBHOOK),
    "delivery_id": str(story.DELIVERY),
    "statement_id": str(story.MINE),
    "token_id": str(story.TOKEN),
    "text_id": str(story.GIVEN),
}
_NOISE = ("deprecated", "allowEmptyValue", "allowReserved")


def parameters_of(handler: HTTPRouteHandler, method: str, said: list[Json]) -> list[Json]:
    """The parameters of a call, those that the framework knows of and those that follow from its route."""
    found = [_told(parameter) for parameter in said]
    if has_tag(handler, method) and method == "GET":
        found.append(_header("If-None-Match", "The `ETag` that you were sent: 304 and no body where nothing changed."))
    if handler.opt.get("edits"):
        words = "The `ETag` that you were sent, so that nothing is done where it has changed since; or `*`."
        found.append(_header("If-Match", words))
    if is_keyed(handler):
        words = (
            "A string that you make anew for each thing to be done, such as a UUID. The same call with the same key is "
            f"done once within 24 hours: it gets the first reply again, with `{AGAIN}: true`."
        )
        found.append(_header(FIELD, words, example="8e03978e-40d5-43dd-bc93-6894a57f9324", most=255))
    return found


def headers_when_done(handler: HTTPRouteHandler, method: str) -> Json:
    """The header fields of the reply to a call that was done."""
    names = ["ETag"] if has_tag(handler, method) else []
    names += [AGAIN] if is_keyed(handler) else []
    kind = handler.parsed_fn_signature.return_type.annotation
    names += ["Link"] if (get_origin(kind) or kind) in {Page, MatchPage} else []
    return _referred([*names, *_standing(handler, method)])


def headers_when_refused(handler: HTTPRouteHandler, method: str, refusals: list[Refusal]) -> Json:
    """The header fields of the reply to a call that was not."""
    names = [name for refusal in refusals for name in refusal.headers]
    over = refusals[0].status == HTTPStatus.TOO_MANY_REQUESTS
    return _referred([*names, *(_standing(handler, method) if over else [])])


def has_tag(handler: HTTPRouteHandler, method: str) -> bool:
    """Whether the reply to a call has an `ETag`: what is read whole, and what was edited, as it stands now."""
    kind = handler.parsed_fn_signature.return_type.annotation
    if kind in {Stream, ServerSentEvent, None, type(None)}:
        return False
    return method == "GET" or bool(handler.opt.get("edits"))


def _told(parameter: Json) -> Json:
    kept = {name: value for name, value in parameter.items() if name not in _NOISE}
    name = parameter["name"]
    # Nothing can be null in an address: it is left out.
    choices = [one for one in kept["schema"].get("oneOf", []) if one != {"type": "null"}]
    if len(choices) == 1:
        kept["schema"] = choices[0]
    kept["description"] = _WORDS.get(name) or parameter.get("description", "")
    if name in _SHOWN:
        kept["example"] = _SHOWN[name]
    return kept


def _header(name: str, words: str, *, example: str = _TAG, most: int | None = None) -> Json:
    schema = _TEXT if most is None else {**_TEXT, "minLength": 1, "maxLength": most}
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": words,
        "schema": schema,
        "example": example,
    }


def _standing(handler: HTTPRouteHandler, method: str) -> list[str]:
    """Those that say what is left: where what one spends is one's own."""
    own = any(limit.per is Per.ACCOUNT for limit in limits_of(handler, method))
    return ["RateLimit-Policy", "RateLimit"] if own and access_of(handler) is not Access.ANYONE else []


def _referred(names: list[str]) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
