"""Every route, for everyone, whatever became of whom it is about: exactly what the matrix says."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient, Response

from api.accounts.schemas import Scope
from api.authentication import Access, access_of, scopes_of
from tests.application import application
from tests.emptying import empty
from tests.trust.callers import ALL, MEMBERS, NOBODY, Caller, Row, State
from tests.trust.matrix import ROWS
from tests.trust.stage import Stage, plainly
from tests.unlimited import lift_limits

APP = application()
IN, SIGN_IN, NOTHING, SUSPENDED, SCOPE = "let in", "asked to sign in", "told of nothing", "suspended", "lacks the scope"


def _handlers() -> dict[str, Any]:
    return {
        f"{method} {route.path_format}": handler
        for route in APP.routes
        for handler in getattr(route, "route_handlers", ())
        for method in handler.http_methods - {"OPTIONS"}
    }


HANDLERS = _handlers()
APART = [
    Caller.NOBODY,
    Caller.EXPIRED,
    Caller.NARROW,
    Caller.STRANGER,
    Caller.CONNECTED,
    Caller.SUSPENDED,
    Caller.MODERATOR,
    Caller.GRACE,
]
"""Those whom a route that is about nobody else can tell apart; a soak asks for all the others as well."""


@pytest.fixture(scope="module")
async def stage(migrated: None) -> AsyncIterator[Stage]:
    """Grace and everyone, once for all rows: each call is taken back."""
    await empty()
    transport = ASGITransport(app=APP, raise_app_exceptions=False)  # type: ignore[arg-type]  # narrower scopes
    async with AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        made = Stage(client)
        await made.build()
        yield made


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    missing, idle = sorted(HANDLERS.keys() - ROWS.keys()), sorted(ROWS.keys() - HANDLERS.keys())

    assert not missing, (
        f"These routes are new: {missing}. Say in tests/trust/matrix.py who may use them: add a row for each to ROWS, "
        "with its access level and, where it is about another member, who finds anything there (see its docstring)."
    )
    assert not idle, f"These rows of tests/trust/matrix.py belong to no route: {idle}. Take them out."


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows ask who may, not how often."""
    lift_limits(monkeypatch)


@pytest.mark.parametrize("route", sorted(ROWS.keys() & HANDLERS.keys()))
async def test_a_route_answers_whom_it_should(stage: Stage, route: str, soaking: bool) -> None:  # noqa: FBT001
    rows = ROWS[route]
    assert access_of(HANDLERS[route]) is (rows if isinstance(rows, Row) else rows[0]).access
    wrong = []
    for row in [rows] if isinstance(rows, Row) else rows:
        alike = row.who is MEMBERS or row.who is NOBODY
        for caller in Caller if soaking or not alike else APART:
            if caller is Caller.NARROW and not scopes_of(HANDLERS[route]):
                continue  # pages know no scopes
            for state in [State.THERE] if alike else State:
                wrong += await _wrong(stage, route, row, caller, state)
    assert not wrong, "\n".join(wrong)


async def _wrong(stage: Stage, route: str, row: Row, caller: Caller, state: State) -> list[str]:
    """What is wrong with the answer to one call."""
    scopes = scopes_of(HANDLERS[route])
    what = f"{route} {row.params or ''} for {caller}, Grace {state}"
    reply = await stage.call(route, row, caller, state, scopes=scopes)
    got, expected = _outcome(reply), _expected(route, row, caller, state)
    if got != expected:
        return [f"{what}: {got} ({reply.status_code}), not {expected}"]
    if got != NOTHING or state is State.NEVER:
        return []
    never = await stage.call(route, row, caller, State.NEVER, scopes=scopes)
    if plainly(reply) == plainly(never):
        return []
    return [f"{what}: not as if she never existed\n{plainly(reply)}\n{plainly(never)}"]


def _expected(route: str, row: Row, caller: Caller, state: State) -> str:
    is_call = route.split(" ")[1].startswith("/api/v1/")
    found = IN if caller in row.who[state] else NOTHING
    if row.access is Access.ANYONE:
        return found
    signed_out = caller in {Caller.NOBODY, Caller.EXPIRED} or (caller is Caller.GRACE and state is State.ERASED)
    if signed_out:
        return SIGN_IN
    if row.access is Access.MODERATOR:
        return found if caller is Caller.MODERATOR else NOTHING
    suspended = caller is Caller.SUSPENDED or (caller is Caller.GRACE and state is State.SUSPENDED)
    if suspended and row.access is Access.MEMBER:
        return SUSPENDED
    if is_call and caller is Caller.NARROW:
        return SCOPE
    return found


def _outcome(reply: Response) -> str:
    text = reply.text
    if reply.status_code == 401 and "/problems/not-signed-in" in text:
        return SIGN_IN
    if reply.status_code == 303 and reply.headers["location"].startswith("/sign-in?next="):
        return SIGN_IN
    if reply.status_code == 403:
        said = {
            "You are no longer signed in": SIGN_IN,
            "Your account is suspended": SUSPENDED,
            "/problems/scope-missing": SCOPE,
            # Let in, but asked once more who they are, as everyone is before something dangerous.
            "/problems/sign-in-again": IN,
            "First, is it you?": IN,
        }
        return next((outcome for words, outcome in said.items() if words in text), f"refused: {text[:300]}")
    if reply.status_code == 404:
        return NOTHING
    return IN if reply.status_code < 500 else f"a fault: {text[:300]}"


def test_the_matrix_lets_not_everyone_in_everywhere() -> None:
    closed = [row for rows in ROWS.values() for row in (rows if isinstance(rows, list) else [rows])]

    assert sum(row.who is not MEMBERS for row in closed) > 40
    assert {row.access for row in closed} == set(Access)
    assert all(set(row.who) == set(State) and set().union(*row.who.values()) <= ALL for row in closed)
    assert Scope.EXPORT in Scope
