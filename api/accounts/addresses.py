"""Whose address it is: the form that all variants of an address share, and what is kept of it for blocks."""

import re
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import idna

from api import clock
from api.accounts.errors import MailboxFullError
from api.accounts.schemas import LinkPurpose
from api.database import fetch, transaction
from api.limits.errors import TooManyError
from api.limits.policies import MAILBOX_ACCOUNTS
from api.limits.services import give_back, spend
from api.sealing import keyed_digest

_NAMES = {
    "gmail.com": ("googlemail.com",),
    "icloud.com": ("me.com", "mac.com"),
    "proton.me": ("protonmail.com", "protonmail.ch", "pm.me"),
    "yandex.ru": ("ya.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua", "narod.ru"),
}
"""The other names of providers: what stands before the at sign is one person under each of them."""
_ONE_NAME = {other: name for name, others in _NAMES.items() for other in others}
_SAME_TO_THEM: dict[str, dict[int, int | None]] = {
    "gmail.com": str.maketrans("", "", "."),
    "proton.me": str.maketrans("", "", ".-_"),
    "yandex.ru": {ord("-"): ord(".")},
}
"""The signs that a provider does not tell apart, or does not read at all."""
_NAME_BEFORE_THE_DOMAIN = ("fastmail.com", "fastmail.fm")
"""Providers who deliver what is written to anything at a subdomain to the person of that name."""
_YAHOO = re.compile(r"(yahoo|ymail|rocketmail)\.[a-z]{2,3}(\.[a-z]{2})?")
"""Its tags stand after a hyphen, which no name there has."""

_FILLED_AT_ONCE = 500

ACCOUNTS_OF_A_MAILBOX = 3
"""So many under variants of one address: each account has quotas of its own, and a tag after a plus sign is free."""


def canonical_address(email: str) -> str:
    """The form that variants of an address share, all of which usually reach the same person.

    In lower case, without a tag after a plus sign, without what the provider does not read, under the first of its
    names, and with the domain in its ASCII form (UTS 46).
    """
    local, _, domain = unicodedata.normalize("NFKC", email.strip()).casefold().rpartition("@")
    try:
        domain = idna.encode(domain.rstrip("."), uts46=True, transitional=False).decode("ascii")
    except idna.IDNAError:
        domain = domain.rstrip(".")
    local, domain = local.partition("+")[0] or local, _ONE_NAME.get(domain, domain)
    if _YAHOO.fullmatch(domain):
        local = local.partition("-")[0] or local
    name, _, provider = domain.partition(".")
    if provider in _NAME_BEFORE_THE_DOMAIN:
        local, domain = name, provider
    return f"{local.translate(_SAME_TO_THEM.get(domain, {})) or local}@{domain}"


def address_digest(email: str) -> bytes:
    """What is kept of an address so that a block outlives the account: nobody without the key can tell whose it is.

    Whoever writes `account.email` writes this beside it, as `address_digest`: the blocks against it then apply.
    """
    return keyed_digest(canonical_address(email), about="account.address")


@asynccontextmanager
async def one_more_in_mailbox(email: str, *, was: str | None = None) -> AsyncIterator[None]:
    """Let an account take on an address in the block, if not too many have come to its mailbox in the last month.

    Also those count that are gone or have moved on: else whoever deletes one account after the other, or moves them to
    and fro, would have new quotas with each. It counts only where the block ends without an error, and is around its
    transaction.

    Args:
        email: The address.
        was: The one that the account had before, if any; within its mailbox it may take on another as it likes.

    Raises:
        MailboxFullError: There were too many.
    """
    mailbox = canonical_address(email)
    if was is not None and canonical_address(was) == mailbox:
        yield
        return
    try:
        spent = await spend(MAILBOX_ACCOUNTS, who=f"mailbox {mailbox}")
    except TooManyError as error:
        raise MailboxFullError from error
    try:
        yield
    except BaseException:
        await give_back(spent)
        raise


async def check_room_in_mailbox(email: str) -> None:
    """Hold that not too many accounts have variants of an address, right after one has taken it on.

    Those that moved away and may be brought back by a mail count too. Called in the transaction that writes it: what
    applies blocks to it has locked the digest until that ends, so that of several at once each sees those before it.
    Never before the address was confirmed, so that no stranger learns whether there are others.

    Raises:
        MailboxFullError: There are more than one mailbox may have.
    """
    digest = address_digest(email)
    rows = await fetch(
        "SELECT id, NULL AS email FROM account WHERE address_digest = {} UNION SELECT link.account, link.email "
        "FROM mailed_link AS link JOIN account ON account.id = link.account "
        "WHERE link.purpose = {} AND link.expires_at > {} AND account.email <> link.email",
        digest,
        LinkPurpose.UNDO,
        clock.now(),
    )
    there = {row["id"] for row in rows if row["email"] is None or address_digest(row["email"]) == digest}
    if len(there) > ACCOUNTS_OF_A_MAILBOX:
        raise MailboxFullError


async def fill_missing_digests() -> int:
    """Give accounts that are older than digests theirs, so that blocks of them hold too; how many there were.

    Made-up members, whom nobody can come back as, need none.
    """
    filled = 0
    while True:
        async with transaction():
            rows = await fetch(
                "SELECT id, email FROM account WHERE address_digest IS NULL AND password_hash IS NOT NULL "
                "AND created_at <= {} ORDER BY id LIMIT {} FOR NO KEY UPDATE",
                clock.now(),
                _FILLED_AT_ONCE,
            )
            for row in rows:
                await fetch(
                    "UPDATE account SET address_digest = {} WHERE id = {}", address_digest(row["email"]), row["id"]
                )
        filled += len(rows)
        if len(rows) < _FILLED_AT_ONCE:
            return filled
