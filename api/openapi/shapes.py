"""The schemas of the description: what the framework makes of our Structs, said more plainly and more closely."""

import ast
import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
from litestar.handlers import HTTPRouteHandler
from msgspec import UnsetType

from api.errors import ScopeMissingError, WhereforeError
from api.problems import declared_errors

Json = dict[str, Any]

_PAGE = re.compile(r"Page\[(\w+)\]")
_OURS = {"api", "embeddings"}
_REFERENCE = "#/components/schemas/"


def plainly(document: Json, handlers: Iterable[HTTPRouteHandler]) -> Json:
    """The same document with plainer schemas.

    Lists are named after what is in them, choices of one are no choices, fields have the words that stand with them in
    the code, and what replies always have is required. What bodies may not have besides is refused, so it says so.
    """
    schemas: Json = document["components"]["schemas"]
    names = {name: _name(name, schema) for name, schema in schemas.items()}
    document = _renamed(_plain(document), names)
    taken, given = _shapes_of(handlers)
    for shape in taken | given:
        schema = document["components"]["schemas"].get(shape.__name__)
        if schema is None or "properties" not in schema:
            continue
        _add_words(schema, shape)
        _add_lengths(schema, shape)
        if shape not in taken:
            schema["required"] = [name for name in schema["properties"] if name not in _may_be_unset(shape)]
        elif shape.__struct_config__.forbid_unknown_fields:
            schema["additionalProperties"] = False
    return document


def _name(name: str, schema: Json) -> str:
    found = _PAGE.fullmatch(schema.get("title", ""))
    return f"{found[1]}Page" if found else name


def _plain(value: Any) -> Any:
    """Without choices between one thing, and with null as one of the types where there is nothing else to choose."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    plain = {name: _plain(inside) for name, inside in value.items()}
    choices = plain.get("oneOf")
    if not isinstance(choices, list):
        return plain
    others = {name: inside for name, inside in plain.items() if name != "oneOf"}
    if len(choices) == 1:
        return {**choices[0], **others}
    one, other = (choices[0], choices[1]) if len(choices) == 2 else ({}, {})  # noqa: PLR2004 - something, or null
    if other == {"type": "null"} and isinstance(one.get("type"), str) and "enum" not in one:
        return {**one, "type": [one["type"], "null"], **others}
    return plain


def _renamed(document: Json, names: dict[str, str]) -> Json:
    def renamed(value: Any) -> Any:
        if isinstance(value, list):
            return [renamed(one) for one in value]
        if not isinstance(value, dict):
            return value
        found = {name: renamed(inside) for name, inside in value.items()}
        reference = found.get("$ref")
        if isinstance(reference, str) and reference.startswith(_REFERENCE):
            name = reference.removeprefix(_REFERENCE)
            found["$ref"] = _REFERENCE + names.get(name, name)
        return found

    told: Json = renamed(document)
    schemas = {names[name]: schema for name, schema in told["components"]["schemas"].items()}
    for name, schema in schemas.items():
        schema["title"] = name
    told["components"]["schemas"] = dict(sorted(schemas.items()))
    return told


def _shapes_of(handlers: Iterable[HTTPRouteHandler]) -> tuple[set[type[msgspec.Struct]], set[type[msgspec.Struct]]]:
    """The Structs that calls take, and those that they give."""
    taken: set[type[msgspec.Struct]] = set()
    given: set[type[msgspec.Struct]] = set()
    for handler in handlers:
        signature = handler.parsed_fn_signature
        if "data" in signature.parameters:
            taken |= set(_structs(signature.parameters["data"].annotation))
        given |= set(_structs(signature.return_type.annotation))
        errors: tuple[type[WhereforeError], ...] = (WhereforeError, ScopeMissingError, *declared_errors(handler))
        given |= {one for error in errors for one in _structs(error.shape)}
    return taken, given


def _structs(kind: Any, seen: frozenset[type[msgspec.Struct]] = frozenset()) -> Iterator[type[msgspec.Struct]]:
    """Every Struct in a type."""
    origin = get_origin(kind)
    for inside in get_args(kind):
        yield from _structs(inside, seen)
    struct = origin or kind
    if isinstance(struct, type) and issubclass(struct, msgspec.Struct) and struct not in seen:
        yield struct
        for field in get_type_hints(struct).values():
            yield from _structs(field, seen | {struct})


def _may_be_unset(shape: type[msgspec.Struct]) -> set[str]:
    return {name for name, kind in get_type_hints(shape).items() if UnsetType in get_args(kind)}


def _add_words(schema: Json, shape: type[msgspec.Struct]) -> None:
    """Put the words that stand below a field in the code into its schema."""
    schema.setdefault("description", inspect.cleandoc(shape.__doc__ or ""))
    for name, words in _words_of(shape).items():
        field = schema["properties"].get(name)
        if field is not None and "description" not in field:
            # Beside a reference there may be more since JSON Schema 2020-12, which OpenAPI 3.1 goes by.
            field["description"] = words


def _add_lengths(schema: Json, shape: type[msgspec.Struct]) -> None:
    """Put how long texts may be into their fields; the framework reads of them only what decoding holds."""
    for name, kind in get_type_hints(shape, include_extras=True).items():
        field = schema["properties"].get(name, {})
        for one in (kind, *get_args(kind)):
            for said in getattr(one, "__metadata__", ()):
                if isinstance(said, msgspec.Meta) and "string" in field.get("type", ()):
                    field |= said.extra_json_schema or {}


def _words_of(shape: type[msgspec.Struct]) -> dict[str, str]:
    """By field, also those of the Structs that this one is made from."""
    words: dict[str, str] = {}
    for parent in reversed(shape.__mro__):
        words |= _words_in(parent.__module__).get(parent.__qualname__, {})
    return words


@cache
def _words_in(module: str) -> dict[str, dict[str, str]]:
    """The words below the fields of each class of one of our modules."""
    if module.partition(".")[0] not in _OURS:
        return {}
    classes = [
        line for line in ast.parse(inspect.getsource(sys.modules[module])).body if isinstance(line, ast.ClassDef)
    ]
    return {
        one.name: {
            field.target.id: inspect.cleandoc(below.value.value)  # type: ignore[attr-defined]
            for field, below in pairwise(one.body)
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and _is_words(below)
        }
        for one in classes
    }


def _is_words(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and isinstance(line.value.value, str)
