"""Links in mails: each does one thing, once, for one account, for a short time; only a hash of it is kept."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec

from api import clock
from api.accounts.errors import LinkDeadError
from api.accounts.keys import digest, new_key
from api.accounts.schemas import LinkPurpose, LinkRead
from api.database import fetch, fetch_one

LASTS = {
    LinkPurpose.RESET: timedelta(minutes=10),
    LinkPurpose.SIGN_IN: timedelta(minutes=10),
    LinkPurpose.NEW_ADDRESS: timedelta(hours=24),
    LinkPurpose.UNDO: timedelta(days=7),
}
"""The mails say the same: `api.mail.letters`."""
ENDED_KEPT = timedelta(days=1)
"""For so long whoever holds a link that has run out, or was followed by a newer one, may have another mailed."""
MAILED_AGAIN = (LinkPurpose.RESET, LinkPurpose.SIGN_IN)


async def make_link(account: UUID, *, purpose: LinkPurpose, email: str) -> str:
    """The token of a new link, within the caller's transaction. Older links of the account for the same are dead.

    Not those that undo: whoever changes an address twice must not get rid of the way back to the first.
    """
    token, now = new_key(), clock.now()
    # Of two that ask at once, the second waits here and sees the first's link.
    await fetch("SELECT 1 FROM account WHERE id = {} FOR UPDATE", account)
    if purpose in MAILED_AGAIN:
        await fetch(
            "UPDATE mailed_link SET expires_at = least(expires_at, {}) WHERE account = {} AND purpose = {}",
            now,
            account,
            purpose,
        )
    elif purpose is not LinkPurpose.UNDO:
        await fetch("DELETE FROM mailed_link WHERE account = {} AND purpose = {}", account, purpose)
    await fetch(
        "INSERT INTO mailed_link (id, account, purpose, token_hash, email, created_at, expires_at) "
        "VALUES ({}, {}, {}, {}, {}, {}, {})",
        uuid4(),
        account,
        purpose,
        digest(token),
        email,
        now,
        now + LASTS[purpose],
    )
    return token


async def look_at_link(token: str, *, purpose: LinkPurpose) -> LinkRead:
    """What a link is for, which uses nothing up: programs that check mails open links too.

    Raises:
        LinkDeadError: It does nothing any more, or never did.
    """
    row = await fetch_one(
        "SELECT account, purpose, email, created_at FROM mailed_link "
        "WHERE token_hash = {} AND purpose = {} AND expires_at > {}",
        digest(token),
        purpose,
        clock.now(),
    )
    if row is None:
        raise LinkDeadError
    return msgspec.convert(row, LinkRead)


async def look_at_ended_link(token: str, *, purpose: LinkPurpose) -> LinkRead | None:
    """What a link was for that ran out lately or was followed by a newer one; None for one that was used or never was.

    Whoever holds it reads, or lately read, the mailbox that the account still has.
    """
    row = await fetch_one(
        "SELECT link.account, link.purpose, link.email, link.created_at FROM mailed_link AS link "
        "JOIN account ON account.id = link.account AND account.email = link.email "
        "WHERE link.token_hash = {} AND link.purpose = {} AND link.expires_at <= {} AND link.expires_at > {}",
        digest(token),
        purpose,
        clock.now(),
        clock.now() - ENDED_KEPT,
    )
    return None if row is None else msgspec.convert(row, LinkRead)


async def use_up_link(token: str, *, purpose: LinkPurpose) -> LinkRead:
    """The same, once: of two that use it at the same time one is refused. Within the caller's transaction.

    Raises:
        LinkDeadError: It does nothing any more, or never did.
    """
    link = await look_at_link(token, purpose=purpose)
    if not await fetch("DELETE FROM mailed_link WHERE token_hash = {} RETURNING id", digest(token)):
        raise LinkDeadError
    return link


async def end_links(account: UUID, *, undoing_too: bool = False) -> None:
    """Make the links that were mailed for an account worthless, within the caller's transaction.

    Those that bring an older address back go on, unless that is what `undoing_too` says.
    """
    await fetch(
        "DELETE FROM mailed_link WHERE account = {} AND (purpose <> {} OR {})", account, LinkPurpose.UNDO, undoing_too
    )


async def keep_ways_back(account: UUID) -> None:
    """Let the links that undo last as long from now as a new one would, within the caller's transaction.

    When the address is changed once more, or back: whoever has a later one would else only have to wait until nobody
    can undo what they do.
    """
    now = clock.now()
    await fetch(
        "UPDATE mailed_link SET expires_at = {} WHERE account = {} AND purpose = {} AND expires_at > {}",
        now + LASTS[LinkPurpose.UNDO],
        account,
        LinkPurpose.UNDO,
        now,
    )


async def end_ways_back(account: UUID, *, since: datetime) -> None:
    """Make the links worthless that undo what was changed since a moment, within the caller's transaction."""
    await fetch(
        "DELETE FROM mailed_link WHERE account = {} AND purpose = {} AND created_at >= {}",
        account,
        LinkPurpose.UNDO,
        since,
    )


async def undone_until(account: UUID) -> datetime | None:
    """Until when a mail may still undo what was changed of how an account is opened; None where none does."""
    row = await fetch_one(
        "SELECT max(expires_at) AS until FROM mailed_link WHERE account = {} AND purpose = {} AND expires_at > {}",
        account,
        LinkPurpose.UNDO,
        clock.now(),
    )
    return None if row is None else row["until"]


async def delete_ended_links() -> int:
    """Delete links that ran out a day ago, and questions for one that no job could answer within a day; how many."""
    now = clock.now()
    links = await fetch("DELETE FROM mailed_link WHERE expires_at <= {} RETURNING id", now - ENDED_KEPT)
    asked = await fetch("DELETE FROM mail_asked WHERE created_at <= {} RETURNING id", now - timedelta(days=1))
    return len(links) + len(asked)
