"""All the ways into one account: what there is, a new password, and the end of everything that opens it."""

from uuid import UUID

from api.accounts.guesses import mark_of_browser
from api.accounts.holding import hold, hold_signed_in
from api.accounts.links import end_links
from api.accounts.passkeys import passkeys
from api.accounts.passwords import hash_password, problems_with_password
from api.accounts.recent import needs_recent
from api.accounts.recovery_codes import recovery_codes_left
from api.accounts.schemas import Credential, Member, WaysIn
from api.accounts.second_factor import has_second_factor
from api.accounts.telling import tell
from api.database import fetch, fetch_one, transaction
from api.errors import InvalidError, NotFoundError
from api.events import tell_no_webhook_of
from api.mail.schemas import MailKind
from api.protections import Became, Ended, What, mark, protecting

_CREDENTIALS = ("session", "access_token", "pending_sign_in", "passkey_challenge")


async def ways_in(actor: Member) -> WaysIn:
    """How the actor can sign in."""
    row = await fetch_one("SELECT password_hash IS NOT NULL AS has FROM account WHERE id = {}", actor.id)
    if row is None:
        raise NotFoundError
    return WaysIn(
        password=row["has"],
        passkeys=await passkeys(actor),
        app=await has_second_factor(actor.id),
        recovery_codes=await recovery_codes_left(actor),
    )


async def change_password(actor: Member, *, credential: Credential, password: str) -> str:
    """Give the actor another password, or a first one, end every other session and token, and turn webhooks off.

    What comes back is the mark by which this browser is known from now on, as those of the old password are dead.

    Raises:
        SignInAgainError: The actor has not proved lately who they are.
        InvalidError: The password cannot be used.
        NotSignedInError: The session was ended meanwhile.
    """
    needs_recent(credential)
    row = await fetch_one("SELECT email, display_name FROM account WHERE id = {}", actor.id)
    if row is None:
        raise NotFoundError
    if problems := await problems_with_password(password, words=[row["email"], row["display_name"]]):
        raise InvalidError("Some of what you wrote needs to be put right.", errors=tuple(problems))
    password_hash = await hash_password(password)
    async with protecting() as keep:
        await hold_signed_in(actor, credential)
        keep(Became(actor.id, secret=mark(password_hash)))
        await fetch("UPDATE account SET password_hash = {} WHERE id = {}", password_hash, actor.id)
        await fetch(
            "DELETE FROM session WHERE account = {} AND id IS DISTINCT FROM {}", actor.id, credential.session_id
        )
        for table in ("pending_sign_in", "access_token"):
            await fetch(f"DELETE FROM {table} WHERE account = {{}}", actor.id)
        await tell_no_webhook_of(actor.id)
        await end_links(actor.id)
        await tell(actor.id, MailKind.PASSWORD_CHANGED)
        return await mark_of_browser(actor.id)


async def sign_out_everywhere(actor: Member) -> None:
    """End every session, this one too, every started sign-in and token, and turn webhooks off; ways in still work."""
    async with transaction():
        await hold(actor.id)
        for table in ("session", "access_token", "pending_sign_in"):
            await fetch(f"DELETE FROM {table} WHERE account = {{}}", actor.id)
        await tell_no_webhook_of(actor.id)


async def end_every_credential(member_id: UUID) -> None:
    """End everything that opens an account, passkeys too: for a reset of the password.

    Within the caller's transaction, which holds the account and protects.

    The app for codes stays: whoever resets the password proves by `check_code` that they have it, or a mailbox alone
    would open the account.
    """
    async with protecting() as keep:
        for table in _CREDENTIALS:
            await fetch(f"DELETE FROM {table} WHERE account = {{}}", member_id)
        for row in await fetch("DELETE FROM passkey WHERE account = {} RETURNING id", member_id):
            keep(Ended(What.PASSKEY, row["id"]))
        await tell_no_webhook_of(member_id)
