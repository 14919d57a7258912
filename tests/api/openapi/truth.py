"""What about a reply the description of the JSON API does not say."""

import json
import re
from functools import cache
from typing import Any

import jsonschema_rs
from httpx import Response

from api.openapi.document import document
from tests.application import application

Json = dict[str, Any]

PROBLEM = "application/problem+json"
READ_AS = {"HEAD": "get"}


_checkers: dict[tuple[int, str], jsonschema_rs.Draft202012Validator] = {}


class UndeclaredError(AssertionError):
    """A call answered something that its description does not say."""


async def hold_to_description(reply: Response) -> None:
    """Hold that a reply is as the description says; for every client of every test."""
    if reply.headers.get("content-type", "").startswith("text/event-stream"):
        return
    await reply.aread()
    if wrong := undeclared(reply):
        asked = f"{reply.request.method} {reply.request.url.path}"
        raise UndeclaredError(f"{asked} answered {reply.status_code}: {wrong}\n{reply.text[:600]}")


def undeclared(reply: Response) -> list[str]:
    """What about a reply is not declared; nothing for what is no call of the JSON API."""
    operation = operation_of(reply.request.method, reply.request.url.path)
    if operation is None:
        return []
    if reply.request.method == "HEAD":
        return [] if str(reply.status_code) in operation["responses"] else [f"{reply.status_code} is not declared"]
    kind = reply.headers.get("content-type", "")
    return undeclared_in(operation, status=reply.status_code, kind=kind, body=reply.content)


def undeclared_in(operation: Json, *, status: int, kind: str, body: bytes, components: Json | None = None) -> list[str]:
    """What about a reply its operation does not declare; the components are those of the same description."""
    declared = operation["responses"].get(str(status))
    if declared is None:
        return [f"{status} is not declared"]
    if kind.startswith("text/event-stream"):
        return []
    if not body:
        return ["no body, but one is declared"] if declared.get("content") else []
    content = declared.get("content", {}).get(kind)
    if content is None:
        return [f"{kind} is not declared for {status}"]
    value = json.loads(body)
    errors = checker(content["schema"], components).iter_errors(value)
    wrong = [f"{list(error.instance_path)}: {error.message}" for error in errors]
    if kind == PROBLEM and (code := value["type"].removeprefix("/problems/")) not in content["examples"]:
        wrong.append(f"the code {code} is not declared")
    return wrong


@cache
def told() -> Json:
    """The description."""
    return document(application())


def operation_of(method: str, path: str) -> Json | None:
    """The operation that a request is for, if any."""
    for pattern, item in _patterns():
        if pattern.fullmatch(path):
            found: Json | None = item.get(READ_AS.get(method, method.lower()))
            return found
    return None


def checker(schema: Json, components: Json | None = None) -> jsonschema_rs.Draft202012Validator:
    """What holds a value to a schema of the description, or to one of another with these components."""
    known = told()["components"] if components is None else components
    key = (id(known), json.dumps(schema))
    if key not in _checkers:
        whole = schema | {"components": known}
        _checkers[key] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    return _checkers[key]


@cache
def _patterns() -> list[tuple[re.Pattern[str], Json]]:
    # Those without a parameter first, as the router has it.
    paths = sorted(told()["paths"].items(), key=lambda one: one[0].count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), item) for path, item in paths]
