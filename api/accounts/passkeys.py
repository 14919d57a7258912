"""Passkeys: signing in by one, adding one, and taking one away."""

from typing import Any
from uuid import UUID, uuid4

from api import clock
from api.accounts.errors import LastWayInError, PasskeyRefusedError, TooManyPasskeysError
from api.accounts.fields import problem_with_name
from api.accounts.holding import hold_proved, hold_signed_in
from api.accounts.passkey_ceremonies import (
    Ceremony,
    ask_to_make,
    ask_to_sign,
    judged_new_passkey,
    judged_signature,
    read,
    take_challenge,
)
from api.accounts.recent import needs_recent, renew_session
from api.accounts.schemas import Credential, Member, NewPasskey, PasskeyRead, Proof, SessionCreated
from api.accounts.services import open_session
from api.accounts.telling import tell
from api.database import fetch, fetch_as, fetch_one, transaction
from api.errors import InvalidError, NotFoundError
from api.mail.schemas import MailKind
from api.protections import Ended, What, protecting
from api.texts import tidy

MOST_PASSKEYS = 10
LONGEST_ID = 1023
"""Bytes (WebAuthn level 3, section 4)."""


async def passkeys(actor: Member) -> list[PasskeyRead]:
    """The actor's passkeys, oldest first."""
    return await fetch_as(
        PasskeyRead,
        "SELECT id, name, created_at, last_used_at, set_aside_at FROM passkey WHERE account = {} "
        "ORDER BY created_at, id",
        actor.id,
    )


async def passkey(actor: Member, passkey_id: UUID) -> PasskeyRead:
    """One of the actor's passkeys.

    Raises:
        NotFoundError: There is none such.
    """
    for one in await passkeys(actor):
        if one.id == passkey_id:
            return one
    raise NotFoundError


async def is_last_way_in(actor: Member, one: PasskeyRead) -> bool:
    """Whether one of the actor's passkeys cannot be removed, as they could never sign in again without it."""
    return one.set_aside_at is None and not await _has_way_in(actor, without=one.id)


async def options_to_sign_in(*, browser: str) -> dict[str, Any]:
    """What a browser needs to ask for a passkey of this site; the same for everybody, whoever they may be."""
    return await ask_to_sign(Ceremony.SIGN_IN, browser=browser)


async def sign_in_by_passkey(answer: str, *, browser: str, label: str = "") -> SessionCreated:
    """Open a session for whoever holds the passkey.

    No code is asked for besides: the device itself asked for a finger, a face or a code of its own.

    Raises:
        PasskeyRefusedError: It is not one of this site's, or it signed something else.
        AccountLeavingError: Its member asked to be erased; they may stay after all, and nothing else.
    """
    proof = await _proved(Ceremony.SIGN_IN, answer, browser=browser)
    async with transaction():
        await hold_proved(proof)
        return await open_session(proof.member, label=label, proved=True)


async def options_to_prove(actor: Member, *, browser: str) -> dict[str, Any]:
    """What a browser needs to ask for one of the actor's own passkeys once more."""
    return await ask_to_sign(Ceremony.AGAIN, browser=browser, account=actor.id, allowed=await _ids(actor))


async def prove_by_passkey(actor: Member, *, credential: Credential, answer: str, browser: str) -> SessionCreated:
    """Take a passkey as the proof that it is still the actor.

    Raises:
        PasskeyRefusedError: It is not one of the actor's, or it signed something else.
        NotSignedInError: The session was ended meanwhile.
    """
    proved = await _proved(Ceremony.AGAIN, answer, browser=browser, account=actor.id)
    if proved.member.id != actor.id:
        raise PasskeyRefusedError
    return await renew_session(actor, session_id=credential.session_id)


async def options_to_add(actor: Member, *, credential: Credential, browser: str) -> dict[str, Any]:
    """What a browser needs to make another passkey for the actor.

    Raises:
        SignInAgainError: The actor has not proved lately who they are.
    """
    needs_recent(credential)
    row = await fetch_one("SELECT email, display_name FROM account WHERE id = {}", actor.id)
    if row is None:
        raise NotFoundError
    return await ask_to_make(
        Ceremony.ADD,
        browser=browser,
        account=actor.id,
        email=row["email"],
        display_name=row["display_name"],
        excluded=await _ids(actor),
    )


async def add_passkey(actor: Member, *, credential: Credential, answer: str, name: str, browser: str) -> None:
    """Let the actor sign in with a new passkey, too.

    Raises:
        SignInAgainError: The actor has not proved lately who they are.
        InvalidError: The name cannot be used.
        PasskeyRefusedError: It was not made here and now for the actor.
        TooManyPasskeysError: They have as many as anybody may have.
        NotSignedInError: The session was ended meanwhile.
    """
    needs_recent(credential)
    name = tidy(name)
    if (problem := problem_with_name(name, field="name", called="The passkey's name")) is not None:
        raise InvalidError("Some of what you wrote needs to be put right.", errors=(problem,))
    made = await new_passkey(Ceremony.ADD, answer, browser=browser)
    if made.account != actor.id:
        raise PasskeyRefusedError
    async with transaction():
        await hold_signed_in(actor, credential)
        if len(await _ids(actor)) >= MOST_PASSKEYS:
            raise TooManyPasskeysError
        await keep_passkey(made, name=name)
        await tell(actor.id, MailKind.PASSKEY_ADDED)


