"""The description of the JSON API is whole, valid, and says of each call what the code does."""

import inspect
import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import jsonschema_rs
from litestar.handlers import HTTPRouteHandler

from api.accounts.errors import PasskeyRefusedError
from api.authentication import Access, access_of, scopes_of
from api.errors import NotFoundError
from api.openapi.document import calls_of
from api.openapi.refusals import refusals_of
from api.problems import declared_errors
from tests.api.openapi.reaching import reachable_errors
from tests.api.openapi.truth import PROBLEM, Json, checker, told
from tests.application import application

NAMES = Path(__file__).with_name("operations.txt")
"""What each call is called: generated clients have functions of these names."""

NEVER = {
    ("CreateToken", PasskeyRefusedError): "a token is made by password",
    ("EraseMe", PasskeyRefusedError): "a token was made by password",
    ("MessageDrafts", NotFoundError): "a conversation that is not there any more is left out",
    ("CreateWebhook", NotFoundError): "what was just made is there",
    ("Events", NotFoundError): "what is not there any more is not told",
}
"""Errors that are raised within a call and never answered."""


def calls() -> Iterator[tuple[str, str, HTTPRouteHandler, Json]]:
    """Method, path, what answers it, and what is said of it."""
    said = {
        operation["operationId"]: (method.upper(), path, operation)
        for path, item in told()["paths"].items()
        for method, operation in item.items()
    }
    for handler in calls_of(application()):
        yield (*said[str(handler.operation_id)][:2], handler, said[str(handler.operation_id)][2])


def messages(operation: Json) -> Iterator[tuple[str, str, Json]]:
    """Status, media type and content of what goes in (status "") and comes out."""
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        yield "", kind, content
    for status, reply in operation["responses"].items():
        for kind, content in reply.get("content", {}).items():
            yield status, kind, content


def test_the_description_is_valid_openapi_3_1() -> None:
    assert told()["openapi"].startswith("3.1.")
    standard = json.loads(files("openapi_spec_validator").joinpath("resources/schemas/v3.1/schema.json").read_bytes())

    assert [error.message for error in jsonschema_rs.Draft202012Validator(standard).iter_errors(told())] == []
    for schema in told()["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)


def test_every_route_is_described_and_nothing_else() -> None:
    routes = {
        f"{method} {route.path_format}"
        for route in application().routes
        if route.path.startswith("/api/v1/") and not route.path.endswith("openapi.json")
        for handler in getattr(route, "route_handlers", ())
        for method in handler.http_methods - {"OPTIONS", "HEAD"}
    }

    assert {f"{method} {path}" for method, path, *_ in calls()} == routes


def test_the_names_that_clients_rely_on_stay() -> None:
    named = "".join(sorted(f"{handler.operation_id} {method} {path}\n" for method, path, handler, _ in calls()))

    assert named == NAMES.read_text(), "A name was changed: clients break. A new call: add its line to operations.txt."


def test_every_call_asks_for_the_scopes_that_its_guard_asks_for() -> None:
    for _, path, handler, operation in calls():
        asked_for = () if access_of(handler) is Access.ANYONE else scopes_of(handler)
        assert operation["security"] == [{"token": [str(scope)]} for scope in asked_for], path


def test_everything_that_goes_in_and_comes_out_has_an_example_that_fits() -> None:
    for method, path, _, operation in calls():
        for status, kind, content in messages(operation):
            assert content["examples"], (method, path, status)
            for name, example in content["examples"].items():
                if kind == PROBLEM:
                    assert example["value"]["type"] == f"/problems/{name}", (method, path)
                    assert str(example["value"]["status"]) == status, (method, path, name)
                wrong = [error.message for error in checker(content["schema"]).iter_errors(example["value"])]
                assert wrong == [], (method, path, status, name)
        for parameter in operation.get("parameters", []):
            assert checker(parameter["schema"]).is_valid(parameter["example"]), (path, parameter)


def test_every_error_is_a_problem_and_the_rest_is_json() -> None:
    for method, path, _, operation in calls():
        for status, kind, _ in messages(operation):
            told_as = "text/event-stream" if operation["operationId"] == "Events" else "application/json"
            assert kind == (PROBLEM if status >= "400" else told_as), (method, path, status)


def test_every_error_that_a_call_can_come_to_is_described_and_no_other() -> None:
    for method, path, handler, _ in calls():
        name = str(handler.operation_id)
        reached = {kind for kind in reachable_errors(inspect.unwrap(handler.fn)) if (name, kind) not in NEVER}
        described = {refusal.code for found in refusals_of(handler, method, path).values() for refusal in found}

        assert {kind.code for kind in reached} <= described, (name, "can answer what it does not declare")
        assert set(declared_errors(handler)) <= reached, (name, "declares what it cannot answer")


def test_what_cannot_be_answered_is_not_excused_for_nothing() -> None:
    handlers = {str(handler.operation_id): handler for _, _, handler, _ in calls()}

    for name, kind in NEVER:
        assert kind in reachable_errors(inspect.unwrap(handlers[name].fn))
