"""What happens when people act at the same moment, on a real server: exactly one outcome, and never a fault."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep
from typing import Any, NamedTuple

import httpx
import pytest

from tests.running_site import RunningSite
from tests.server.person import CRAFTS, Person

pytestmark = pytest.mark.server

TRIALS, TRIALS_OF_A_SOAK = 15, 1000
SLOTS = 3
"""Of an account that is new."""

Call = tuple[Person, str, str, Any]


class Maker(NamedTuple):
    """Somebody with a hobby of their own, and what a stranger could honestly write to them."""

    person: Person
    statement: str
    reason: str


@pytest.fixture(scope="module")
def at_once() -> Iterator[Callable[..., list[httpx.Response]]]:
    """Make all calls at the same moment; the replies, in the order of the calls. A fault of the server fails."""
    with ThreadPoolExecutor(10) as threads:

        def make(*calls: Call) -> list[httpx.Response]:
            barrier = Barrier(len(calls))

            def make_one(call: Call) -> httpx.Response:
                person, method, path, body = call
                barrier.wait(timeout=60)
                for _ in range(20):  # a crowded machine says that it has done nothing, and when to ask again
                    reply = person.http.request(method, path, json=body)
                    if reply.status_code != 503 or reply.json()["type"] != "/problems/busy":
                        break
                    sleep(float(reply.headers["Retry-After"]))
                return reply

            replies = list(threads.map(make_one, calls))
            assert all(reply.status_code < 500 for reply in replies), [reply.text for reply in replies]
            return replies

        yield make


@pytest.fixture(scope="module")
def trials(soaking: bool) -> range:  # noqa: FBT001 - a fixture
    """How often each race is run."""
    return range(TRIALS_OF_A_SOAK if soaking else TRIALS)


@pytest.fixture(scope="module")
def makers(site: RunningSite) -> list[Maker]:
    """Members who each wrote something else."""
    found = []
    for number, (text, reason) in enumerate(CRAFTS[:11]):
        person = Person(site.url, f"Maker{number}")
        found.append(Maker(person, person.states(text), reason))
    return found


@pytest.fixture(scope="module")
def pair(makers: list[Maker]) -> tuple[Maker, Maker]:
    """Two who have nothing to do with each other yet."""
    return makers[0], makers[1]


@pytest.fixture
def begin_anew(site: RunningSite) -> Callable[[], None]:
    """As if nobody had ever asked anybody or blocked them."""

    def begin() -> None:
        site.execute("DELETE FROM connection; DELETE FROM connection_request; DELETE FROM block;")

    begin()
    return begin


def asks(sender: Maker, recipient: Maker) -> Call:
    """The call with which one asks another."""
    body = sender.person.request_for(recipient.person, recipient.statement, recipient.reason)
    return (sender.person, "POST", "/connection-requests", body)


def sent(sender: Maker, recipient: Maker) -> str:
    """The address of a request that one has sent to another."""
    person, method, path, body = asks(sender, recipient)
    return f"{path}/{person.call(method, path, expect=201, json=body)['id']}"


def connections_of(maker: Maker) -> list[str]:
    """The ids of somebody's connections."""
    return [one["id"] for one in maker.person.get("/connections")["items"]]


def test_accepting_twice_at_once_makes_one_connection(
    trials: range,
    pair: tuple[Maker, Maker],
    at_once: Callable[..., list[httpx.Response]],
    begin_anew: Callable[[], None],
) -> None:
    ada, grace = pair
    for _ in trials:
        path = sent(ada, grace)

        replies = at_once(*[(grace.person, "POST", f"{path}/acceptance", None)] * 2)

        assert Counter(reply.status_code for reply in replies) == {201: 1, 409: 1}
        assert len(connections_of(ada)) == 1
        assert connections_of(ada) == connections_of(grace)
        begin_anew()


def test_either_the_acceptance_counts_or_the_withdrawal(
    trials: range,
    pair: tuple[Maker, Maker],
    at_once: Callable[..., list[httpx.Response]],
    begin_anew: Callable[[], None],
    site: RunningSite,
) -> None:
    ada, grace = pair
    for number in trials:
        path = sent(ada, grace)
        site.execute("UPDATE connection_request SET created_at = created_at - interval '2 days'")
        calls = [(grace.person, "POST", f"{path}/acceptance", None), (ada.person, "POST", f"{path}/withdrawal", None)]

        replies = at_once(*(calls if number % 2 else reversed(calls)))

        states = {maker.person.get(path)["state"] for maker in pair}
        assert Counter(reply.status_code for reply in replies) == {201: 1, 409: 1}
        assert states == {"accepted"} if connections_of(ada) else {"withdrawn"}
        assert len(connections_of(ada)) == len(connections_of(grace)) <= 1
        begin_anew()


def test_asking_each_other_at_once_connects(
    trials: range,
    pair: tuple[Maker, Maker],
    at_once: Callable[..., list[httpx.Response]],
    begin_anew: Callable[[], None],
) -> None:
    ada, grace = pair
    for _ in trials:
        replies = at_once(asks(ada, grace), asks(grace, ada))

        assert [reply.status_code for reply in replies] == [201, 201], [reply.text for reply in replies]
        [connection] = ada.person.get("/connections")["items"]
        assert {connection["reason"], connection["crossed_reason"]} == {ada.reason, grace.reason}
        assert connections_of(grace) == [connection["id"]]
        begin_anew()


def test_ten_requests_at_once_take_the_places_there_are_and_no_more(
    trials: range,
    makers: list[Maker],
    at_once: Callable[..., list[httpx.Response]],
    begin_anew: Callable[[], None],
) -> None:
    eager, others = makers[0], makers[1:]
    for _ in trials:
        replies = at_once(*(asks(eager, other) for other in others))

        refused = [reply.json()["type"] for reply in replies if reply.status_code != 201]
        assert refused == ["/problems/no-slot"] * (len(others) - SLOTS)
        assert eager.person.get("/me/slots")["open"] == SLOTS
        assert len(eager.person.get("/connection-requests?box=sent")["items"]) == SLOTS
        begin_anew()


def test_a_block_wins_against_a_request_that_comes_with_it(
    trials: range,
    pair: tuple[Maker, Maker],
    at_once: Callable[..., list[httpx.Response]],
    begin_anew: Callable[[], None],
) -> None:
    ada, grace = pair
    for number in trials:
        calls = [asks(ada, grace), (grace.person, "PUT", f"/blocks/{ada.person.id}", None)]
        ordered = calls if number % 2 else calls[::-1]

        outcome = dict(zip((call[1] for call in ordered), at_once(*ordered), strict=True))

        assert outcome["POST"].status_code in {201, 404}
        assert outcome["PUT"].status_code == 204
        mine = ada.person.get("/connection-requests?box=sent")["items"]
        assert [one["state"] for one in mine] == ["pending"] * (outcome["POST"].status_code == 201)
        assert grace.person.get("/connection-requests?box=received")["items"] == []
        assert connections_of(ada) == connections_of(grace) == []
        begin_anew()


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
