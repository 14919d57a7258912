"""Sign-ups whose address is not confirmed yet: kept apart from accounts, answered by mail, deleted after 7 days."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from api import clock, jobs
from api.accounts.addresses import canonical_address
from api.accounts.asking import has_room, is_taken, spend_from_here
from api.accounts.errors import LinkDeadError
from api.accounts.keys import digest, new_key
from api.accounts.schemas import Asked, Confirmed, NewPasskey, SessionCreated, SignUpRead
from api.database import fetch, fetch_one, transaction
from api.limits.policies import CONFIRM_ACCOUNT, MAILS_AGAIN
from api.limits.services import spend
from api.mail.letters import letter
from api.mail.schemas import MailKind
from api.mail.services import send
from api.sealing import opened, seal

KEPT = timedelta(days=7)
LINK_LASTS = timedelta(hours=24)


async def keep_sign_up(
    *,
    email: str,
    display_name: str,
    choices: str | None,
    password_hash: str | None = None,
    passkey: NewPasskey | None = None,
    sign_up: UUID | None = None,
) -> None:
    """Keep a sign-up, and leave it to a job to find out whether the address is taken.

    Each sign-up is one of its own: whoever signs up with another's address before them can neither keep them from
    joining nor get into what they make.

    Raises:
        TooManyError: Too many joined with this address from here.
    """
    await spend_from_here(CONFIRM_ACCOUNT, email=email)
    sign_up = sign_up or uuid4()
    async with transaction():
        await fetch(
            "INSERT INTO pending_account (id, email, password_hash, passkey, display_name, choices, created_at) "
            "VALUES ({}, {}, {}, {}, {}, {}, {})",
            sign_up,
            email,
            password_hash,
            None if passkey is None else msgspec.json.encode(passkey).decode(),
            display_name,
            None if choices is None else seal(choices, about="pending_account.choices", row=sign_up),
            clock.now(),
        )
        await jobs.enqueue("answer_sign_up", Asked(sign_up))


async def answer_sign_up(about: bytes) -> None:
    """Mail a link that confirms the address, or that there is an account: the job `answer_sign_up`, of an `Asked`.

    Beyond the mails of a day the sign-up waits for whoever reads the earlier ones (`mail_again`).
    """
    sign_up = msgspec.json.decode(about, type=Asked).id
    waiting = await fetch_one("SELECT email FROM pending_account WHERE id = {} AND token_hash IS NULL", sign_up)
    if waiting is None:  # answered already
        return
    has_room_left = await _has_room(waiting["email"])
    async with transaction():
        row = await fetch_one(
            "SELECT email FROM pending_account WHERE id = {} AND token_hash IS NULL FOR UPDATE", sign_up
        )
        if row is None:  # answered meanwhile
            return
        if await is_taken(row["email"]):
            await fetch("DELETE FROM pending_account WHERE id = {}", sign_up)
            if has_room_left:
                await send(to=row["email"], mail=letter(MailKind.ALREADY_A_MEMBER))
        elif has_room_left:
            await _mail_link(sign_up, email=row["email"])


async def look_at_sign_up(token: str) -> SignUpRead:
    """Which sign-up a link confirms, which uses nothing up.

    Raises:
        LinkDeadError: None, or no longer.
    """
    row = await fetch_one(
        "SELECT email, token_expires_at > {} AS works, passkey IS NOT NULL AS by_passkey, EXISTS ("
        "SELECT 1 FROM pending_account AS other WHERE other.email = pending_account.email "
        "AND other.token_hash IS NULL AND other.created_at > {}) AS another_waits "
        "FROM pending_account WHERE token_hash = {} AND created_at > {}",
        clock.now(),
        clock.now() - KEPT,
        digest(token),
        clock.now() - KEPT,
    )
    if row is None:
        raise LinkDeadError
    return msgspec.convert(row, SignUpRead)


async def mail_again(token: str, *, begun_here: UUID | None = None) -> None:
    """Mail another link for the sign-up whose link is too old.

    Where it still works, one for another sign-up with the same address that has had none: strangers used up the mails
    of a day, and whoever holds a link of theirs reads the mailbox.

    Args:
        token: Of the link.
        begun_here: The sign-up that was begun in the same browser: of several that wait the link is for this one, so
            that strangers who go on do not get before it; otherwise for the newest.

    Raises:
        LinkDeadError: There is no such sign-up, or no longer.
        TooManyError: Too many were asked for.
    """
    sign_up = await look_at_sign_up(token)
    await spend(MAILS_AGAIN, who=f"email {sign_up.email}")
    which = "email = {} AND token_hash IS NULL" if sign_up.works else "token_hash = {}"
    async with transaction():
        row = await fetch_one(
            f"SELECT id, email FROM pending_account WHERE {which} AND created_at > {{}} "
            "ORDER BY id IS NOT DISTINCT FROM {} DESC, created_at DESC LIMIT 1 FOR UPDATE",
            sign_up.email if sign_up.works else digest(token),
            clock.now() - KEPT,
            begun_here,
        )
        if row is None:
            raise LinkDeadError
        await _mail_link(row["id"], email=row["email"])


async def delete_unconfirmed() -> int:
    """Delete sign-ups that nobody confirmed within 7 days; how many."""
    return len(await fetch("DELETE FROM pending_account WHERE created_at <= {} RETURNING id", clock.now() - KEPT))


async def _has_room(email: str) -> bool:
    """Whether one more mail may go to an address; counts it.

    All variants of an address have room together, or a stranger could fill a mailbox by writing one tag after the other
    behind a plus sign. The plain form has its own, so that nobody keeps its owner from joining by variants.
    """
    mailbox = canonical_address(email)
    return await has_room(email, what="confirm") and (
        email == mailbox or await has_room(mailbox, what="confirm a variant of")
    )


async def _mail_link(sign_up: UUID, *, email: str) -> None:
    token = new_key()
    await fetch(
        "UPDATE pending_account SET token_hash = {}, token_expires_at = {} WHERE id = {}",
        digest(token),
        clock.now() + LINK_LASTS,
        sign_up,
    )
    await send(to=email, mail=letter(MailKind.CONFIRM_ADDRESS, path=f"/confirm/{token}"))


def confirmed(row: dict[str, Any], session: SessionCreated) -> Confirmed:
    """What became of a sign-up, from its row: the session, and what was chosen while joining."""
    choices = row["choices"]
    return Confirmed(
        session=session,
        choices=None if choices is None else opened(choices, about="pending_account.choices", row=row["id"]),
    )
