"""Joining: making an account of what was filled in, or keeping it until its address is confirmed."""

from datetime import datetime
from uuid import UUID, uuid4

from api import clock
from api.accounts.addresses import address_digest
from api.accounts.asking import is_taken
from api.accounts.fields import (
    normal_email,
    problem_with_age,
    problem_with_display_name,
    problem_with_email,
    raise_any,
)
from api.accounts.passwords import hash_password, problems_with_password
from api.accounts.pending import keep_sign_up
from api.accounts.schemas import AccountCreate, AccountCreated, Member
from api.database import fetch
from api.errors import ConflictError
from api.limits.caller import calling_from
from api.limits.policies import JOINING
from api.limits.services import spend
from api.settings import settings
from api.texts import tidy


async def create_account(
    draft: AccountCreate, *, choices: str | None = None, sign_up: UUID | None = None
) -> AccountCreated:
    """Sign someone up. For an address that is taken nothing is made, and nobody can tell.

    Where mail goes out the address is to be confirmed first; until then there is no account.

    Args:
        draft: What was filled in.
        choices: What was chosen besides, to be given back when the address is confirmed.
        sign_up: The id under which it waits for that, for a caller who will ask for it again.

    Raises:
        InvalidError: With an error for every field that cannot be used.
        TooManyError: Too many accounts were asked for from where the call comes from.
    """
    email, name = normal_email(draft.email), tidy(draft.display_name)
    raise_any(
        [
            problem_with_email(email),
            *await problems_with_password(draft.password, words=[email, name]),
            problem_with_display_name(name),
            problem_with_age(over_18=draft.over_18),
        ]
    )
    await count_for_the_address()
    # The hash is computed for a taken address too: it is what takes the time.
    password_hash = await hash_password(draft.password)
    if settings().smtp is not None:
        await keep_sign_up(
            email=email, password_hash=password_hash, display_name=name, choices=choices, sign_up=sign_up
        )
        return AccountCreated(next="confirm_email")
    await keep_account(email=email, password_hash=password_hash, display_name=name, adult_at=clock.now())
    return AccountCreated(next="sign_in")


async def count_for_the_address() -> None:
    """Let only so many join from one network address, but for a site that only its own machine can reach."""
    address = calling_from()
    if address is not None and (not settings().on_loopback or settings().trusted_proxies):
        await spend(JOINING, who=f"address {address}")


async def keep_account(
    *,
    email: str,
    display_name: str,
    adult_at: datetime,
    password_hash: str | None = None,
    account: UUID | None = None,
) -> Member | None:
    """Make an account of what was checked before; None when the address is somebody's by now, or may be again.

    Args:
        email: In its normal form.
        display_name: Tidied.
        adult_at: When they said that they are 18 or older.
        password_hash: None for whoever joins by a passkey.
        account: The id that their passkey names.
    """
    if await is_taken(email):
        return None
    member = Member(id=account or uuid4(), display_name=display_name)
    made = await fetch(
        "INSERT INTO account (id, email, address_digest, password_hash, display_name, created_at, confirmed_adult_at) "
        "VALUES ({}, {}, {}, {}, {}, {}, {}) ON CONFLICT (email) DO NOTHING RETURNING id",
        member.id,
        email,
        address_digest(email),
        password_hash,
        display_name,
        clock.now(),
        adult_at,
    )
    return member if made else None


async def enrol(*, email: str, display_name: str) -> Member:
    """Keep a member who exists only for show: without a password, so nobody ever signs in as them by one.

    Raises:
        InvalidError: The address or the name cannot be used.
        ConflictError: There is an account with this address.
    """
    normal, name = normal_email(email), tidy(display_name)
    raise_any([problem_with_email(normal), problem_with_display_name(name)])
    member, now = Member(id=uuid4(), display_name=name), clock.now()
    added = await fetch(
        "INSERT INTO account (id, email, address_digest, display_name, created_at, confirmed_adult_at) "
        "VALUES ({}, {}, {}, {}, {}, {}) ON CONFLICT (email) DO NOTHING RETURNING id",
        member.id,
        normal,
        address_digest(normal),
        name,
        now,
        now,
    )
    if not added:
        raise ConflictError("There is an account with this address.")
    return member
