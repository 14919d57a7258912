"""The reference of the JSON API, read out of its OpenAPI document into what a page can show."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import msgspec

Json = dict[str, Any]
Part = tuple[str, str | None]
"""Some text, and the shape that it names, if it names one."""

_METHODS = ("get", "post", "put", "patch", "delete")
_PLAIN_KINDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
_MOST_VALUES = 7
"""More stand with their shape alone."""
_FORMATS = {"uuid": "id (UUID)", "date-time": "time (RFC 3339)", "date": "date"}


class Field(msgspec.Struct, frozen=True):
    """A parameter, or a member of a JSON object."""

    name: str
    kind: list[Part]
    required: bool
    where: str = ""
    note: str = ""


class Reply(msgspec.Struct, frozen=True):
    """What may come back."""

    status: int
    phrase: str
    note: str
    kind: list[Part]
    codes: list[str]
    """Of problems: each leads to a page that says more."""
    headers: list[str]


class Call(msgspec.Struct, frozen=True):
    """One call."""

    id: str
    method: str
    path: str
    description: str
    scopes: list[str]
    """Those of which a token needs one; none where it needs no token."""
    parameters: list[Field]
    body: list[Part]
    taken: list[Field]
    """What is in the body."""
    sent: str
    """An example of the body, as it is written."""
    answered: str
    """An example of the reply."""
    replies: list[Reply]


class Group(msgspec.Struct, frozen=True):
    """Calls that belong together."""

    name: str
    calls: list[Call]


class Shape(msgspec.Struct, frozen=True):
    """A JSON object or a set of words."""

    name: str
    description: str
    fields: list[Field]
    values: list[str]


class Reference(msgspec.Struct, frozen=True):
    """Everything."""

    groups: list[Group]
    shapes: list[Shape]


def read_reference(document: Json) -> Reference:
    """Everything that an OpenAPI 3.1 document says, grouped by its tags."""
    groups: dict[str, list[Call]] = {}
    shapes = document.get("components", {}).get("schemas", {})
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                name = (item[method].get("tags") or ["Other"])[0]
                groups.setdefault(name, []).append(_call(path, method, item[method], shapes))
    return Reference(
        groups=[Group(name, calls) for name, calls in sorted(groups.items())],
        shapes=[_shape(name, schema, shapes) for name, schema in sorted(shapes.items())],
    )


def _call(path: str, method: str, operation: Json, shapes: Json) -> Call:
    body = _content(operation.get("requestBody", {}))
    taken = next((shape for _, shape in body if shape in shapes), None)
    replies = sorted(operation.get("responses", {}).items())
    return Call(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        description=operation["description"].partition("\n\nNeeds")[0],
        scopes=[scope for way in operation.get("security", []) for scope in way["token"]],
        parameters=[
            Field(
                name=parameter["name"],
                kind=_kind(parameter.get("schema", {})),
                required=parameter.get("required", False),
                where=parameter["in"],
                note=_note({**parameter.get("schema", {}), "description": parameter.get("description", "")}, shapes),
            )
            for parameter in operation.get("parameters", [])
        ],
        body=body,
        taken=_shape(taken, shapes[taken], shapes).fields if taken else [],
        sent=_example(operation.get("requestBody", {})),
        answered=next((_example(reply) for status, reply in replies if status < "300"), ""),
        replies=[_reply(int(status), reply) for status, reply in replies],
    )


def _reply(status: int, reply: Json) -> Reply:
    problems = reply.get("content", {}).get("application/problem+json", {}).get("examples", {})
    return Reply(
        status=status,
        phrase=HTTPStatus(status).phrase,
        note=reply.get("description", ""),
        kind=_content(reply),
        codes=list(problems),
        headers=list(reply.get("headers", {})),
    )


def _example(message: Json) -> str:
    """What is shown of a body, set out in lines."""
    for body in message.get("content", {}).values():
        for example in body.get("examples", {}).values():
            value = example["value"]
            return (
                value if isinstance(value, str) else msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
            )
    return ""


def _content(message: Json) -> list[Part]:
    for body in message.get("content", {}).values():
        return _kind(body.get("schema", {}))
    return []


def _shape(name: str, schema: Json, shapes: Json) -> Shape:
    required = set(schema.get("required", []))
    return Shape(
        name=name,
        description=schema.get("description", ""),
        fields=[
            Field(name=field, kind=_kind(kind), required=field in required, note=_note(kind, shapes))
            for field, kind in schema.get("properties", {}).items()
        ],
        values=[str(value) for value in schema.get("enum", [])],
    )


def _kind(schema: Json) -> list[Part]:
    """What a value may be, in words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return [(_readable(name), name)]
    choices = schema.get("oneOf") or schema.get("anyOf") or []
    if choices:
        return list(_joined([_kind(choice) for choice in choices], " or "))
    if "enum" in schema:
        return [(" or ".join(f'"{value}"' if isinstance(value, str) else str(value) for value in schema["enum"]), None)]
    kind = schema.get("type", "anything")
    if isinstance(kind, list):
        return list(_joined([_kind({**schema, "type": one}) for one in kind], " or "))
    if kind == "array":
        return [("list of ", None), *_kind(schema.get("items", {}))]
    return [(_FORMATS.get(schema.get("format", ""), _PLAIN_KINDS.get(kind, str(kind))), None)]


def _note(schema: Json, shapes: Json) -> str:
    """What is said of a field beside its kind: its words, its limits, its values, and what it is when left out."""
    default = schema.get("default")
    values = _values(schema, shapes)
    notes = [
        schema.get("description", ""),
        _between(schema, "minLength", "maxLength", " character"),
        _between(schema, "minimum", "maximum"),
        _between(schema, "minItems", "maxItems", " item"),
        f"one of {', '.join(f'`{value}`' for value in values)}" if 0 < len(values) <= _MOST_VALUES else "",
        "" if default is None else f"`{msgspec.json.encode(default).decode()}` when left out",
    ]
    return " ".join(f"{note[0].upper()}{note[1:].removesuffix('.')}." for note in notes if note)


def _between(schema: Json, least: str, most: str, unit: str = "") -> str:
    low, high = schema.get(least), schema.get(most)
    ends = [f"{end:g}" for end in (low, high) if end is not None]
    if not ends:
        return ""
    how = " to ".join(ends) if len(ends) > 1 else f"{'at most' if low is None else 'at least'} {ends[0]}"
    return f"{how}{unit and unit + 's' * (ends[-1] != '1')}"


def _values(schema: Json, shapes: Json) -> list[str]:
    """The words of which it is one, where its kind is such a set, or a list or a choice of them."""
    named = shapes.get(schema.get("$ref", "").rpartition("/")[2], {})
    inside = [schema.get("items", {}), *schema.get("oneOf", ()), *schema.get("anyOf", ())]
    return [
        *map(str, named.get("enum", ())),
        *(value for one in inside for value in (_values(one, shapes) if "$ref" in one else ())),
    ]


def _joined(parts: list[list[Part]], between: str) -> Iterator[Part]:
    for number, part in enumerate(parts):
        if number:
            yield between, None
        yield from part


def _readable(name: str) -> str:
    """A generic's name without the path to what it holds."""
    outer, _, inner = name.partition("_")
    return f"{outer} of {inner.strip('_').rpartition('.')[2]}" if inner else outer
