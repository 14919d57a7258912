"""Sign-ups whose address is not confirmed yet: kept apart from accounts, answered by mail, deleted after 7 days."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from api import clock, jobs
from api.accounts.asking import is_taken
from api.accounts.errors import LinkDeadError
from api.accounts.keys import digest, new_key
from api.accounts.schemas import Asked, Confirmed, NewPasskey, SessionCreated, SignUpRead
from api.database import fetch, fetch_one, transaction
from api.limits.policies import CONFIRM_ACCOUNT
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
) -> None:
    """Keep a sign-up, and leave it to a job to find out whether the address is taken.

    Each sign-up is one of its own: whoever signs up with another's address before them can neither keep them from
    joining nor get into what they make.

    Raises:
        TooManyError: Too many joined with this address.
    """
    await spend(CONFIRM_ACCOUNT, who=f"email {email}")
    sign_up = uuid4()
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
    """Mail a link that confirms the address, or that there is an account: the job `answer_sign_up`, of an `Asked`."""
    sign_up = msgspec.json.decode(about, type=Asked).id
    async with transaction():
        row = await fetch_one(
            "SELECT email FROM pending_account WHERE id = {} AND token_hash IS NULL FOR UPDATE", sign_up
        )
        if row is None:  # answered already
            return
        if await is_taken(row["email"]):
            await fetch("DELETE FROM pending_account WHERE id = {}", sign_up)
            await send(to=row["email"], mail=letter(MailKind.ALREADY_A_MEMBER))
        else:
            await _mail_link(sign_up, email=row["email"])


async def look_at_sign_up(token: str) -> SignUpRead:
    """Which sign-up a link confirms, which uses nothing up.

    Raises:
        LinkDeadError: None, or no longer.
    """
    row = await fetch_one(
        "SELECT email, token_expires_at > {} AS works, passkey IS NOT NULL AS by_passkey FROM pending_account "
        "WHERE token_hash = {} AND created_at > {}",
        clock.now(),
        digest(token),
        clock.now() - KEPT,
    )
    if row is None:
        raise LinkDeadError
    return msgspec.convert(row, SignUpRead)


async def mail_again(token: str) -> None:
    """Mail another link for the sign-up whose link is too old.

    Raises:
        LinkDeadError: There is none, or no longer.
        TooManyError: Too many were asked for.
    """
    await spend(CONFIRM_ACCOUNT, who=f"email {(await look_at_sign_up(token)).email}")
    async with transaction():
        row = await fetch_one(
            "SELECT id, email FROM pending_account WHERE token_hash = {} AND created_at > {} FOR UPDATE",
            digest(token),
            clock.now() - KEPT,
        )
        if row is None:
            raise LinkDeadError
        await _mail_link(row["id"], email=row["email"])


async def delete_unconfirmed() -> int:
    """Delete sign-ups that nobody confirmed within 7 days; how many."""
    return len(await fetch("DELETE FROM pending_account WHERE created_at <= {} RETURNING id", clock.now() - KEPT))


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
