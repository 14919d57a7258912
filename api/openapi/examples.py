"""What the description shows of a shape: an example of it, or of a list of it."""

from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import msgspec

from api.errors import WhereforeError
from api.openapi.shown import being_in_touch, meeting, oneself, webhooks
from api.openapi.shown.refused import REFUSED
from api.pagination import Page

Json = dict[str, Any]

EVENTS = """id: 0
retry: 4210
: open

event: request.received
data: {"request_id":"3f6d8a17-c2e4-4d95-a07b-6b8e1f2d5c55"}

"""
"""The first lines of a stream of events."""


class MissingExampleError(Exception):
    """Somebody added a shape or an error to the JSON API and did not say what it looks like."""


def example_of(kind: Any) -> Any:
    """An example of what a call takes or answers, as JSON.

    Raises:
        MissingExampleError: There is none; the message says where to add one.
    """
    origin, inside = get_origin(kind), get_args(kind)
    if origin is list:
        return [example_of(inside[0])]
    if origin is Page:
        return {"items": [example_of(inside[0])], "next": None}
    if origin in {Union, UnionType}:
        return example_of(next(one for one in inside if one is not NoneType))
    if kind not in _shapes():
        raise MissingExampleError(f"Add an example of {kind} to api/openapi/shown.")
    return msgspec.to_builtins(_shapes()[kind])


def error_of(kind: type[WhereforeError]) -> WhereforeError:
    """An error as it may be raised.

    Raises:
        MissingExampleError: It is about a certain case, and there is no example of one.
    """
    if kind in _errors():
        return _errors()[kind]
    try:
        return kind()
    except TypeError as wrong:
        raise MissingExampleError(f"Add an example of {kind} to api/openapi/shown/refused.py.") from wrong


@cache
def _shapes() -> dict[type, msgspec.Struct]:
    return {type(one): one for shown in (oneself, meeting, being_in_touch, webhooks) for one in shown.SHOWN}


@cache
def _errors() -> dict[type[WhereforeError], WhereforeError]:
    return {type(error): error for error in REFUSED}
