"""Nobody finds out who is a member: every door that takes an address answers the same for all, in the same time.

Times are told apart as an attacker would, by how often a try with a member's address took longer than one without (AUC,
the statistic of Mann and Whitney): 0.5 tells nothing, 0 or 1 everything. Tries are interleaved, so that whatever else
the machine does strikes both alike, and only their order counts, so that a few slow ones decide nothing. The passwords'
true cost is paid here (tests/conftest.py).
"""

import random
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import count

import pytest
from httpx import AsyncClient, Response

from api.accounts import passwords, services
from api.accounts.schemas import Member
from api.accounts.services import open_session
from api.authentication import cookie_name
from api.database import fetch
from api.limits.services import _leases
from tests.factories import PASSWORD, make_member
from tests.web.mailing import mail_goes_out

Door = Callable[[AsyncClient, str], Awaitable[Response]]

DOMAIN = "example.org"
OURS = {"Sec-Fetch-Site": "same-origin"}
WRONG = "seven loose kettles sing at dusk"
RANDOM = {"x-request-id", "date", "set-cookie"}
_unknown = count(1)


async def _sign_up(client: AsyncClient, email: str) -> Response:
    draft = {"email": email, "password": PASSWORD, "display_name": "Ada", "over_18": True}
    return await client.post("/api/v1/accounts", json=draft)


async def _join(client: AsyncClient, email: str) -> Response:
    answers = {"step": "password", "purpose": "hobby", "display_name": "Ada", "email": email}
    return await client.post("/join", data={**answers, "password": PASSWORD, "over_18": "yes"}, headers=OURS)


async def _sign_in(client: AsyncClient, email: str) -> Response:
    return await client.post("/sign-in", data={"email": email, "password": WRONG, "next": "/home"}, headers=OURS)


async def _make_token(client: AsyncClient, email: str) -> Response:
    return await client.post("/api/v1/tokens", json={"email": email, "password": WRONG, "name": "x"})


async def _forget(client: AsyncClient, email: str) -> Response:
    return await client.post("/forgot", data={"email": email}, headers=OURS)


async def _ask_for_link(client: AsyncClient, email: str) -> Response:
    return await client.post("/sign-in/link", data={"email": email}, headers=OURS)


async def _change_address(client: AsyncClient, email: str) -> Response:
    page = await client.get("/settings/email")
    token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    return await client.post("/settings/email", data={"email": email, "csrf_token": token}, headers=OURS)


HASHING: dict[str, Door] = {"sign-up": _sign_up, "join": _join, "sign-in": _sign_in, "token": _make_token}
QUICK: dict[str, Door] = {"reset": _forget, "link": _ask_for_link, "new-address": _change_address}
DOORS = HASHING | QUICK


@pytest.fixture
async def members(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses of members, on a site that sends mail; another member is signed in where that is needed."""
    emails = [f"known{number:05}@{DOMAIN}" for number in range(3)]
    for email in emails:
        await make_member("Ada", email=email)
    mail_goes_out(monkeypatch)
    client.headers["Accept-Encoding"] = "identity"  # how short a page packs depends on the random tokens in it
    return emails


async def _enter(client: AsyncClient, door: str) -> None:
    if door == "new-address":
        session = await open_session(await _somebody(), proved=True)
        client.cookies.set(cookie_name(), session.token, domain="localhost.local", path="/")


async def _somebody() -> Member:
    from api.accounts.joining import enrol

    return await enrol(email=f"asking@{DOMAIN}", display_name="Grace")


def _new_address() -> str:
    return f"other{next(_unknown):05}@{DOMAIN}"


async def _nothing_spent() -> None:
    _leases.clear()
    await fetch("DELETE FROM rate_spent")


def _without_what_is_random(reply: Response, email: str) -> tuple[int, list[tuple[str, str]], str, list[str]]:
    headers = [(name, value) for name, value in reply.headers.multi_items() if name not in RANDOM]
    cookies = sorted(cookie.partition("=")[0] for cookie in reply.headers.get_list("set-cookie"))
    return reply.status_code, headers, reply.text.replace(email, "(the address)"), cookies


@pytest.mark.parametrize("door", DOORS)
async def test_the_answer_is_the_same_for_a_member_and_for_nobody(
    client: AsyncClient, members: list[str], door: str
) -> None:
    await _enter(client, door)
    answers = []

    for email in (members[0], _new_address(), members[0]):
        await _nothing_spent()
        answers.append(_without_what_is_random(await DOORS[door](client, email), email))

    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] in {202, 303, 401, 422}


@pytest.mark.parametrize("door", DOORS)
async def test_the_time_does_not_tell_a_member_from_nobody(
    client: AsyncClient, members: list[str], door: str, *, soaking: bool, tell: Callable[[str], None]
) -> None:
    await _enter(client, door)
    tries = 400 if soaking else 20 if door in HASHING else 50

    known, unknown = await _times(client, DOORS[door], members, tries=tries)

    found = auc(known, unknown)
    # Four standard deviations of what chance does with so few (Mann and Whitney, 1947); the whole form needs no such.
    least = 0.4 if soaking else max(0.0, 0.5 - 4 * _deviation(tries))
    tell(f"{door}: AUC {found:.3f} over {tries} interleaved tries each, within {least:.2f} to {1 - least:.2f}")
    assert least <= found <= 1 - least


async def test_a_door_that_computes_no_hash_for_nobody_would_be_found_out(
    client: AsyncClient, members: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    careful = passwords.verify_password

    async def careless(password: str, password_hash: str | None) -> bool:
        return password_hash is not None and await careful(password, password_hash)

    monkeypatch.setattr(services, "verify_password", careless)

    known, unknown = await _times(client, _make_token, members, tries=10)

    assert auc(known, unknown) > 0.95


async def _times(
    client: AsyncClient, door: Door, members: Sequence[str], *, tries: int
) -> tuple[list[float], list[float]]:
    """Seconds that so many tries took, with members' addresses and without; the first of each is left out."""
    order = random.Random(7)  # noqa: S311 - an order, no secret
    taken: dict[bool, list[float]] = {True: [], False: []}
    for number in range(tries + 1):
        for is_known in order.sample((True, False), 2):
            email = members[number % len(members)] if is_known else _new_address()
            await _nothing_spent()
            started = time.perf_counter()
            reply = await door(client, email)
            taken[is_known].append(time.perf_counter() - started)
            assert reply.status_code < 429
    return taken[True][1:], taken[False][1:]


def auc(longer: Sequence[float], shorter: Sequence[float]) -> float:
    """How often one of the first is longer than one of the second; a tie is half."""
    wins = sum((a > b) + (a == b) / 2 for a in longer for b in shorter)
    return wins / (len(longer) * len(shorter))


def _deviation(tries: int) -> float:
    return float(((2 * tries + 1) / (12 * tries * tries)) ** 0.5)
