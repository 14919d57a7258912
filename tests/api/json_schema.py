"""Where a value is not what a schema says: as much of JSON Schema as our OpenAPI document uses."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

Json = dict[str, Any]

_KINDS = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict, "null": type(None)}
_FORMATS: dict[str, Callable[[str], object]] = {"uuid": UUID, "date-time": datetime.fromisoformat}


def deviations(document: Json, schema: Json, value: object, at: str = "") -> Iterator[str]:
    """Every place where `value` deviates from `schema`, whose references lead into `document`."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "oneOf" in schema:
        if sum(not list(deviations(document, choice, value)) for choice in schema["oneOf"]) != 1:
            yield f"{at}: {value!r} is not exactly one of the choices"
        return
    kinds = [schema["type"]] if isinstance(schema.get("type"), str) else schema.get("type", _KINDS)
    if not any(type(value) is _KINDS[kind] for kind in kinds):
        yield f"{at}: {value!r} is no {kinds}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is not in {schema['enum']}"
    elif isinstance(value, str):
        yield from _format_deviations(schema, value, at)
    elif isinstance(value, list):
        yield from _item_deviations(document, schema, value, at)
    elif isinstance(value, dict):
        yield from _member_deviations(document, schema, value, at)


def _format_deviations(schema: Json, value: str, at: str) -> Iterator[str]:
    try:
        _FORMATS.get(schema.get("format", ""), str)(value)
    except ValueError:
        yield f"{at}: {value!r} is no {schema['format']}"


def _item_deviations(document: Json, schema: Json, value: list[object], at: str) -> Iterator[str]:
    shapes = schema.get("prefixItems") or [schema.get("items", {})] * len(value)
    if len(shapes) != len(value):
        yield f"{at}: {value!r} has not {len(shapes)} items"
    for number, (shape, item) in enumerate(zip(shapes, value, strict=False)):
        yield from deviations(document, shape, item, f"{at}/{number}")


def _member_deviations(document: Json, schema: Json, value: Json, at: str) -> Iterator[str]:
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", False)
    yield from (f"{at}/{name}: missing" for name in schema.get("required", []) if name not in value)
    for name, member in value.items():
        declared = properties.get(name, others)
        if declared is False:
            yield f"{at}/{name}: not declared"
        elif declared is not True:
            yield from deviations(document, declared, member, f"{at}/{name}")
