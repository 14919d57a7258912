"""What happens when people act at the same moment, on a real server: exactly one outcome, and never a fault."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import httpx
import pytest

from tests.running_site import RunningSite
from tests.server.person import CRAFTS, Person

pytestmark = pytest.mark.server

ROUNDS = 12


def at_once(*calls: tuple[Person, str, Any]) -> list[httpx.Response]:
    """POST them all at the same moment."""
    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(lambda call: call[0].http.post(call[1], json=call[2]), calls))


class Maker(NamedTuple):
    """Somebody with a hobby of their own, and what a stranger could honestly write to them."""

    person: Person
    statement: str
    reason: str


@pytest.fixture(scope="module")
def makers(site: RunningSite) -> list[Maker]:
    """Members who each wrote something else."""
    found = []
    for number, (text, reason) in enumerate(CRAFTS):
        person = Person(site.url, f"Maker{number}")
        found.append(Maker(person, person.states(text), reason))
    return found


def test_accepting_twice_at_once_makes_one_connection(makers: list[Maker]) -> None:
    ada = makers[0].person
    for grace, theirs, reason in makers[1:4]:
        sent = ada.call("POST", "/connection-requests", expect=201, json=ada.request_for(grace, theirs, reason))
        path = f"/connection-requests/{sent['id']}/acceptance"

        replies = at_once(*[(grace, path, None)] * 4)

        assert Counter(reply.status_code for reply in replies) == {201: 1, 409: 3}
        assert len([one for one in ada.get("/connections")["items"] if one["member"]["id"] == grace.id]) == 1


def test_asking_each_other_at_once_connects(site: RunningSite) -> None:
    for number in range(ROUNDS):
        ada, grace = Person(site.url, f"Ada{number}"), Person(site.url, f"Grace{number}")
        (my_text, their_reason), (their_text, my_reason) = CRAFTS[number], CRAFTS[number + 1]
        mine, theirs = ada.states(my_text), grace.states(their_text)

        replies = at_once(
            (ada, "/connection-requests", ada.request_for(grace, theirs, my_reason)),
            (grace, "/connection-requests", grace.request_for(ada, mine, their_reason)),
        )

        assert [reply.status_code for reply in replies] == [201, 201], [reply.text for reply in replies]
        [connection] = ada.get("/connections")["items"]
        assert connection["crossed_reason"]
        assert [one["id"] for one in grace.get("/connections")["items"]] == [connection["id"]]


def test_ten_requests_at_once_take_three_slots_and_no_more(site: RunningSite, makers: list[Maker]) -> None:
    eager = Person(site.url, "Eager")
    eager.states("Everything that can be made by hand")
    calls = [
        (eager, "/connection-requests", eager.request_for(person, theirs, reason))
        for person, theirs, reason in makers[4:]
    ]

    replies = at_once(*calls)

    assert Counter(reply.status_code for reply in replies) == {201: 3, 409: 7}
    assert {reply.json()["type"] for reply in replies if reply.status_code == 409} == {"/problems/no-slot"}
    assert eager.get("/me/slots")["open"] == 3


def test_two_sign_ups_with_one_address_make_one_account(site: RunningSite) -> None:
    body = {"email": "twice@example.org", "password": "a lantern over nine quiet harbours", "over_18": True}
    with ThreadPoolExecutor(4) as threads:
        replies = list(
            threads.map(
                lambda name: httpx.post(f"{site.url}/api/v1/accounts", json={**body, "display_name": name}, timeout=60),
                ["One", "Two", "Three", "Four"],
            )
        )

    assert {reply.status_code for reply in replies} == {202}
    assert len({reply.content for reply in replies}) == 1
