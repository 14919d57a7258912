"""Nobody guesses at passwords faster than the limits say, and nobody is kept out by somebody who does."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from httpx import ASGITransport, AsyncClient, Response
from msgspec import structs

from api.accounts.links import make_link
from api.accounts.resetting import reset_password
from api.accounts.schemas import LinkPurpose
from api.database import fetch
from api.limits import policies
from api.limits.keys import key_of
from api.limits.limit import Window
from api.settings import settings
from tests.application import application
from tests.factories import NEW_PASSWORD, PASSWORD, email_of, make_member
from tests.moved_clock import MovedClock
from tests.web.browsing import Browser

HOME = "203.0.113.7"
ELSEWHERE = "198.51.100.23"


class Place:
    """Browsers and programs behind one network address."""

    def __init__(self, app: object, address: str) -> None:
        """Begin without cookies."""
        transport = ASGITransport(app=app, client=(address, 1))  # type: ignore[arg-type]  # narrower scopes
        self.client = AsyncClient(transport=transport, base_url="http://localhost:8000")

    async def sign_in(self, email: str, password: str) -> Response:
        """Fill in the sign-in page."""
        await self.client.get("/sign-in")
        return await self.client.post(
            "/sign-in",
            data={"email": email, "password": password, "csrf_token": self.client.cookies.get("wherefore-form", "")},
            headers={"Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-origin"},
        )

    async def token(self, email: str, password: str) -> int:
        """Ask for a token as a program does; the status."""
        body = {"email": email, "password": password, "name": "test"}
        return (await self.client.post("/api/v1/tokens", json=body)).status_code


@pytest.fixture
async def places(database: None) -> AsyncIterator[tuple[Place, Place]]:
    """Two network addresses."""
    app = application()
    home, elsewhere = Place(app, HOME), Place(app, ELSEWHERE)
    yield home, elsewhere
    await home.client.aclose()
    await elsewhere.client.aclose()


async def test_of_many_guesses_at_once_ten_are_looked_at(places: tuple[Place, Place]) -> None:
    home, _ = places
    email = await email_of((await make_member()).id)

    statuses = Counter(await asyncio.gather(*(home.token(email, f"wrong guess number {n}") for n in range(30))))

    assert statuses == {401: 10, 429: 20}
    assert await home.token(email, PASSWORD) == 429


async def test_an_address_without_an_account_is_refused_after_as_many(places: tuple[Place, Place]) -> None:
    home, elsewhere = places
    email = await email_of((await make_member()).id)

    known = [await home.token(email, "a wrong guess") for _ in range(12)]
    unknown = [await elsewhere.token("nobody@example.org", "a wrong guess") for _ in range(12)]

    assert known == unknown == [401] * 10 + [429] * 2


async def test_guesses_from_many_addresses_count_for_the_account(
    places: tuple[Place, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, elsewhere = places
    email = await email_of((await make_member()).id)

    statuses = [await place.token(email, "a wrong guess") for _ in range(8) for place in (home, elsewhere)]

    assert statuses == [401] * 10 + [429] * 6


async def test_guesses_at_many_accounts_count_for_the_address(places: tuple[Place, Place]) -> None:
    home, elsewhere = places
    emails = [await email_of((await make_member()).id) for _ in range(12)]

    assert [await home.token(email, "a wrong guess") for email in emails] == [401] * 10 + [429] * 2
    assert await elsewhere.token(emails[0], PASSWORD) == 201


async def test_whoever_knows_their_password_never_meets_the_limit(places: tuple[Place, Place]) -> None:
    home, _ = places
    ada = await make_member()
    email = await email_of(ada.id)

    assert [await home.token(email, PASSWORD) for _ in range(12)] == [201] * 12
    # But for the limit on what was made.
    made = key_of(policies.NEW_TOKENS.name, f"member {ada.id}")
    assert await fetch("SELECT spent FROM rate_spent WHERE cardinality(spent) > 3 AND key <> {}", made) == []


async def test_the_whole_site_takes_so_many_guesses(
    places: tuple[Place, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, elsewhere = places
    monkeypatch.setattr(policies, "_changes", lambda: {"sign-in-everyone": (Window(4, 300),)})

    statuses = [
        await place.token(f"n{number}@example.org", "a wrong guess")
        for number in range(3)
        for place in (home, elsewhere)
    ]

    assert statuses == [401] * 4 + [429] * 2


async def test_a_browser_that_knew_the_old_password_is_no_known_browser_after_a_reset(
    places: tuple[Place, Place], moved_clock: MovedClock
) -> None:
    home, elsewhere = places
    ada = await make_member()
    email = await email_of(ada.id)
    assert (await home.sign_in(email, PASSWORD)).status_code == 303
    link = await make_link(ada.id, purpose=LinkPurpose.RESET, email=email)
    await reset_password(link, password=NEW_PASSWORD, code="")
    for _ in range(11):
        await elsewhere.token(email, "a wrong guess")

    assert (await home.sign_in(email, NEW_PASSWORD)).status_code == 429
    moved_clock.move(minutes=6)
    assert (await home.sign_in(email, NEW_PASSWORD)).status_code == 303
    moved_clock.move(days=31)  # the session has ended
    for _ in range(11):
        await elsewhere.token(email, "a wrong guess")
    assert (await home.sign_in(email, NEW_PASSWORD)).status_code == 303


async def test_a_browser_that_signed_in_before_comes_in_while_strangers_guess(
    places: tuple[Place, Place], moved_clock: MovedClock
) -> None:
    home, elsewhere = places
    email = await email_of((await make_member()).id)
    assert (await home.sign_in(email, PASSWORD)).status_code == 303
    moved_clock.move(days=31)  # the session has ended
    for place in (elsewhere, Place(application(), HOME)):
        for _ in range(11):
            await place.token(email, "a wrong guess")

    strangers = await elsewhere.sign_in(email, PASSWORD)
    owners = await home.sign_in(email, PASSWORD)

    assert strangers.status_code == 429
    assert owners.status_code == 303


async def test_a_known_browser_has_its_own_limit_and_is_known_for_one_account_only(
    places: tuple[Place, Place],
) -> None:
    home, elsewhere = places
    mine, theirs = [await email_of((await make_member(name)).id) for name in ("Ada", "Grace")]
    await home.sign_in(mine, PASSWORD)
    del home.client.cookies["wherefore"]
    for _ in range(10):
        await elsewhere.token(theirs, "a wrong guess")

    assert (await home.sign_in(theirs, PASSWORD)).status_code == 429
    statuses = [(await home.sign_in(mine, "a wrong guess")).status_code for _ in range(12)]
    assert statuses == [422] * 10 + [429] * 2


async def test_signing_out_leaves_nothing_that_tells_who_was_here(places: tuple[Place, Place]) -> None:
    home, _ = places
    await home.sign_in(await email_of((await make_member()).id), PASSWORD)
    assert home.client.cookies.get("wherefore-known")
    browser = Browser(home.client)
    await browser.open("/me")

    await browser.press("Sign out")

    assert not home.client.cookies.get("wherefore-known")


async def test_the_limit_passes_by_itself(places: tuple[Place, Place], moved_clock: MovedClock) -> None:
    home, _ = places
    email = await email_of((await make_member()).id)
    for _ in range(12):
        await home.token(email, "a wrong guess")

    moved_clock.move(minutes=5, seconds=1)

    assert await home.token(email, PASSWORD) == 201


async def test_guesses_in_a_stolen_session_are_counted(places: tuple[Place, Place]) -> None:
    home, _ = places
    email = await email_of((await make_member()).id)
    token = (await home.client.post("/api/v1/tokens", json={"email": email, "password": PASSWORD, "name": "t"})).json()
    headers = {"Authorization": f"Bearer {token['token']}"}

    statuses = [
        (
            await home.client.request("DELETE", "/api/v1/me", json={"password": "a wrong guess"}, headers=headers)
        ).status_code
        for _ in range(12)
    ]

    assert statuses[-2:] == [429, 429]
    assert 429 not in statuses[:10]


@pytest.fixture
def reachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A site that others can reach."""
    public = structs.replace(settings(), host="0.0.0.0")  # noqa: S104 - nothing listens
    monkeypatch.setattr("api.accounts.joining.settings", lambda: public)


@pytest.mark.usefixtures("reachable")
async def test_accounts_asked_for_count_per_address_on_the_page_and_for_programs(places: tuple[Place, Place]) -> None:
    home, elsewhere = places

    def draft(number: int) -> dict[str, object]:
        return {"email": f"n{number}@example.org", "password": PASSWORD, "display_name": "Ada", "over_18": True}

    bad = [
        (await home.client.post("/api/v1/accounts", json=draft(1) | {"password": "short"})).status_code for _ in "abc"
    ]
    made = [(await home.client.post("/api/v1/accounts", json=draft(number))).status_code for number in range(12)]
    other = (await elsewhere.client.post("/api/v1/accounts", json=draft(99))).status_code

    assert bad == [422] * 3
    assert made == [202] * 10 + [429] * 2
    assert other == 202


@pytest.mark.usefixtures("reachable")
async def test_a_taken_address_counts_like_a_free_one(places: tuple[Place, Place]) -> None:
    home, _ = places
    email = await email_of((await make_member()).id)
    draft = {"email": email, "password": PASSWORD, "display_name": "Ada", "over_18": True}

    assert [(await home.client.post("/api/v1/accounts", json=draft)).status_code for _ in range(11)] == [202] * 10 + [
        429
    ]
