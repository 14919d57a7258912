"""Confirming an address: the sign-up behind a mailed link becomes an account, for whoever chose its password."""

from api import clock
from api.accounts.addresses import check_room_in_mailbox, one_more_in_mailbox
from api.accounts.errors import LinkDeadError, WrongCredentialsError
from api.accounts.guesses import at_oneself, counted
from api.accounts.joining import keep_account
from api.accounts.keys import digest
from api.accounts.passwords import verify_password
from api.accounts.pending import KEPT, confirmed
from api.accounts.schemas import Confirmed
from api.accounts.services import open_session
from api.database import fetch, fetch_one, transaction


async def confirm_address(token: str, *, password: str, label: str = "") -> Confirmed:
    """Make the account, and sign its member in.

    The password is asked for so that nobody confirms what somebody else began: a stranger who signs up with my
    address would otherwise have a way into the account that I confirm.

    Raises:
        LinkDeadError: The link does nothing any more, or the address is somebody's by now.
        WrongCredentialsError: This is not the password that was chosen.
        MailboxFullError: The mailbox has as many accounts as it may.
    """
    now = clock.now()
    row = await fetch_one(
        "SELECT id, email, password_hash, display_name, choices, created_at FROM pending_account "
        "WHERE token_hash = {} AND token_expires_at > {} AND created_at > {}",
        digest(token),
        now,
        now - KEPT,
    )
    if row is None:
        raise LinkDeadError
    async with counted(at_oneself(row["id"])):
        if not await verify_password(password, row["password_hash"]):
            raise WrongCredentialsError
    async with one_more_in_mailbox(row["email"]), transaction():
        # Only one of two that confirm at once finds it here.
        if not await fetch("DELETE FROM pending_account WHERE id = {} RETURNING id", row["id"]):
            raise LinkDeadError
        member = await keep_account(
            email=row["email"],
            password_hash=row["password_hash"],
            display_name=row["display_name"],
            adult_at=row["created_at"],
        )
        if member is None:
            raise LinkDeadError
        await check_room_in_mailbox(row["email"])
        await fetch("DELETE FROM pending_account WHERE email = {}", row["email"])
        session = await open_session(member, label=label, proved=True)
    return confirmed(row, session)
