"""Leaving: hidden from everybody at once, a week to come back, then gone everywhere, and gone after a restore too."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import msgspec
import structlog

from api import clock, journal, protections
from api.accounts.holding import hold_proved, hold_signed_in
from api.accounts.leaving import UNDO
from api.accounts.links import end_links
from api.accounts.schemas import Credential, Member, Proof
from api.database import fetch, fetch_one, transaction
from api.errors import NotFoundError
from api.events import tell_no_webhook_of
from api.journal import Decision
from api.mail.letters import letter
from api.mail.schemas import MailKind
from api.mail.services import send
from api.moderation.retention import keep_for_cases
from api.moderation.suspended_addresses import hand_on_cases
from api.privacy.protecting_again import protect_again
from api.privacy.remains import erase_what_refers_to_nobody
from api.profiles.list_orders import order_all_lists, take_orders_back
from api.profiles.locks import lock_member
from api.profiles.returning import give_vectors_back, texts_to_match
from api.profiles.vectors import remove_vectors, with_vectors

logger = structlog.get_logger()

REPORTABLE = timedelta(days=3)
"""For so long after somebody wrote to another, their account is not deleted at once, without the week."""


class Replayed(msgspec.Struct, frozen=True):
    """What the journal says and the database did not."""

    accounts: int = 0
    """Whose members had decided otherwise about them."""
    protections: int = 0
    unreadable: int = 0
    """Lines that are damaged, or sealed with other keys than those here."""


async def leave(actor: Member, *, credential: Credential | None = None, proof: Proof | None = None) -> datetime:
    """Hide the actor from everybody at once and end all their sessions and tokens; when they will be gone for good.

    Whether it is really they who ask must have been found out before; what that was found out by is looked at once
    more, where it is given, under the lock that everything takes which ends it.

    Raises:
        NotSignedInError: What they are signed in with was ended meanwhile.
        WrongCredentialsError: Their password was changed meanwhile.
        NotFoundError: The account is gone, or leaving already.
        JournalUnavailableError: It cannot be written down outside of the database; nothing was changed.
    """
    now = clock.now()
    noted = False
    try:
        async with transaction():
            if proof is not None:
                await hold_proved(proof)
            if credential is not None:
                await hold_signed_in(actor, credential)
            email = await _hide(actor.id, since=now)
            await send(to=email, mail=letter(MailKind.ACCOUNT_DELETED))
            await journal.note(actor.id, Decision.LEAVING)
            noted = True
    except BaseException:
        if noted:  # it could not be committed after all
            await journal.note(actor.id, Decision.BACK)
        raise
    return now + UNDO


async def leaves_at(member_id: UUID) -> datetime | None:
    """When a member who asked to be erased will be gone; None for everyone else."""
    row = await fetch_one("SELECT erased_at FROM account WHERE id = {} AND erased_at IS NOT NULL", member_id)
    return None if row is None else row["erased_at"] + UNDO


async def reportable_until(member_id: UUID) -> datetime | None:
    """Until when whoever the member wrote to lately shall be able to report it; None if they wrote to nobody.

    Nothing is deleted sooner: else one could insult somebody and be gone with the words before they are read.
    """
    row = await fetch_one(
        "SELECT max(wrote_at) AS last FROM (SELECT created_at FROM message WHERE author = {} UNION ALL "
        "SELECT created_at FROM connection_request WHERE sender = {} UNION ALL "
        "SELECT at FROM request_event WHERE actor = {} AND text IS NOT NULL) AS written (wrote_at) WHERE wrote_at > {}",
        member_id,
        member_id,
        member_id,
        clock.now() - REPORTABLE,
    )
    return None if row is None or row["last"] is None else row["last"] + REPORTABLE


async def stay(member_id: UUID) -> Member:
    """Undo what a member asked for: everything is as it was, but for sessions and tokens, which stay ended.

    Raises:
        NotFoundError: There is no such member who is leaving: they are gone, or back already.
        JournalUnavailableError: It cannot be written down outside of the database; nothing was changed.
    """
    return await with_vectors(await texts_to_match(member_id), partial(bring_back, member_id))


async def bring_back(member_id: UUID, vectors: Mapping[str, str]) -> Member:
    """The same, with the vectors of what they are matched on; a part of the caller's transaction, if there is one.

    Raises:
        UnencodedError: Some of the vectors are missing.
        NotFoundError: There is no such member who is leaving.
        JournalUnavailableError: It cannot be written down outside of the database; nothing was changed.
    """
    async with transaction():
        back = await fetch(
            "UPDATE account SET erased_at = NULL WHERE id = {} AND erased_at IS NOT NULL RETURNING id, display_name",
            member_id,
        )
        if not back:
            raise NotFoundError
        await _end_credentials(member_id)
        await give_vectors_back(member_id, vectors)
        await order_all_lists(member_id)
        await journal.note(member_id, Decision.BACK)
        return Member(id=member_id, display_name=back[0]["display_name"])


async def erase(member_id: UUID, *, asked_before: datetime | None = None) -> bool:
    """Delete an account and all that hangs on it, everywhere and for good; whether there was one to delete.

    Args:
        member_id: Whose.
        asked_before: Only if they asked for it before this moment; None whether or not they did.

    Raises:
        JournalUnavailableError: It cannot be written down outside of the database; nothing was deleted.
    """
    async with transaction():
        # All of the row, which is about to go: whoever would refer to it waits, and then finds it gone.
        found = await fetch_one(
            "SELECT email FROM account WHERE id = {} AND ({}::timestamptz IS NULL OR erased_at <= {}) FOR UPDATE",
            member_id,
            asked_before,
            asked_before,
        )
        if found is None:
            return False
        await remove_vectors(member_id)
        await take_orders_back(member_id)
        await erase_what_refers_to_nobody(member_id, email=found["email"])
        await keep_for_cases(member_id)
        await fetch("DELETE FROM account WHERE id = {}", member_id)
        await hand_on_cases()
        await journal.note(member_id, Decision.GONE)
    return True


async def erase_due() -> int:
    """The job: erase everyone who asked for it a week ago and did not come back; how many there were."""
    over = clock.now() - UNDO
    due = await fetch("SELECT id FROM account WHERE erased_at <= {} ORDER BY erased_at, id", over)
    return sum([await erase(row["id"], asked_before=over) for row in due])


async def replay() -> Replayed:
    """Before anything is served: let no account live again in a database from a backup, nor out of its protection.

    What was erased is erased again, who was leaving is leaving again, and who came back stays. Before that, what
    somebody did to be protected holds again: also from those who are about to be erased.
    """
    entries, damaged = await asyncio.to_thread(journal.read, journal.journal_file())
    noted, closed = await asyncio.to_thread(protections.standing, entries)
    if closed:
        logger.error("protections_unreadable", lines=closed)
    protected = await protect_again(noted)
    return Replayed(await _replay_leaving(journal.last_decisions(entries)), protected, damaged + closed)


async def _replay_leaving(decisions: dict[UUID, journal.Entry]) -> int:
    mended = 0
    there = await fetch("SELECT id, erased_at FROM account WHERE id = ANY({}::uuid[])", list(decisions))
    for row in there:
        entry = decisions[row["id"]]
        if entry.decision is Decision.GONE:
            mended += await erase(entry.account)
        elif entry.decision is Decision.LEAVING and row["erased_at"] is None:
            async with transaction():
                await _hide(entry.account, since=entry.at)
            mended += 1
        elif entry.decision is Decision.BACK and row["erased_at"] is not None and row["erased_at"] <= entry.at:
            await stay(entry.account)
            mended += 1
    if mended:
        logger.warning("erasures_replayed", accounts=mended)
    return mended


async def _hide(member_id: UUID, *, since: datetime) -> str:
    """Hide a member from everybody; their address."""
    await lock_member(member_id)
    [row] = await fetch("UPDATE account SET erased_at = {} WHERE id = {} RETURNING email", since, member_id)
    await _end_credentials(member_id)
    await remove_vectors(member_id)
    await take_orders_back(member_id)
    return str(row["email"])


async def _end_credentials(member_id: UUID) -> None:
    for table in ("session", "access_token", "pending_sign_in", "passkey_challenge"):
        await fetch(f"DELETE FROM {table} WHERE account = {{}}", member_id)
    await tell_no_webhook_of(member_id)
    # Those that undo go on: whoever got in must not close its member's way back by leaving and staying after all.
    await end_links(member_id)
