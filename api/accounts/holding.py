"""Holding an account while a way into it is made or ended, so that neither slips past the other.

Whoever proves who they are does so before anything is written, and hashing a password takes its time. Meanwhile a new
password may end everything that opens the account. So what was proved is looked at once more, under a lock that those
who end something take too: what comes after them finds that it is worth nothing, and what came before they end.
"""

from uuid import UUID

from api.accounts.errors import PasskeyRefusedError, WrongCredentialsError
from api.accounts.schemas import Credential, Member, Proof
from api.database import fetch, fetch_one
from api.errors import NotSignedInError


async def hold(account: UUID) -> None:
    """Let nobody else make or end a way into an account until the caller's transaction ends; its first statement."""
    await fetch("SELECT 1 FROM account WHERE id = {} FOR NO KEY UPDATE", account)


async def hold_proved(proof: Proof) -> None:
    """The same, if what was proved still opens the account.

    Raises:
        WrongCredentialsError: The password was changed meanwhile.
        PasskeyRefusedError: The passkey was taken away meanwhile.
    """
    await hold(proof.member.id)
    row = await fetch_one("SELECT password_hash FROM account WHERE id = {}", proof.member.id)
    if row is None or (proof.password_hash is not None and row["password_hash"] != proof.password_hash):
        raise WrongCredentialsError
    if proof.passkey is not None and not await fetch(
        "SELECT 1 FROM passkey WHERE id = {} AND account = {} AND set_aside_at IS NULL", proof.passkey, proof.member.id
    ):
        raise PasskeyRefusedError


async def hold_signed_in(actor: Member, credential: Credential) -> None:
    """The same, if what the actor is signed in with was not ended meanwhile.

    Raises:
        NotSignedInError: It was.
    """
    await hold(actor.id)
    table = "access_token" if credential.session_id is None else "session"
    if not await fetch(
        f"SELECT 1 FROM {table} WHERE id = {{}} AND account = {{}}",
        credential.session_id or credential.token_id,
        actor.id,
    ):
        raise NotSignedInError
