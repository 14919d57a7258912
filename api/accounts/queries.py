"""Who a session or a token belongs to, and which of them a member has."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from api import clock
from api.accounts.keys import digest
from api.accounts.schemas import Credential, Member, SessionRead, TokenRead
from api.accounts.scopes import EVERYTHING, opened_by, still_open
from api.database import fetch, fetch_as, fetch_one
from api.errors import NotFoundError

WRITE_USE_AFTER = timedelta(hours=1)
"""How exactly it is known when a session or a token was last used: a write with every request would cost too much."""

SESSION_IDLE = timedelta(days=14)
"""A session that nobody used for so long opens nothing any more."""


async def member_by_session(token: str) -> tuple[Member, Credential] | None:
    """Find who is signed in with what a cookie carries; None when the session is unknown, ended or has run out."""
    row = await _find("session", "NULL AS scopes, held.proved_at", token, idle=SESSION_IDLE)
    if row is None:
        return None
    return _member(row), Credential(session_id=row["id"], token_id=None, scopes=EVERYTHING, proved_at=row["proved_at"])


async def member_by_token(token: str) -> tuple[Member, Credential] | None:
    """Find for whom a program acts; None when the token is unknown, revoked or has run out."""
    # Whoever made the token proved who they are for it, and nobody can prove anything by it later.
    row = await _find("access_token", "held.scopes, held.created_at AS proved_at", token)
    if row is None:
        return None
    member = _member(row)
    scopes = opened_by(row["scopes"], is_moderator=member.is_moderator)
    return member, Credential(session_id=None, token_id=row["id"], scopes=scopes, proved_at=row["proved_at"])


async def still_standing(held: Collection[UUID]) -> set[UUID]:
    """Those of these sessions and tokens by which a member who is not suspended is still signed in."""
    now = clock.now()
    rows = await fetch(
        "SELECT held.id FROM session AS held JOIN account AS member ON member.id = held.account "
        "WHERE held.id = ANY({}::uuid[]) AND held.expires_at > {} AND held.last_used_at > {} "
        "AND member.suspended_at IS NULL AND member.erased_at IS NULL UNION ALL "
        "SELECT held.id FROM access_token AS held JOIN account AS member ON member.id = held.account "
        "WHERE held.id = ANY({}::uuid[]) AND held.expires_at > {} "
        "AND member.suspended_at IS NULL AND member.erased_at IS NULL",
        list(held),
        now,
        now - SESSION_IDLE,
        list(held),
        now,
    )
    return {row["id"] for row in rows}


async def is_signed_in(credential: Credential) -> bool:
    """Whether a session or a token has not ended yet, also of a member who is suspended: they may take theirs out."""
    now = clock.now()
    held = [credential.session_id, credential.token_id]
    return bool(
        await fetch(
            "SELECT 1 FROM session WHERE id = ANY({}::uuid[]) AND expires_at > {} "
            "UNION ALL SELECT 1 FROM access_token WHERE id = ANY({}::uuid[]) AND expires_at > {}",
            held,
            now,
            held,
            now,
        )
    )


async def sessions(actor: Member, *, this: UUID | None) -> list[SessionRead]:
    """The actor's signed-in browsers, last used first; `this` is the session that asks."""
    return await fetch_as(
        SessionRead,
        "SELECT id, label, created_at, last_used_at, id IS NOT DISTINCT FROM {} AS is_this_one FROM session "
        "WHERE account = {} AND expires_at > {} AND last_used_at > {} ORDER BY last_used_at DESC, id",
        this,
        actor.id,
        clock.now(),
        clock.now() - SESSION_IDLE,
    )


async def tokens(actor: Member) -> list[TokenRead]:
    """The actor's tokens that still work, newest first, with what they open today."""
    found = await fetch_as(
        TokenRead,
        "SELECT id, name, scopes, created_at, last_used_at, expires_at FROM access_token "
        "WHERE account = {} AND expires_at > {} ORDER BY created_at DESC, id",
        actor.id,
        clock.now(),
    )
    return [replace(one, scopes=still_open(one.scopes, is_moderator=actor.is_moderator)) for one in found]


async def token(actor: Member, token_id: UUID) -> TokenRead:
    """One of the actor's tokens that still work.

    Raises:
        NotFoundError: There is none such.
    """
    for one in await tokens(actor):
        if one.id == token_id:
            return one
    raise NotFoundError


async def members_by_email(emails: Iterable[str]) -> dict[str, Member]:
    """The members who sign in with these addresses, by address: for the made-up members of a demo."""
    rows = await fetch(
        "SELECT id, display_name, email FROM account "
        "WHERE email = ANY({}::text[]) AND suspended_at IS NULL AND erased_at IS NULL",
        list(emails),
    )
    return {row["email"]: Member(id=row["id"], display_name=row["display_name"]) for row in rows}


async def _find(table: str, columns: str, key: str, *, idle: timedelta | None = None) -> dict[str, Any] | None:
    now = clock.now()
    row = await fetch_one(
        f"SELECT held.id, held.last_used_at, {columns}, member.id AS member_id, member.display_name, "
        f"member.is_moderator, member.suspended_at IS NOT NULL AS suspended "
        f"FROM {table} AS held JOIN account AS member ON member.id = held.account "
        "WHERE held.token_hash = {} AND held.expires_at > {} AND member.erased_at IS NULL",
        digest(key),
        now,
    )
    if row is not None and idle is not None and row["last_used_at"] <= now - idle:
        return None
    if row is not None and (row["last_used_at"] is None or row["last_used_at"] <= now - WRITE_USE_AFTER):
        await fetch(f"UPDATE {table} SET last_used_at = {{}} WHERE id = {{}}", now, row["id"])
    return row


def _member(row: dict[str, Any]) -> Member:
    return Member(
        id=row["member_id"],
        display_name=row["display_name"],
        # Who is suspended judges nobody meanwhile.
        is_moderator=row["is_moderator"] and not row["suspended"],
        suspended=row["suspended"],
    )
