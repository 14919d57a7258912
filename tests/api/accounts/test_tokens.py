"""Tokens: keys with which programs act for a member."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient, Response

from api.accounts import queries, services, tokens
from api.accounts.errors import TooManyTokensError
from api.accounts.schemas import Member, Scope, TokenCreate, TokenCreated, TokenDraft
from api.accounts.scopes import PARTS
from api.authentication import Access, access_of, scopes_of
from api.database import fetch
from api.errors import InvalidError, NotFoundError
from api.limits.limit import Limit, Window
from api.limits.policies import NEW_TOKENS
from api.mail.schemas import MailKind
from tests.api.accounts.making import credential_of
from tests.application import application
from tests.factories import PASSWORD, as_member, email_of, make_member
from tests.moved_clock import MovedClock
from tests.web.mailing import mails_to
from web.token_words import choices_for

DOCS = Path(__file__).parents[3] / "docs" / "api.md"


async def make_token(member: Member, **more: Any) -> TokenCreated:
    return await tokens.create_token(
        TokenCreate(**{"email": await email_of(member.id), "password": PASSWORD, "name": "script"} | more)
    )


async def post_token(client: AsyncClient, **fields: Any) -> Response:
    return await client.post("/api/v1/tokens", json={"password": PASSWORD, "name": "script"} | fields)


async def test_a_token_can_be_told_from_other_secrets_and_is_kept_as_a_digest(database: None) -> None:
    made = await make_token(await make_member())

    [row] = await fetch("SELECT access_token::text AS everything FROM access_token")

    assert made.token.startswith("whf_")
    assert len(made.token) == 4 + 43
    assert made.token not in row["everything"]


async def test_there_is_room_for_a_hundred_so_that_no_list_of_them_grows_without_end(database: None) -> None:
    ada, ben = await make_member("Ada"), await make_member("Ben")
    first = await make_token(ada)
    await fetch(
        "INSERT INTO access_token (id, account, token_hash, name, scopes, created_at, expires_at) "
        "SELECT gen_random_uuid(), account, uuid_send(gen_random_uuid()), name, scopes, created_at, expires_at "
        "FROM access_token, generate_series(1, {})",
        tokens.MOST_TOKENS - 1,
    )

    with pytest.raises(TooManyTokensError):
        await make_token(ada)
    with pytest.raises(TooManyTokensError):
        await tokens.make_token(ada, credential=await credential_of(ada), draft=TokenDraft(name="script"))

    assert (await make_token(ben)).token
    await tokens.revoke_token(ada, first.id)
    assert (await make_token(ada)).token


async def test_a_new_token_is_told_by_mail_however_it_was_made(database: None) -> None:
    ada = await make_member(email="ada@example.org")

    await make_token(ada)
    await tokens.make_token(ada, credential=await credential_of(ada), draft=TokenDraft(name="a secret plan"))

    told = await mails_to("ada@example.org")
    assert [kind for kind, _ in told] == [MailKind.TOKEN_MADE] * 2
    assert "secret plan" not in "".join(text for _, text in told)


async def test_a_token_acts_for_its_member_within_its_scopes(database: None) -> None:
    ada = await make_member()
    made = await make_token(ada, scopes=[Scope.MESSAGES, Scope.PROFILE, Scope.MESSAGES])

    found = await queries.member_by_token(made.token)

    assert found is not None
    assert found[0] == ada
    assert found[1].scopes == {"profile:read", "profile:write", "messages:read", "messages:write"}
    assert found[1].token_id == made.id
    assert found[1].session_id is None


async def test_a_token_without_scopes_named_may_do_everything_for_90_days(
    database: None, moved_clock: MovedClock
) -> None:
    made = await make_token(await make_member())

    assert made.scopes == ["profile", "matches", "requests", "messages", "safety", "export"]
    moved_clock.move(days=90, seconds=-1)
    assert await queries.member_by_token(made.token) is not None
    moved_clock.move(seconds=1)
    assert await queries.member_by_token(made.token) is None


async def test_everything_that_is_wrong_with_a_token_is_named_at_once(database: None) -> None:
    with pytest.raises(InvalidError) as refusal:
        await make_token(await make_member(), name="two\nlines", scopes=[])

    assert {error.pointer for error in refusal.value.errors} == {"/name", "/scopes"}


async def test_own_tokens_are_listed_without_their_secret_and_with_their_last_use(
    database: None, moved_clock: MovedClock
) -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    first, second = await make_token(ada, name="first"), await make_token(ada, name="second")
    await make_token(grace)

    moved_clock.move(minutes=1)
    await queries.member_by_token(first.token)
    moved_clock.move(minutes=59)
    await queries.member_by_token(first.token)
    found = {read.id: read for read in await queries.tokens(ada)}

    assert {read.name for read in found.values()} == {"first", "second"}
    last_used = found[first.id].last_used_at
    assert last_used is not None
    assert (moved_clock.now() - last_used).total_seconds() == 59 * 60
    assert found[second.id].last_used_at is None


async def test_a_revoked_token_is_worthless_and_only_its_owner_can_revoke_it(database: None) -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    made = await make_token(ada)

    for unknown in (made.id, uuid4()):
        with pytest.raises(NotFoundError):
            await tokens.revoke_token(grace, unknown)
    assert await queries.member_by_token(made.token) is not None
    await tokens.revoke_token(ada, made.id)

    assert await queries.member_by_token(made.token) is None
    assert await queries.tokens(ada) == []


async def test_a_program_signs_in_lists_and_revokes_over_http(client: AsyncClient) -> None:
    await make_member(email="ada@example.org")

    made = await post_token(client, email="Ada@example.org", scopes=["profile"], expires_in_days=30)
    headers = {"Authorization": f"Bearer {made.json()['token']}"}
    listed = await client.get("/api/v1/tokens", headers=headers)
    revoked = await client.delete(f"/api/v1/tokens/{made.json()['id']}", headers=headers)
    after = await client.get("/api/v1/tokens", headers=headers)

    assert made.status_code == 201
    assert set(made.json()) == {"id", "token", "scopes", "expires_at"}
    assert [read["scopes"] for read in listed.json()] == [["profile"]]
    assert "token" not in listed.json()[0]
    assert revoked.status_code == 204
    assert after.status_code == 401


async def test_wrong_credentials_get_one_reply_byte_for_byte(client: AsyncClient) -> None:
    await make_member(email="ada@example.org")

    wrong = await post_token(client, email="ada@example.org", password="not her password at all")
    unknown = await post_token(client, email="nobody@example.org")

    assert wrong.status_code == 401
    assert wrong.json()["type"] == "/problems/wrong-credentials"
    assert (unknown.status_code, unknown.content) == (wrong.status_code, wrong.content)


async def test_a_token_reaches_no_further_than_its_scopes(client: AsyncClient) -> None:
    ada = await make_member(email="ada@example.org")
    everything = await as_member(client, ada)
    little = (await post_token(client, email="ada@example.org", scopes=["messages"])).json()["token"]

    refused = await client.get("/api/v1/tokens", headers={"Authorization": f"Bearer {little}"})

    assert refused.status_code == 403
    assert refused.json()["type"] == "/problems/scope-missing"
    assert refused.json()["scope"] == "profile:read"
    assert 'error="insufficient_scope", scope="profile:read"' in refused.headers["www-authenticate"]
    assert (await client.get("/api/v1/tokens", headers=everything)).status_code == 200


async def test_reading_and_changing_are_apart(client: AsyncClient) -> None:
    await make_member(email="ada@example.org")
    lacks = {}
    for scope in ("profile:read", "profile:write", "profile"):
        made = await post_token(client, email="ada@example.org", scopes=[scope])
        headers = {"Authorization": f"Bearer {made.json()['token']}"}
        reply = await client.get("/api/v1/me", headers=headers)
        change = await client.patch("/api/v1/me", headers=headers, json={"pronouns": "she"})
        lacks[scope] = [one.json().get("scope") for one in (reply, change)]

    assert lacks == {
        "profile:read": [None, "profile:write"],
        "profile:write": ["profile:read", None],
        "profile": [None, None],
    }


async def test_a_token_says_the_scopes_that_were_asked_for_each_once(client: AsyncClient) -> None:
    await make_member(email="ada@example.org")
    asked = ["requests:write", "profile", "requests:read", "profile:read", "requests:write"]

    made = await post_token(client, email="ada@example.org", scopes=asked)

    assert made.json()["scopes"] == ["profile", "requests:read", "requests:write"]


def test_every_call_of_a_member_needs_one_scope_by_whether_it_reads() -> None:
    needed = {
        f"{method} {route.path}": [str(scope) for scope in scopes_of(handler)]
        for route in application().routes
        for handler in getattr(route, "route_handlers", ())
        for method in handler.http_methods - {"OPTIONS"}
        if route.path.startswith("/api/v1/") and access_of(handler) is not Access.ANYONE
    }

    assert needed.pop("GET /api/v1/events") == ["requests:read", "messages:read"]  # of which each shows a part
    assert len(needed) > 40
    for call, scopes in needed.items():
        assert [scope.partition(":")[2] for scope in scopes] == ["read" if call.startswith("GET") else "write"], call


async def test_moderation_is_for_the_tokens_of_moderators_and_ends_with_the_task(client: AsyncClient) -> None:
    mo = await make_member(email="mo@example.org")
    early = await as_member(client, mo)
    refused = await post_token(client, email="mo@example.org", scopes=["moderation:read"])
    await services.set_moderator(email="mo@example.org", is_moderator=True)
    whole, narrow = await as_member(client, mo), await post_token(client, email="mo@example.org", scopes=["moderation"])
    named = {"Authorization": f"Bearer {narrow.json()['token']}"}

    async def answers() -> list[int]:
        return [
            (await client.get("/api/v1/moderation/findings", headers=headers)).status_code
            for headers in (early, whole, named)
        ]

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/scopes")
    assert await answers() == [403, 200, 200]
    await services.set_moderator(email="mo@example.org", is_moderator=False)
    assert await answers() == [404, 404, 404]
    listed = await client.get("/api/v1/tokens", headers=whole)
    assert not any("moderation" in one["scopes"] for one in listed.json())
    await services.set_moderator(email="mo@example.org", is_moderator=True)
    assert await answers() == [403, 403, 403]


@pytest.mark.parametrize(
    "fields", [{"scopes": ["everything"]}, {"expires_in_days": 3650}, {"name": ""}, {"admin": True}, {"email": 5}]
)
async def test_a_token_that_makes_no_sense_is_refused(client: AsyncClient, fields: dict[str, Any]) -> None:
    await make_member(email="ada@example.org")

    reply = await post_token(client, **{"email": "ada@example.org"} | fields)

    assert reply.status_code == 422
    assert reply.headers["content-type"] == "application/problem+json"


async def test_so_many_tokens_can_be_made_in_an_hour_and_not_one_more(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.limits.services.windows_of", small)
    await make_member(email="ada@example.org")
    body = {"email": "ada@example.org", "password": PASSWORD, "name": "script"}

    replies = [(await client.post("/api/v1/tokens", json=body)).status_code for _ in range(3)]

    assert replies == [201, 201, 429]


def small(limit: Limit) -> tuple[Window, ...]:
    """The numbers of a limit, but for tokens two."""
    return (Window(2, 3600),) if limit is NEW_TOKENS else limit.windows


def test_the_docs_and_the_form_know_every_part() -> None:
    told = set(re.findall(r"^\| `(\w+)` \|", DOCS.read_text(), re.MULTILINE))

    assert told == {str(part) for part in PARTS} == {str(choice.part) for choice in choices_for(moderator=True)}
