"""Tokens for members as whom nobody can sign in, for as long as a bench lasts."""

from datetime import timedelta
from uuid import UUID, uuid4

from api import clock
from api.accounts.keys import digest, new_token
from api.accounts.schemas import Scope
from api.database import fetch

_LASTS = timedelta(hours=6)


async def give_token(member: UUID, *, name: str) -> str:
    """A token that opens everything; `name` is what it is taken away by."""
    token, now = new_token(), clock.now()
    await fetch(
        "INSERT INTO access_token (id, account, token_hash, name, scopes, created_at, expires_at) "
        "VALUES ({}, {}, {}, {}, {}, {}, {})",
        uuid4(),
        member,
        digest(token),
        name,
        [scope.value for scope in Scope],
        now,
        now + _LASTS,
    )
    return token


async def take_tokens(*, name: str) -> None:
    """Take them away."""
    await fetch("DELETE FROM access_token WHERE name = {}", name)
