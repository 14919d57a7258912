"""Whatever is called, by whomever, the running server answers only what the description says (Schemathesis)."""

import math
import time
from collections.abc import Callable
from functools import partial

import httpx
import pytest

from tests.running_site import RunningSite
from tests.server.chance import Caller, Trial
from tests.server.person import CRAFTS, Person

pytestmark = pytest.mark.server

CASES, CASES_SOAKED = 2_000, 20_000
TO_ADA = (
    "You whittle spoons from birch, and so do I. My knives were blunt for a year, until a neighbour showed me how to "
    "strop them. Shall I tell you how, and you tell me where you find your birch?"
)
ROLES = ("nobody", "newcomer", "member", "moderator")


def test_nothing_is_answered_that_is_not_declared(
    site: RunningSite, *, soaking: bool, tell: Callable[[str], None]
) -> None:
    kinds = sum(map(len, httpx.get(f"{site.url}/api/v1/openapi.json", timeout=60).json()["paths"].values()))
    most = CASES_SOAKED if soaking else CASES
    seed = int(time.time()) if soaking else 1
    trial = Trial(site.url, seed=seed)
    began = time.monotonic()

    trial.call_everything(
        {role: partial(caller, site, role) for role in ROLES}, each=math.ceil(1.05 * most / len(ROLES) / kinds)
    )

    number = sum(trial.answers[role].total() for role in ROLES)
    tell(f"{number} calls of {kinds} kinds in {time.monotonic() - began:.0f} s, seed {seed}")
    for role in ROLES:
        tell(f"{role}: {', '.join(f'{count} of {status}' for status, count in sorted(trial.answers[role].items()))}")
    assert number >= most
    assert trial.found == []


def caller(site: RunningSite, role: str) -> Caller:
    """Somebody of a role, and what they know of."""
    if role == "nobody":
        return Caller(role, {}, {})
    person = Person(site.url, "Mo" if role == "moderator" else role.title())  # nobody may be called Moderator
    known: dict[str, list[object]] = {"member_id": [person.id]}
    if role == "member":
        known = known_by_a_member(site, person)
    if role == "moderator":
        site.run("promote-moderator", person.email)
        person.sign_in()  # older tokens are no moderator's
    return Caller(role, {"Authorization": person.http.headers["Authorization"]}, known)


def known_by_a_member(site: RunningSite, ada: Person) -> dict[str, list[object]]:
    """Ids of what somebody has with others: a conversation, one request to each side, drafts and statements."""
    grace, hedy, emmy = (Person(site.url, name) for name in ("Grace", "Hedy", "Emmy"))
    mine = ada.states("I whittle spoons, mostly birch, and my knives are blunt")
    ada.call("PUT", "/me/purposes/interest", expect=200, json={})
    (first, why), (second, why_too) = CRAFTS[:2]
    theirs = [grace.states(first), hedy.states(second), emmy.states(first)]
    sent = ada.call("POST", "/connection-requests", expect=201, json=ada.request_for(grace, theirs[0], why))
    accepted = grace.call("POST", f"/connection-requests/{sent['id']}/acceptance", expect=201)
    connection = accepted["connection_id"]
    said = grace.call("POST", f"/connections/{connection}/messages", expect=201, json={"text": "Which knife is it?"})
    waiting = ada.call("POST", "/connection-requests", expect=201, json=ada.request_for(hedy, theirs[1], why_too))
    received = emmy.call("POST", "/connection-requests", expect=201, json=emmy.request_for(ada, mine, TO_ADA))
    others: list[object] = [ada.id, grace.id, hedy.id, emmy.id]
    return {
        "member_id": others,
        "recipient_id": others,
        "connection_id": [connection],
        "request_id": [waiting["id"], received["id"], sent["id"]],
        "message_id": [said["id"]],
        "statement_id": [mine],
        "purpose": ["hobby", "interest"],
        "id": [*theirs, said["id"], received["id"]],
        "token_id": [token["id"] for token in ada.get("/tokens")],
    }
