"""Codes from an app, asked for after the password: setting the app up, taking codes, switching it off."""

import secrets
from uuid import UUID

import pyotp

from api import clock
from api.accounts.errors import WrongCodeError
from api.accounts.guesses import at_codes, counted
from api.accounts.holding import hold_signed_in
from api.accounts.links import make_link
from api.accounts.passwords import SALT_BYTES
from api.accounts.recent import needs_recent
from api.accounts.recovery_codes import make_recovery_codes, take_recovery_code
from api.accounts.schemas import AppSecret, Credential, LinkPurpose, Member
from api.accounts.telling import tell
from api.database import fetch, fetch_one, transaction
from api.errors import ConflictError, NotFoundError
from api.mail.schemas import MailKind
from api.sealing import opened, seal

STEP = 30
"""Seconds that a code is for (RFC 6238, section 5.2)."""
_AROUND = (-1, 0, 1)
"""How many steps the clock of a phone may be off."""
_DIGITS = 6
_SEALED_AS = "second_factor.secret"


async def has_second_factor(member_id: UUID) -> bool:
    """Whether a code is asked for after this member's password."""
    return bool(await fetch("SELECT 1 FROM second_factor WHERE account = {} AND confirmed_at IS NOT NULL", member_id))


async def check_code(member_id: UUID, code: str, *, resetting: bool = False) -> None:
    """Take a code of the member's app, or one of their recovery codes, each once; for members who have an app.

    Never called within a transaction: a wrong code counts whatever becomes of the rest.

    Args:
        member_id: Whose.
        code: As it was typed.
        resetting: Whether it is for a new password by a mailed link.

    Raises:
        WrongCodeError: It is none of these, or was used before.
        TooManyError: There were too many wrong ones just now.
    """
    async with counted(*await at_codes(member_id, resetting=resetting)):
        if not await _take_app_code(member_id, code, confirmed=True):
            if not await take_recovery_code(member_id, code):
                raise WrongCodeError
            await tell(member_id, MailKind.RECOVERY_CODE_USED)


async def begin_second_factor(actor: Member, *, credential: Credential) -> None:
    """Make a new secret for the actor's app; nobody is asked for codes of it before one proved that it works.

    Raises:
        SignInAgainError: The actor has not proved lately who they are.
        ConflictError: They have an app already.
    """
    needs_recent(credential)
    async with transaction():
        await hold_signed_in(actor, credential)
        begun = await fetch(
            "INSERT INTO second_factor AS kept (account, secret, created_at, recovery_salt) VALUES ({}, {}, {}, {}) "
            "ON CONFLICT (account) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at, "
            "last_step = NULL WHERE kept.confirmed_at IS NULL RETURNING 1 AS one",
            actor.id,
            seal(pyotp.random_base32(), about=_SEALED_AS, row=actor.id),
            clock.now(),
            secrets.token_bytes(SALT_BYTES),
        )
    if not begun:
        raise ConflictError("You have an app for codes already. Switch it off first to set up another.")


async def waiting_app(actor: Member, *, credential: Credential) -> AppSecret | None:
    """What the actor types or scans into their app; None when they did not begin, or are done.

    Raises:
        SignInAgainError: The actor has not proved lately who they are.
    """
    needs_recent(credential)
    row = await fetch_one(
        "SELECT held.secret, member.email "
        "FROM second_factor AS held JOIN account AS member ON member.id = held.account "
        "WHERE account = {} AND confirmed_at IS NULL",
        actor.id,
    )
    if row is None:
        return None
    key = opened(row["secret"], about=_SEALED_AS, row=actor.id)
    return AppSecret(key=key, uri=pyotp.TOTP(key).provisioning_uri(name=row["email"], issuer_name="Wherefore"))