async def new_passkey(ceremony: Ceremony, answer: str, *, browser: str) -> NewPasskey:
    """A passkey that was made for a challenge of ours, to be kept by `keep_passkey`.

    Raises:
        PasskeyRefusedError: It was not.
    """
    taken = await take_challenge(ceremony, answer, browser=browser)
    account = taken.account or taken.new_account
    made = await judged_new_passkey(answer, challenge=taken.challenge)
    if account is None or len(made.credential_id) > LONGEST_ID:
        raise PasskeyRefusedError
    return NewPasskey(
        account=account,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
    )


async def keep_passkey(made: NewPasskey, *, name: str) -> None:
    """Let a new passkey open its account, within the caller's transaction.

    Raises:
        PasskeyRefusedError: There is a passkey with this id already, whoever made that one.
    """
    added = await fetch(
        "INSERT INTO passkey (id, account, credential_id, public_key, sign_count, name, created_at) "
        "VALUES ({}, {}, {}, {}, {}, {}, {}) ON CONFLICT (credential_id) DO NOTHING RETURNING id",
        uuid4(),
        made.account,
        made.credential_id,
        made.public_key,
        made.sign_count,
        name,
        clock.now(),
    )
    if not added:
        raise PasskeyRefusedError


async def remove_passkey(actor: Member, passkey_id: UUID, *, credential: Credential) -> None:
    """Let one of the actor's passkeys open nothing any more.

    Raises:
        SignInAgainError: The actor has not proved lately who they are.
        NotFoundError: The actor has no such passkey.
        LastWayInError: Without it they could never sign in again.
        NotSignedInError: The session was ended meanwhile.
    """
    needs_recent(credential)
    async with protecting() as keep:
        await hold_signed_in(actor, credential)  # also: two removals at once could take the last way in
        gone = await fetch(
            "DELETE FROM passkey WHERE id = {} AND account = {} RETURNING set_aside_at", passkey_id, actor.id
        )
        if not gone:
            raise NotFoundError
        if gone[0]["set_aside_at"] is None and not await _has_way_in(actor):
            raise LastWayInError  # and the transaction puts it back
        keep(Ended(What.PASSKEY, passkey_id))
        await tell(actor.id, MailKind.PASSKEY_REMOVED)


async def _proved(ceremony: Ceremony, answer: str, *, browser: str, account: UUID | None = None) -> Proof:
    taken = await take_challenge(ceremony, answer, browser=browser)
    if taken.account != account:
        raise PasskeyRefusedError
    found = read(answer)
    row = await fetch_one(
        "SELECT held.id, held.account, held.public_key, member.display_name, "
        "member.suspended_at IS NOT NULL AS suspended "
        "FROM passkey AS held JOIN account AS member ON member.id = held.account "
        "WHERE held.credential_id = {} AND held.set_aside_at IS NULL",  # one who is leaving may come back by it
        found.credential_id,
    )
    if row is None:
        raise PasskeyRefusedError
    signed = await judged_signature(answer, challenge=taken.challenge, public_key=row["public_key"])
    # Whoever is not yet known must be named by the device too (WebAuthn level 3, section 7.2, step 6).
    if found.user_handle != row["account"].bytes and (found.user_handle or account is None):
        raise PasskeyRefusedError
    await _count(row["id"], row["account"], signed.new_sign_count)
    member = Member(id=row["account"], display_name=row["display_name"], suspended=row["suspended"])
    return Proof(member=member, passkey=row["id"])


async def _count(passkey_id: UUID, account: UUID, count: int) -> None:
    """Note a use. A count that does not go on means that two devices hold what only one should: neither is let in.

    Raises:
        PasskeyRefusedError: It does not.
    """
    used = await fetch(
        "UPDATE passkey SET sign_count = {}, last_used_at = {} WHERE id = {} AND set_aside_at IS NULL "
        "AND (sign_count < {} OR (sign_count = 0 AND {} = 0)) RETURNING id",
        count,
        clock.now(),
        passkey_id,
        count,
        count,
    )
    if used:
        return
    async with transaction():
        await fetch(
            "UPDATE passkey SET set_aside_at = {} WHERE id = {} AND set_aside_at IS NULL", clock.now(), passkey_id
        )
        await tell(account, MailKind.PASSKEY_SET_ASIDE)
    raise PasskeyRefusedError


async def _has_way_in(actor: Member, *, without: UUID | None = None) -> bool:
    row = await fetch_one(
        "SELECT password_hash IS NOT NULL OR EXISTS (SELECT 1 FROM passkey WHERE account = member.id "
        "AND set_aside_at IS NULL AND id IS DISTINCT FROM {}) AS can FROM account AS member WHERE id = {}",
        without,
        actor.id,
    )
    return row is not None and bool(row["can"])


async def _ids(actor: Member) -> list[bytes]:
    rows = await fetch("SELECT credential_id FROM passkey WHERE account = {} ORDER BY created_at, id", actor.id)
    return [row["credential_id"] for row in rows]
