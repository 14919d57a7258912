"""Guessing at passwords: each try is counted before the password is looked at, and given back when it was right.

Counted first, many tries at once are no more than one after the other. Given back, whoever knows their password never
meets a limit by it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from api.database import fetch_one
from api.limits.caller import calling_from, known_browser, known_browser_cookie
from api.limits.errors import TooManyError
from api.limits.keys import EVERYONE
from api.limits.limit import Limit
from api.limits.policies import (
    SECOND_FACTOR_ACCOUNT,
    SECOND_FACTOR_ADDRESS,
    SECOND_FACTOR_KNOWN,
    SECOND_FACTOR_KNOWN_ALL,
    SECOND_FACTOR_RESET,
    SIGN_IN_ACCOUNT,
    SIGN_IN_ADDRESS,
    SIGN_IN_EVERYONE,
    SIGN_IN_KNOWN,
    SIGN_IN_KNOWN_ALL,
)
from api.limits.services import Spent, give_back, spend


@asynccontextmanager
async def counted(*tries: tuple[Limit, str]) -> AsyncIterator[None]:
    """Let one password be tried. It stays counted unless the block ends without an error.

    Args:
        tries: What it is counted for: limits, and whose.

    Raises:
        TooManyError: One of the limits was met. Nothing was spent, and the block is not entered.
    """
    spent: list[Spent | None] = []
    try:
        for limit, who in tries:
            spent.append(await spend(limit, who=who))
    except TooManyError:
        for one in spent:
            await give_back(one)
        raise
    yield
    for one in spent:
        await give_back(one)


async def mark_of_browser(account: UUID) -> str:
    """What a browser carries by which `at_sign_in` knows it, until its member has another password."""
    return known_browser_cookie(account, password_hash=await _hash_of(account))


def at_sign_in(email: str, account: UUID | None, *, password_hash: str | None) -> list[tuple[Limit, str]]:
    """What a password typed for an e-mail address is counted for; the same whether or not there is such an account.

    A browser that signed in to the account before is counted by itself: no stranger, nor anybody behind the same
    address, can use up its tries.
    """
    known = None if account is None else known_browser(account, password_hash=password_hash or "")
    if known is not None:
        # Each sign-in makes a browser known, so whoever once knew the password may have collected many.
        return [(SIGN_IN_KNOWN, f"member {account} browser {known}"), (SIGN_IN_KNOWN_ALL, f"member {account}")]
    return [*_from_there(SIGN_IN_ADDRESS), (SIGN_IN_ACCOUNT, f"email {email}"), (SIGN_IN_EVERYONE, EVERYONE)]


async def at_codes(account: UUID, *, resetting: bool = False) -> list[tuple[Limit, str]]:
    """What a code is counted for that somebody types who knew the password, or reads the mails of the account.

    Neither of the two uses up the tries of the other, nor those of a browser that signed in before: for that somebody
    needed a code. So whoever has the password alone keeps its owner from neither.
    """
    if resetting:
        return [*_from_there(SECOND_FACTOR_ADDRESS), (SECOND_FACTOR_RESET, f"member {account}")]
    if (browser := known_browser(account, password_hash=await _hash_of(account))) is not None:
        return [
            (SECOND_FACTOR_KNOWN, f"member {account} browser {browser}"),
            (SECOND_FACTOR_KNOWN_ALL, f"member {account}"),
        ]
    return [*_from_there(SECOND_FACTOR_ADDRESS), (SECOND_FACTOR_ACCOUNT, f"member {account}")]


def at_oneself(account: UUID) -> tuple[Limit, str]:
    """What a password is counted for that somebody types who is signed in already."""
    return SIGN_IN_KNOWN, f"again {account}"


async def _hash_of(account: UUID) -> str:
    row = await fetch_one("SELECT password_hash FROM account WHERE id = {}", account)
    return "" if row is None else row["password_hash"] or ""


def _from_there(limit: Limit) -> list[tuple[Limit, str]]:
    address = calling_from()
    return [] if address is None else [(limit, f"address {address}")]
