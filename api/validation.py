"""What the framework finds wrong with the shape of a body or parameter, in our words and with JSON pointers."""

import re
from collections.abc import Iterator, Sequence
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
from litestar import Request
from litestar.exceptions import ValidationException
from litestar.handlers import HTTPRouteHandler
from litestar.typing import FieldDefinition
from msgspec import inspect

from api.errors import FieldError, InvalidError, MalformedError, WhereforeError

# The framework and msgspec tell these apart by their words only; tests hold that they still do.
_MISSING_PARAMETER = re.compile(r"Missing required \w+ parameter '([^']+)'")
_FIELD = re.compile(r"Object (missing required|contains unknown) field `([^`]*)")
_STEP = re.compile(r"[^.\[\]]+")

_WORDS: dict[type[inspect.Type], str] = {
    inspect.StrType: "text",
    inspect.IntType: "a whole number",
    inspect.BoolType: "true or false",
    inspect.UUIDType: "an id (a UUID)",
    inspect.DateTimeType: "a time such as 2030-01-31T12:00:00Z (RFC 3339)",
    inspect.ListType: "a list",
    inspect.StructType: "a JSON object",
    inspect.NoneType: "null",
}


def as_invalid(request: Request[Any, Any, Any], error: ValidationException) -> WhereforeError:
    """A framework validation error as ours, with a JSON pointer for each field."""
    handler = request.scope.get("route_handler")
    parameters = handler.parsed_fn_signature.parameters if isinstance(handler, HTTPRouteHandler) else {}
    fields = tuple(_field_errors(error, parameters))
    if not fields:
        return MalformedError("The request could not be read. Check that it is complete and well formed.")
    return InvalidError("Some of what was sent cannot be used.", errors=fields)


def _field_errors(error: ValidationException, parameters: dict[str, FieldDefinition]) -> Iterator[FieldError]:
    if (missing := _MISSING_PARAMETER.match(error.detail)) is not None:
        name = missing[1]
        yield FieldError(f"/{name}", "missing", f"This is missing. {_wish(parameters.get(name), ())}")
    for item in error.extra if isinstance(error.extra, list) else []:
        path = _STEP.findall(str(item.get("key", "")))
        name = "data" if item.get("source") == "body" else path.pop(0) if path else ""
        inside = path if name != "data" or path != ["data"] else []
        pointed = inside if name == "data" else [name]
        yield _field_error(pointed, str(item.get("message", "")), _wish(parameters.get(name), inside))


def _field_error(path: Sequence[str], message: str, wish: str) -> FieldError:
    """What is wrong at one place; for a whole body the pointer is empty, as RFC 6901 has it."""
    if (found := _FIELD.match(message)) is None:
        return FieldError(_pointer(path), "wrong-shape", wish)
    if found[1] == "missing required":
        return FieldError(_pointer([*path, found[2]]), "missing", "This is missing.")
    return FieldError(_pointer([*path, found[2]]), "unknown", "There is no such field here. Leave it out.")


def _pointer(path: Sequence[str]) -> str:
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in path)


def _wish(parameter: FieldDefinition | None, path: Sequence[str]) -> str:
    """What would be right at a place: how to mend it, without a word about our types."""
    if parameter is None:
        return "This does not have the form that it must have."
    kind = parameter.annotation
    for step in path:
        kind = _inside(kind, step)
    rule = None if path else parameter.kwarg_definition
    least, most, longest = (getattr(rule, name, None) for name in ("ge", "le", "max_length"))
    if least is not None and most is not None:
        return f"This must be a whole number from {least:g} to {most:g}."
    if longest is not None:
        return f"This can have at most {longest} characters."
    return _in_words(inspect.type_info(kind))


def _inside(kind: Any, step: str) -> Any:
    """The type of a field or of an item."""
    for choice in get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,):
        if isinstance(choice, type) and issubclass(choice, msgspec.Struct):
            return next((field.type for field in msgspec.structs.fields(choice) if field.encode_name == step), Any)
        if get_origin(choice) is list:
            return get_args(choice)[0]
    return Any


def _in_words(kind: inspect.Type) -> str:
    kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    choices = [choice for one in kinds for choice in _choices(one)]
    if choices:
        return f"Choose one of: {', '.join(choices)}."
    words = [_WORDS[type(one)] for one in kinds if type(one) in _WORDS]
    return f"This must be {' or '.join(words)}." if words else "This does not have the form that it must have."


def _choices(kind: inspect.Type) -> list[str]:
    if isinstance(kind, inspect.EnumType):
        return [str(member.value) for member in kind.cls]
    return [str(value) for value in kind.values] if isinstance(kind, inspect.LiteralType) else []