async def confirm_second_factor(actor: Member, *, credential: Credential, code: str) -> list[str]:
    """Ask for codes from now on, as a first one proved that the app works; the recovery codes, shown this once.

    Raises:
        SignInAgainError: The actor has not proved lately who they are.
        WrongCodeError: It is not the app's code, or there is no app that waits for one.
    """
    needs_recent(credential)
    if not await _take_app_code(actor.id, code, confirmed=False):
        raise WrongCodeError
    codes = await make_recovery_codes()
    async with transaction():
        await hold_signed_in(actor, credential)
        # First, so that it is older than the app: whoever follows it switches the app off (`bring_address_back`).
        row = await fetch_one("SELECT email FROM account WHERE id = {}", actor.id)
        undo = None if row is None else await make_link(actor.id, purpose=LinkPurpose.UNDO, email=row["email"])
        done = await fetch(
            # Another tab may have begun anew meanwhile: nobody has shown a code of the secret that is there then.
            "UPDATE second_factor SET confirmed_at = {}, recovery_salt = {} WHERE account = {} "
            "AND confirmed_at IS NULL AND last_step IS NOT NULL RETURNING 1 AS one",
            clock.now(),
            codes.salt,
            actor.id,
        )
        if not done:
            raise WrongCodeError
        await codes.keep(actor.id)
        await tell(actor.id, MailKind.SECOND_STEP_ON, path=f"/undo/{undo}")
    return codes.shown


async def switch_off_second_factor(actor: Member, *, credential: Credential) -> None:
    """Ask for no codes any more; the secret and the recovery codes are deleted.

    Raises:
        SignInAgainError: The actor has not proved lately who they are.
    """
    needs_recent(credential)
    async with transaction():
        await hold_signed_in(actor, credential)
        was_on = await fetch("DELETE FROM second_factor WHERE account = {} RETURNING confirmed_at", actor.id)
        await fetch("DELETE FROM recovery_code WHERE account = {}", actor.id)
        if was_on and was_on[0]["confirmed_at"] is not None:
            await tell(actor.id, MailKind.SECOND_STEP_OFF)


async def new_recovery_codes(actor: Member, *, credential: Credential) -> list[str]:
    """Give the actor another set of recovery codes, shown this once; those they had do nothing any more.

    Raises:
        SignInAgainError: The actor has not proved lately who they are.
        NotFoundError: They have no app, so no codes are asked for.
    """
    needs_recent(credential)
    codes = await make_recovery_codes()
    async with transaction():
        await hold_signed_in(actor, credential)
        held = await fetch(
            "UPDATE second_factor SET recovery_salt = {} WHERE account = {} AND confirmed_at IS NOT NULL "
            "RETURNING 1 AS one",
            codes.salt,
            actor.id,
        )
        if not held:
            raise NotFoundError
        await codes.keep(actor.id)
        await tell(actor.id, MailKind.RECOVERY_CODES_NEW)
    return codes.shown


async def _take_app_code(member_id: UUID, code: str, *, confirmed: bool) -> bool:
    """Use up a code: neither it nor one of an earlier step is taken again, whoever looked over a shoulder."""
    digits = "".join(code.split())
    if len(digits) != _DIGITS or not (digits.isascii() and digits.isdigit()):
        return False
    row = await fetch_one(
        "SELECT secret FROM second_factor WHERE account = {} AND (confirmed_at IS NOT NULL) = {}", member_id, confirmed
    )
    if row is None:
        return False
    app = pyotp.TOTP(opened(row["secret"], about=_SEALED_AS, row=member_id))
    now = int(clock.now().timestamp()) // STEP
    fitting = [now + off for off in _AROUND if secrets.compare_digest(app.generate_otp(now + off), digits)]
    return bool(fitting) and bool(
        await fetch(
            "UPDATE second_factor SET last_step = {} WHERE account = {} AND secret = {} "
            # One that lies ahead was written by a clock that was wrong, and would keep its member out until then.
            "AND (last_step IS NULL OR last_step < {} OR last_step > {}) RETURNING 1 AS one",
            fitting[-1],
            member_id,
            row["secret"],
            fitting[-1],
            now + max(_AROUND) + 1,
        )
    )
