"""Joining by a passkey instead of a password; where mail goes out, the address is confirmed by the same passkey."""

from typing import Any
from uuid import UUID, uuid4

import msgspec

from api import clock
from api.accounts.addresses import check_room_in_mailbox, one_more_in_mailbox
from api.accounts.errors import LinkDeadError, PasskeyRefusedError
from api.accounts.fields import (
    normal_email,
    problem_with_age,
    problem_with_display_name,
    problem_with_email,
    raise_any,
)
from api.accounts.joining import count_for_the_address, keep_account
from api.accounts.keys import digest
from api.accounts.passkey_ceremonies import Ceremony, ask_to_make, ask_to_sign, judged_signature, read, take_challenge
from api.accounts.passkeys import keep_passkey, new_passkey
from api.accounts.pending import KEPT, confirmed, keep_sign_up
from api.accounts.schemas import Confirmed, NewPasskey, PasskeyJoin, SessionCreated
from api.accounts.services import open_session
from api.database import fetch, fetch_one, transaction
from api.settings import settings
from api.texts import tidy


async def options_to_join(draft: PasskeyJoin, *, browser: str) -> dict[str, Any]:
    """What a browser needs to make the passkey of an account that is not there yet; the same for a taken address.

    Raises:
        InvalidError: With an error for every field that cannot be used.
    """
    email, name = _checked(draft)
    return await ask_to_make(Ceremony.JOIN, browser=browser, account=uuid4(), email=email, display_name=name)


async def join_by_passkey(
    draft: PasskeyJoin,
    *,
    answer: str,
    browser: str,
    label: str,
    choices: str | None = None,
    sign_up: UUID | None = None,
) -> SessionCreated | None:
    """Sign someone up by the passkey that their device has made, and sign them in.

    None where the address has to be confirmed first, and for one that is taken: then nothing is made.

    Raises:
        InvalidError: With an error for every field that cannot be used.
        PasskeyRefusedError: The passkey was not made here and now.
        TooManyError: Too many joined from this network address just now, or with this e-mail address.
    """
    email, name = _checked(draft)
    await count_for_the_address()
    made = await new_passkey(Ceremony.JOIN, answer, browser=browser)
    if settings().smtp is not None:
        await keep_sign_up(email=email, passkey=made, display_name=name, choices=choices, sign_up=sign_up)
        return None
    async with transaction():
        member = await keep_account(email=email, display_name=name, adult_at=clock.now(), account=made.account)
        if member is None:
            return None
        await keep_passkey(made, name=label)
        return await open_session(member, label=label, proved=True)


async def options_to_confirm(token: str, *, browser: str) -> dict[str, Any]:
    """What a browser needs to ask for the passkey with which somebody joined.

    Raises:
        LinkDeadError: The link does nothing any more, or they joined by a password.
    """
    _, made = await _waiting(token)
    return await ask_to_sign(Ceremony.CONFIRM, browser=browser, allowed=[made.credential_id])


async def confirm_by_passkey(token: str, *, answer: str, browser: str, label: str) -> Confirmed:
    """Make the account of a sign-up, and sign its member in: only for whoever has the passkey that was made for it.

    Raises:
        LinkDeadError: The link does nothing any more, or the address is somebody's by now.
        PasskeyRefusedError: It is not that passkey, or it signed something else.
        MailboxFullError: The mailbox has as many accounts as it may.
    """
    row, made = await _waiting(token)
    taken = await take_challenge(Ceremony.CONFIRM, answer, browser=browser)
    if read(answer).credential_id != made.credential_id:
        raise PasskeyRefusedError
    signed = await judged_signature(answer, challenge=taken.challenge, public_key=made.public_key)
    async with one_more_in_mailbox(row["email"]), transaction():
        # Only one of two that confirm at once finds it here.
        if not await fetch("DELETE FROM pending_account WHERE id = {} RETURNING id", row["id"]):
            raise LinkDeadError
        member = await keep_account(
            email=row["email"], display_name=row["display_name"], adult_at=row["created_at"], account=made.account
        )
        if member is None:
            raise LinkDeadError
        await check_room_in_mailbox(row["email"])
        await keep_passkey(msgspec.structs.replace(made, sign_count=signed.new_sign_count), name=label)
        await fetch("DELETE FROM pending_account WHERE email = {}", row["email"])
        session = await open_session(member, label=label, proved=True)
    return confirmed(row, session)


async def _waiting(token: str) -> tuple[dict[str, Any], NewPasskey]:
    now = clock.now()
    row = await fetch_one(
        "SELECT id, email, passkey, display_name, choices, created_at FROM pending_account "
        "WHERE token_hash = {} AND token_expires_at > {} AND created_at > {} AND passkey IS NOT NULL",
        digest(token),
        now,
        now - KEPT,
    )
    if row is None:
        raise LinkDeadError
    return row, msgspec.json.decode(row["passkey"], type=NewPasskey)


def _checked(draft: PasskeyJoin) -> tuple[str, str]:
    email, name = normal_email(draft.email), tidy(draft.display_name)
    raise_any(
        [
            problem_with_email(email),
            problem_with_display_name(name),
            problem_with_age(over_18=draft.over_18),
        ]
    )
    return email, name
