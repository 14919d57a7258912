"""Calls made up from the description of the JSON API, by somebody who is who they are."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import hypothesis
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from api.openapi.operations import EVENT_STREAM
from tests.api.openapi.truth import undeclared_in

Json = dict[str, Any]
Operation = APIOperation[Any, Any, Any, Any]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ONCE = [unsupported_method, ignored_auth]
"""These ask again in another way, so they are made for one call of each kind."""

_LAST = {"EndConnection": 1, "BlockMember": 2, "RevokeToken": 3, "SwitchOffPurpose": 4, "EraseMe": 5}
"""What takes away much for the calls after it."""


class Caller:
    """Somebody who calls: their header fields, and ids of what they know."""

    def __init__(self, role: str, headers: dict[str, str], known: Json) -> None:
        self.role = role
        self.headers = headers
        self.known = known
        """By the name of a parameter or of a field."""


class Trial:
    """What came of calls that were made up."""

    def __init__(self, url: str, *, seed: int) -> None:
        """Begin; the same seed makes the same calls."""
        self.url = url
        self.answers: dict[str, Counter[int]] = defaultdict(Counter)
        """By role."""
        self.found: list[str] = []
        self._random = random.Random(seed)  # noqa: S311 - no secret is made of it
        self._seed = seed
        self._session = requests.Session()
        self._components: Json = {}

    def call_everything(self, makers: dict[str, Callable[[], Caller]], *, each: int) -> None:
        """Make up calls of every kind, and let everybody make them.

        Args:
            makers: What makes the caller of a role, and makes them anew once they are gone.
            each: How many calls of a kind.
        """
        schema = schemathesis.openapi.from_url(f"{self.url}/api/v1/openapi.json", timeout=60)
        self._components = schema.raw_schema["components"]
        callers = {role: make() for role, make in makers.items()}
        for operation in _in_order(schema):
            for case, wrong in self._cases(operation, each=each):
                made_up = deepcopy((case.path_parameters, case.body, case.headers))
                for number, caller in enumerate(callers.values()):
                    case.path_parameters, case.body, case.headers = deepcopy(made_up)
                    self._call(case, caller, wrong=wrong, once=number == 0)
            if name_of(operation) in {"RevokeToken", "EraseMe"}:
                callers = {role: make() for role, make in makers.items()}

    def _cases(self, operation: Operation, *, each: int) -> Iterator[tuple[Any, bool]]:
        """Calls of one kind, each with whether something in it is wrong."""
        few = each // 4 if _can_be_wrong(operation) else 0
        for case in self._made_up(operation.as_strategy(generation_mode=GenerationMode.POSITIVE), each - few):
            yield case, False
        if few:
            for case in self._made_up(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE), few):
                yield case, True

    def _made_up(self, strategy: SearchStrategy[Any], most: int) -> list[Any]:
        found: list[Any] = []

        @hypothesis.seed(self._seed)
        @hypothesis.settings(
            max_examples=most,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=strategy)
        def take(case: Any) -> None:
            found.append(case)

        take()
        return found

    def _call(self, case: Any, caller: Caller, *, wrong: bool, once: bool) -> None:
        if not wrong:  # what is wrong in the others may be an id
            self._put_known_ids(case, caller.known)
        name = name_of(case.operation)
        response = self._stream(case, caller) if name == "Events" else self._whole(case, caller)
        self.answers[caller.role][response.status_code] += 1
        said = f"{caller.role}, {name}, {response.status_code}"
        kind = _first(response.headers.get("content-type", ""))
        undeclared = undeclared_in(
            case.operation.definition.raw,
            status=response.status_code,
            kind=kind,
            body=b"" if kind.startswith(EVENT_STREAM) else response.content,
            components=self._components,
        )
        self.found += [f"{said}: {one}\n{case.as_curl_command()}" for one in undeclared]
        if name == "Events":
            return  # what comes later is not read
        try:
            checks = [*CHECKS, *(ONCE if once else []), *([negative_data_rejection] if wrong else [])]
            case.validate_response(response, checks=checks, headers=caller.headers)
        except (Failure, FailureGroup) as failure:
            self.found.append(f"{said}: {failure}\n{getattr(failure, 'exceptions', '')}")

    def _whole(self, case: Any, caller: Caller) -> Any:
        return case.call(base_url=self.url, session=self._session, headers=caller.headers, timeout=30)

    def _stream(self, case: Any, caller: Caller) -> requests.Response:
        """Open a stream of events, hear how it begins and leave."""
        sent = case.as_transport_kwargs(base_url=self.url, headers=caller.headers)
        with self._session.request(**sent, stream=True, timeout=30) as response:
            if not response.headers["content-type"].startswith("text/event-stream"):
                response.content  # noqa: B018 - it is read while the line is open
            return response

    def _put_known_ids(self, case: Any, known: Json) -> None:
        """In half of the calls, let ids be such as there are."""
        if self._random.random() < 0.5:
            return
        for name in case.path_parameters or {}:
            if name in known:
                case.path_parameters[name] = self._random.choice(known[name])
        if isinstance(case.body, dict):
            self._put_into(case.body, known)

    def _put_into(self, body: Json, known: Json) -> None:
        for name, value in body.items():
            if isinstance(value, dict):
                self._put_into(value, known)
            elif name in known:
                body[name] = self._random.choice(known[name])


def name_of(operation: Operation) -> str:
    """What a call is called."""
    return str(operation.definition.raw["operationId"])


def _can_be_wrong(operation: Operation) -> bool:
    """Whether there is more than header fields in which something can be wrong."""
    raw = operation.definition.raw
    return "requestBody" in raw or any(one["in"] != "header" for one in raw.get("parameters", []))


def _first(value: str | list[str]) -> str:
    return value if isinstance(value, str) else value[0]


def _in_order(schema: Any) -> Iterator[Operation]:
    """Every kind of call: those that only read first, and those that take much away last."""
    found = [result.ok() for result in schema.get_all_operations()]
    yield from sorted(
        found,
        key=lambda one: (_LAST.get(name_of(one), 0), one.method != "get", one.method == "delete"),
    )
