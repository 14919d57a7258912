"""Signing in, signing out, and who is a moderator."""

from datetime import timedelta
from uuid import UUID, uuid4

from api import clock
from api.accounts.errors import SecondFactorNeededError, WrongCredentialsError
from api.accounts.fields import normal_email, problem_with_email
from api.accounts.guesses import at_sign_in, counted, mark_of_browser
from api.accounts.holding import hold_proved
from api.accounts.keys import digest, new_key
from api.accounts.leaving import refuse_leaving
from api.accounts.passwords import hash_password, needs_rehash, verify_password
from api.accounts.queries import SESSION_IDLE
from api.accounts.schemas import (
    Member,
    Proof,
    Scope,
    SessionCreated,
)
from api.accounts.second_factor import has_second_factor
from api.database import fetch, fetch_one, transaction
from api.errors import NotFoundError
from api.protections import Became, mark, protecting
from api.texts import tidy

MOST_SESSIONS = 20
"""Browsers in which one member is signed in; one more ends the one that was not used for the longest time."""
SESSION_LASTS = timedelta(days=30)
"""From sign-in, however much it is used."""
LONGEST_LABEL = 120


async def sign_in(*, email: str, password: str, label: str = "") -> SessionCreated:
    """Open a new session for whoever knows the password, where nothing more is asked for: see `start_sign_in`.

    Raises:
        WrongCredentialsError: There is no such account, or this is not its password.
        AccountLeavingError: They asked to be erased; they may stay after all, and nothing else.
        SecondFactorNeededError: It is, and a code is needed too.
    """
    proof = await prove(email=email, password=password)
    async with transaction():
        await hold_proved(proof)
        if await has_second_factor(proof.member.id):
            raise SecondFactorNeededError
        return await open_session(proof.member, label=label, proved=True)


async def open_session(member: Member, *, label: str = "", proved: bool = False) -> SessionCreated:
    """Sign a member in without a password; where something was proved for it, in the transaction that holds that.

    Args:
        member: Who is signed in.
        label: What the browser calls itself.
        proved: Whether they just proved who they are; a visitor of a demo did not.

    Raises:
        AccountLeavingError: They asked to be erased; they may stay after all, and nothing else.
    """
    await refuse_leaving(member.id)
    session_id, key, now = uuid4(), new_key(), clock.now()
    await fetch("DELETE FROM session WHERE account = {} AND expires_at <= {}", member.id, now)
    await fetch(
        "INSERT INTO session (id, account, token_hash, label, created_at, proved_at, last_used_at, expires_at) "
        "VALUES ({}, {}, {}, {}, {}, {}, {}, {})",
        session_id,
        member.id,
        digest(key),
        "".join(character for character in tidy(label) if character.isprintable())[:LONGEST_LABEL],
        now,
        now if proved else None,
        now,
        now + SESSION_LASTS,
    )
    if proved:  # visitors of a demo share its members
        await fetch(
            "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE account = {} AND id <> {} "
            "ORDER BY last_used_at DESC, created_at DESC OFFSET {})",
            member.id,
            session_id,
            MOST_SESSIONS - 1,
        )
    known = await mark_of_browser(member.id)
    return SessionCreated(token=key, member=member, expires_at=now + SESSION_LASTS, known=known)


async def prove(*, email: str, password: str) -> Proof:
    """Find the member whose address and password these are, in the same time whether or not there is one.

    A suspended member signs in too: to read why, to object, and to take out or erase what is theirs. And
    it may be one who asked to be erased: `open_session` and `create_token` do not let them in. Whoever lets somebody
    in holds the proof once more (`hold_proved`), as the password may be changed meanwhile.

    Raises:
        WrongCredentialsError: There is no such account, or this is not its password.
        TooManyError: Too many passwords were wrong just now.
    """
    row = None
    normal = normal_email(email)
    if problem_with_email(normal) is None:
        row = await fetch_one(
            "SELECT id, display_name, password_hash, suspended_at IS NOT NULL AS suspended FROM account "
            "WHERE email = {}",
            normal,
        )
    kept = row["password_hash"] if row is not None else None
    async with counted(*at_sign_in(normal, None if row is None else row["id"], password_hash=kept)):
        if not await verify_password(password, kept) or row is None or kept is None:
            raise WrongCredentialsError
    if needs_rehash(kept):
        kept = await _rehash(row["id"], password, kept)
    member = Member(id=row["id"], display_name=row["display_name"], suspended=row["suspended"])
    return Proof(member=member, password_hash=kept)


async def _rehash(account: UUID, password: str, kept: str) -> str:
    """The hash that is kept of a proved password from now on: with the parameters of today."""
    fresh = await hash_password(password)
    async with protecting() as keep:
        # Only over the hash that was just proved: a password changed meanwhile stays changed.
        if await fetch(
            "UPDATE account SET password_hash = {} WHERE id = {} AND password_hash = {} RETURNING id",
            fresh,
            account,
            kept,
        ):
            keep(Became(account, secret=mark(fresh)))
            return fresh
    row = await fetch_one("SELECT password_hash FROM account WHERE id = {}", account)
    if row is None or not await verify_password(password, row["password_hash"]):
        raise WrongCredentialsError
    return str(row["password_hash"])  # of another sign-in with it at this moment


async def sign_out(actor: Member, *, session_id: UUID) -> None:
    """End the session that the actor is signed in with; ended already is ended."""
    await fetch("DELETE FROM session WHERE id = {} AND account = {}", session_id, actor.id)


async def end_session(actor: Member, session_id: UUID) -> None:
    """Sign one of the actor's browsers out.

    Raises:
        NotFoundError: The actor has no such session.
    """
    if not await fetch("DELETE FROM session WHERE id = {} AND account = {} RETURNING id", session_id, actor.id):
        raise NotFoundError


async def end_other_sessions(actor: Member, *, session_id: UUID) -> None:
    """Sign all of the actor's browsers out but this one."""
    await fetch("DELETE FROM session WHERE account = {} AND id <> {}", actor.id, session_id)


async def set_moderator(*, email: str, is_moderator: bool) -> str:
    """Let a member see what moderators see, or no longer, from their next request on; their name.

    What their tokens could do as a moderator's is taken out of them for good, and does not come back with the task.

    Raises:
        NotFoundError: Nobody signs in with this address.
    """
    async with protecting() as keep:
        rows = await fetch(
            "UPDATE account SET is_moderator = {} WHERE email = {} AND erased_at IS NULL RETURNING id, display_name",
            is_moderator,
            normal_email(email),
        )
        if not rows:
            raise NotFoundError
        keep(Became(rows[0]["id"], moderator=is_moderator))
        if not is_moderator:
            await fetch(
                "UPDATE access_token SET scopes = ARRAY(SELECT one FROM unnest(scopes) WITH ORDINALITY AS of (one, at) "
                "WHERE split_part(one, ':', 1) <> {} ORDER BY at) WHERE account = {}",
                Scope.MODERATION,
                rows[0]["id"],
            )
    return str(rows[0]["display_name"])


async def delete_ended_credentials() -> int:
    """Delete what has run out of what opens an account; how many there were. None of it opened anything any more."""
    ended = 0
    for table in ("session", "access_token", "pending_sign_in", "passkey_challenge"):
        ended += len(await fetch(f"DELETE FROM {table} WHERE expires_at <= {{}} RETURNING id", clock.now()))
    idle = clock.now() - SESSION_IDLE
    return ended + len(await fetch("DELETE FROM session WHERE last_used_at <= {} RETURNING id", idle))
