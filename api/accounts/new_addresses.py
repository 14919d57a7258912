"""Changing the address of an account by a link to the new one, and undoing that by a link to the old one."""

from datetime import datetime
from uuid import UUID

import asyncpg

from api import clock
from api.accounts.addresses import address_digest, canonical_address, check_room_in_mailbox, one_more_in_mailbox
from api.accounts.asking import is_taken
from api.accounts.errors import LinkDeadError
from api.accounts.links import end_links, end_ways_back, keep_ways_back, look_at_link, make_link, use_up_link
from api.accounts.schemas import LinkPurpose, Member, SessionCreated
from api.accounts.services import open_session
from api.accounts.ways_in import end_every_credential
from api.database import fetch, fetch_one, transaction
from api.events import tell_no_webhook_of
from api.mail.letters import letter
from api.mail.schemas import MailKind
from api.mail.services import send
from api.protections import Became, mark, protecting


async def change_address(actor: Member, *, token: str, label: str = "") -> SessionCreated:
    """Give the actor's account the address to which a link was mailed.

    Only the actor can: a stranger who got the link because of a slip of the pen must not get the account. Everybody
    is signed out, and the actor in again; the old address is told, and can undo it within 7 days. Not where this one
    is the address that a mail could bring back: whoever takes their account back by hand leaves no way in behind them.

    Raises:
        LinkDeadError: The link does nothing any more, is another member's, or the address is somebody's by now.
        MailboxFullError: The mailbox has as many accounts as it may.
    """
    looked_at = await look_at_link(token, purpose=LinkPurpose.NEW_ADDRESS)
    before = await fetch_one("SELECT email FROM account WHERE id = {}", actor.id)
    if looked_at.account != actor.id or before is None:
        raise LinkDeadError
    try:
        async with one_more_in_mailbox(looked_at.email, was=before["email"]), transaction():
            old = await fetch_one("SELECT email FROM account WHERE id = {} FOR UPDATE", actor.id)
            link = await use_up_link(token, purpose=LinkPurpose.NEW_ADDRESS)
            if old is None or await is_taken(link.email, but_for=actor.id):
                raise LinkDeadError
            await fetch(
                "UPDATE account SET email = {}, address_digest = {} WHERE id = {}",
                link.email,
                address_digest(link.email),
                actor.id,
            )
            await check_room_in_mailbox(link.email)
            await _end_sessions_and_tokens(actor.id)
            await end_links(actor.id)
            if (left := await _left_since(actor.id, email=link.email, was=old["email"])) is not None:
                await end_ways_back(actor.id, since=left)
                await send(to=old["email"], mail=letter(MailKind.ADDRESS_CHANGED_BACK))
            else:
                await keep_ways_back(actor.id)
                undo = await make_link(actor.id, purpose=LinkPurpose.UNDO, email=old["email"])
                await send(to=old["email"], mail=letter(MailKind.ADDRESS_CHANGED, path=f"/undo/{undo}"))
            return await open_session(actor, label=label, proved=True)
    except asyncpg.UniqueViolationError:  # somebody took it at this moment
        raise LinkDeadError from None


async def bring_address_back(token: str) -> str:
    """Undo a change of address, or codes that were switched on, for whoever reads the mail that told of it.

    Nothing that was opened since goes on, and the password there is opens nothing either: whoever made the change may
    know it, and would be back before its owner has typed a new one.

    Changes after that one are undone with it: whoever took an account must not be able to hide behind a second change.
    Those before it can still be undone, for as long as if this had been another change: the oldest has the last word.

    Returns:
        The token of a link that sets a new password.

    Raises:
        LinkDeadError: The link does nothing any more.
    """
    async with protecting() as keep:
        link = await look_at_link(token, purpose=LinkPurpose.UNDO)
        now = await fetch_one("SELECT email FROM account WHERE id = {} FOR UPDATE", link.account)
        await use_up_link(token, purpose=LinkPurpose.UNDO)
        if now is None:
            raise LinkDeadError
        await end_ways_back(link.account, since=link.created_at)
        await keep_ways_back(link.account)
        await fetch(
            "UPDATE account SET email = {}, address_digest = {}, password_hash = NULL WHERE id = {}",
            link.email,
            address_digest(link.email),
            link.account,
        )
        keep(Became(link.account, secret=mark(None)))
        await end_every_credential(link.account)
        await end_links(link.account)
        # Codes that are asked for since the change are asked for by whoever made it.
        if await fetch(
            "DELETE FROM second_factor WHERE account = {} AND confirmed_at >= {} RETURNING account",
            link.account,
            link.created_at,
        ):
            await fetch("DELETE FROM recovery_code WHERE account = {}", link.account)
        if now["email"] != link.email:
            await send(to=now["email"], mail=letter(MailKind.ADDRESS_CHANGED_BACK))
        return await make_link(link.account, purpose=LinkPurpose.RESET, email=link.email)


async def _left_since(account: UUID, *, email: str, was: str) -> datetime | None:
    """Since when an account has no address of this mailbox any more, where a mail may bring one back; else None."""
    mailbox = canonical_address(email)
    if canonical_address(was) == mailbox:
        return None
    rows = await fetch(
        "SELECT email, created_at FROM mailed_link WHERE account = {} AND purpose = {} AND expires_at > {}",
        account,
        LinkPurpose.UNDO,
        clock.now(),
    )
    return min((row["created_at"] for row in rows if canonical_address(row["email"]) == mailbox), default=None)


async def _end_sessions_and_tokens(account: UUID) -> None:
    for table in ("session", "access_token", "pending_sign_in"):
        await fetch(f"DELETE FROM {table} WHERE account = {{}}", account)
    await tell_no_webhook_of(account)
