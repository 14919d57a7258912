"""Tokens that were made before reading and changing had scopes of their own."""

from importlib import import_module

from httpx import AsyncClient

from api.accounts.services import set_moderator
from api.database import fetch
from tests.factories import as_member, email_of, make_member

_CHANGE = import_module("api.accounts.piccolo_migrations.accounts_2026_11_23t04_00_00_000000")
BEFORE = ["profile", "matches", "requests", "messages", "safety", "export"]


async def scopes() -> dict[str, list[str]]:
    rows = await fetch(
        "SELECT display_name, scopes FROM access_token JOIN account ON account.id = access_token.account"
    )
    return {row["display_name"]: row["scopes"] for row in rows}


async def test_older_tokens_do_what_they_did(client: AsyncClient) -> None:
    ada, mo = await make_member("Ada"), await make_member("Mo")
    await set_moderator(email=await email_of(mo.id), is_moderator=True)
    headers = [await as_member(client, member) for member in (ada, mo)]
    await fetch("UPDATE access_token SET scopes = {}", BEFORE)

    await (await _CHANGE.forwards()).run()

    assert await scopes() == {"Ada": BEFORE, "Mo": [*BEFORE, "moderation"]}
    for one, moderates in zip(headers, (404, 200), strict=True):
        changed = await client.patch("/api/v1/me", headers=one, json={"pronouns": "they"})
        assert changed.status_code == 200
        assert (await client.get("/api/v1/blocks", headers=one)).status_code == 200
        assert (await client.get("/api/v1/moderation/findings", headers=one)).status_code == moderates


async def test_what_the_version_before_does_not_know_is_taken_back_without_giving_more(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    await as_member(client, ada)
    now = ["profile:read", "profile:write", "matches:read", "messages", "export:read", "moderation", "safety:write"]
    await fetch("UPDATE access_token SET scopes = {}", now)

    await (await _CHANGE.forwards()).run(backwards=True)

    assert {name: sorted(held) for name, held in (await scopes()).items()} == {"Ada": ["export", "messages", "profile"]}
