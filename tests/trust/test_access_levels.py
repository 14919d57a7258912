"""Every route says who may call it, and nobody else can."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from httpx import ASGITransport, AsyncClient, Response
from litestar import Controller, get, post
from litestar.exceptions import ImproperlyConfiguredException
from msgspec.structs import replace

from api import app as api_app
from api.accounts import queries
from api.accounts.schemas import Scope
from api.accounts.services import set_moderator
from api.authentication import Access
from tests.factories import PASSWORD, as_member, email_of, make_member
from tests.web.browsing import browser_of
from web.app import PAGES, create_app

_MEMBER_OF = queries._member


async def test_a_page_that_declares_no_access_stops_the_start() -> None:
    @get("/undeclared")
    async def undeclared() -> str:
        return "anyone?"

    with pytest.raises(ImproperlyConfiguredException, match="undeclared does not declare who may call it"):
        api_app.create_app(pages=[undeclared])


async def test_a_call_that_declares_no_scope_stops_the_start() -> None:
    @get("/api/v1/unscoped", opt={"access": Access.MEMBER})
    async def unscoped() -> str:
        return "which token?"

    with pytest.raises(ImproperlyConfiguredException, match="unscoped does not declare a scope"):
        api_app.create_app(pages=[unscoped])


async def test_a_word_that_is_no_access_level_stops_the_start() -> None:
    @get("/misspelt", opt={"access": "membr"})
    async def misspelt() -> str:
        return "who?"

    with pytest.raises(ImproperlyConfiguredException, match="misspelt"):
        api_app.create_app(pages=[misspelt])


class _Rooms(Controller):
    """A page and a call of every level."""

    path = "/rooms"
    opt = {"access": Access.MEMBER}

    @get("/members")
    async def members(self) -> str:
        return "in"

    @post("/members")
    async def write(self) -> str:
        return "in"

    @get("/moderators", opt={"access": Access.MODERATOR})
    async def moderators(self) -> str:
        return "in"

    @get("/signed-in", opt={"access": Access.SIGNED_IN})
    async def signed_in(self) -> str:
        return "in"

    @get("/anyone", opt={"access": Access.ANYONE})
    async def anyone(self) -> str:
        return "in"


@pytest.fixture
async def rooms(database: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncClient]:
    """A client of the application with a page of every level."""
    monkeypatch.setattr("web.app.PAGES", [*PAGES, _Rooms])
    transport = ASGITransport(app=create_app(), raise_app_exceptions=False)  # type: ignore[arg-type]  # narrower scopes
    async with AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        yield client


async def test_who_is_not_signed_in_reaches_only_what_is_for_anyone(rooms: AsyncClient) -> None:
    assert (await rooms.get("/rooms/anyone")).status_code == 200
    for path in ("members", "moderators", "signed-in"):
        reply = await rooms.get(f"/rooms/{path}")
        assert (reply.status_code, reply.headers["location"]) == (303, f"/sign-in?next=%2Frooms%2F{path}")


async def test_words_typed_by_somebody_signed_out_are_shown_again(rooms: AsyncClient) -> None:
    reply = await rooms.post("/rooms/members", data={"reason": "Your clocks and my lathe."})

    assert reply.status_code == 403
    assert "You are no longer signed in" in reply.text
    assert "Your clocks and my lathe." in reply.text


async def test_a_member_finds_nothing_where_moderators_go(rooms: AsyncClient) -> None:
    ada = await browser_of(rooms, await make_member())

    assert (await ada.open("/rooms/members")).status_code == 200
    forbidden = await ada.open("/rooms/moderators")
    hidden = await ada.open(f"/members/{UUID(int=7)}")

    assert forbidden.status_code == 404
    assert _without_path(forbidden) == _without_path(hidden)


async def test_a_moderator_comes_in(rooms: AsyncClient) -> None:
    mo = await make_member("Mo")
    await set_moderator(email=await email_of(mo.id), is_moderator=True)

    assert (await (await browser_of(rooms, mo)).open("/rooms/moderators")).status_code == 200


async def test_a_suspended_member_reaches_only_what_is_open_to_all_who_are_signed_in(
    rooms: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await browser_of(rooms, await make_member())
    monkeypatch.setattr(queries, "_member", lambda row: replace(_MEMBER_OF(row), suspended=True))

    assert (await ada.open("/rooms/signed-in")).status_code == 200
    closed = await ada.open("/rooms/members")

    assert closed.status_code == 403
    assert "Your account is suspended" in closed.text
    assert 'href="/notices"' in closed.text


async def test_a_suspended_member_is_told_so_in_the_api(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    token = await as_member(client, await make_member())
    monkeypatch.setattr(queries, "_member", lambda row: replace(_MEMBER_OF(row), suspended=True))

    closed = await client.get("/api/v1/connections", headers=token)

    assert closed.status_code == 403
    assert closed.json()["type"] == "/problems/suspended"
    assert (await client.get("/api/v1/me", headers=token)).status_code == 200


async def test_a_token_without_the_scope_does_not_learn_what_moderators_have(client: AsyncClient) -> None:
    ada = await make_member()
    token = await client.post(
        "/api/v1/tokens",
        json={"email": await email_of(ada.id), "password": PASSWORD, "name": "narrow", "scopes": [Scope.EXPORT]},
    )
    narrow = {"Authorization": f"Bearer {token.json()['token']}"}

    forbidden = await client.get("/api/v1/moderation/findings", headers=narrow)
    unknown = await client.get("/api/v1/moderation/nothing", headers=narrow)

    assert forbidden.status_code == 404
    assert forbidden.content == unknown.content


def _without_path(reply: Response) -> str:
    return reply.text.replace(reply.url.path, "PATH")
