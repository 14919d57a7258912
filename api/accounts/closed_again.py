"""Closing ways in that members closed, after a restore that has opened them again."""

from uuid import UUID

from api.database import fetch, transaction


async def close_password(member_id: UUID, *, kept: str) -> bool:
    """Let an older password open nothing, nor what was opened by it; its member asks for a link by mail."""
    async with transaction():
        closed = await fetch(
            "UPDATE account SET password_hash = NULL WHERE id = {} AND password_hash = {} RETURNING id", member_id, kept
        )
        for table in ("session", "access_token", "pending_sign_in") if closed else ():
            await fetch(f"DELETE FROM {table} WHERE account = {{}}", member_id)
    return bool(closed)


async def unmake_moderator(member_id: UUID) -> bool:
    """Let a member see no more what moderators see; whether they could."""
    return bool(
        await fetch("UPDATE account SET is_moderator = FALSE WHERE id = {} AND is_moderator RETURNING id", member_id)
    )
