"""Signing in, in one step or in two."""

from datetime import timedelta
from uuid import uuid4

from api import clock
from api.accounts.errors import StartAgainError, WrongCredentialsError
from api.accounts.guesses import at_oneself, counted
from api.accounts.holding import hold, hold_proved
from api.accounts.keys import digest, new_key
from api.accounts.leaving import more_than_a_password
from api.accounts.passwords import verify_password
from api.accounts.recent import renew_session
from api.accounts.schemas import Credential, Member, PendingSignIn, SessionCreated
from api.accounts.second_factor import check_code, has_second_factor
from api.accounts.services import open_session, prove
from api.database import fetch, fetch_one, transaction

CODE_WITHIN = timedelta(minutes=10)
"""How long somebody who gave the right password has for finding their phone."""
TRIES = 5


async def start_sign_in(*, email: str, password: str, label: str = "") -> SessionCreated | PendingSignIn:
    """Sign in whoever knows the password, or ask them for a code first.

    Raises:
        WrongCredentialsError: There is no such account, or this is not its password.
        AccountLeavingError: They asked to be erased, and no code is asked for.
    """
    proof = await prove(email=email, password=password)
    async with transaction():
        await hold_proved(proof)
        return await let_in(proof.member, label=label)


async def let_in(member: Member, *, label: str = "") -> SessionCreated | PendingSignIn:
    """Go on with somebody who gave one proof of being this member: a password, or a link from their mailbox.

    A code is asked for where the member wanted that; otherwise they are signed in. Within the caller's transaction,
    which holds the account.
    """
    if not await has_second_factor(member.id):
        return await open_session(member, label=label, proved=True)
    key, expires_at = new_key(), clock.now() + CODE_WITHIN
    await fetch(
        "INSERT INTO pending_sign_in (id, account, key_hash, tries_left, expires_at) VALUES ({}, {}, {}, {}, {})",
        uuid4(),
        member.id,
        digest(key),
        TRIES,
        expires_at,
    )
    return PendingSignIn(key=key, expires_at=expires_at)


async def is_pending(key: str) -> bool:
    """Whether a code is still waited for from whoever holds this key."""
    return bool(
        await fetch(
            "SELECT 1 FROM pending_sign_in WHERE key_hash = {} AND expires_at > {} AND tries_left > 0",
            digest(key),
            clock.now(),
        )
    )


async def finish_sign_in(key: str, *, code: str, label: str = "") -> SessionCreated:
    """Sign in whoever gave the right password before, and a code now.

    Raises:
        StartAgainError: It took too long, there were too many tries, or the password was changed meanwhile.
        WrongCodeError: The code is not right, or was used before.
        TooManyError: There were too many wrong codes for this account just now.
        AccountLeavingError: They asked to be erased; they may stay after all, and nothing else.
    """
    rows = await fetch(
        "UPDATE pending_sign_in AS held SET tries_left = tries_left - 1 FROM account AS member "
        "WHERE member.id = held.account "
        "AND held.key_hash = {} AND held.expires_at > {} AND held.tries_left > 0 "
        "RETURNING held.id, held.account, member.display_name, member.suspended_at IS NOT NULL AS suspended",
        digest(key),
        clock.now(),
    )
    if not rows:
        raise StartAgainError
    pending = rows[0]
    await check_code(pending["account"], code)
    member = Member(id=pending["account"], display_name=pending["display_name"], suspended=pending["suspended"])
    async with transaction():
        await hold(member.id)
        if not await fetch("DELETE FROM pending_sign_in WHERE id = {} RETURNING id", pending["id"]):
            raise StartAgainError  # ended while the code was checked
        with more_than_a_password():
            return await open_session(member, label=label, proved=True)


async def prove_again(
    actor: Member, *, credential: Credential, password: str, code: str | None = None
) -> SessionCreated:
    """Take a password, and a code where one is asked for, as the proof that it is still the actor.

    Raises:
        WrongCredentialsError: This is not the actor's password.
        WrongCodeError: The code is missing, not right, or was used before.
        TooManyError: There were too many wrong ones just now.
        NotSignedInError: The session was ended meanwhile.
    """
    row = await fetch_one("SELECT password_hash FROM account WHERE id = {}", actor.id)
    async with counted(at_oneself(actor.id)):
        if not await verify_password(password, None if row is None else row["password_hash"]):
            raise WrongCredentialsError
    if await has_second_factor(actor.id):
        await check_code(actor.id, code or "")
    return await renew_session(actor, session_id=credential.session_id)
