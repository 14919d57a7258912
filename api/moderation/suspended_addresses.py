"""Suspending accounts in a way that holds when their member comes back under a variant of the same address.

Beside the case stands a keyed digest of the address (`api.accounts.addresses`). Every account with that digest is
suspended with it, whether it exists already, is made later, or takes on the address: a trigger of the database sees to
the latter. Its member reads the same notice, and may appeal. Where no mail goes out an address proves nothing, and
somebody else's words would be shown to whoever types it: there nothing is kept.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from api import clock
from api.connections.request_rows import lock_members
from api.database import fetch
from api.settings import settings

ADDRESSES_KEPT: Final = timedelta(days=365)
"""Once the account is gone."""

_ADDRESS = 1112294211
"""What keeps the advisory locks on addresses apart from others; the triggers take the same."""

_STANDS = "r.decision = 'account_suspended' AND r.appeal_outcome IS DISTINCT FROM 'overturned'"

OF_ONES_ADDRESS: Final = (
    "SELECT known.report FROM suspended_address AS known JOIN account AS a ON a.address_digest = known.digest "
    "WHERE a.id = {}"
)
"""The cases by which a member is suspended because of their address."""


async def suspend_or_lift(case_id: UUID, reported: UUID | None) -> None:
    """Let the accounts that a case is about be suspended or not, as all decisions that stand say together.

    Within the transaction that decides.
    """
    same = await fetch(
        "SELECT id FROM account WHERE id = {} OR address_digest IN (SELECT digest FROM suspended_address "
        "WHERE report = {} UNION ALL SELECT address_digest FROM account WHERE id = {})",
        reported,
        case_id,
        reported,
    )
    await lock_members(*(row["id"] for row in same))
    about = {row["id"] for row in same}
    if reported is not None:
        about |= await keep_addresses(reported)
    await fetch(
        f"DELETE FROM suspended_address WHERE report IN (SELECT r.id FROM report AS r WHERE r.id = {{}} "
        f"AND NOT ({_STANDS}))",
        case_id,
    )
    await fetch(
        f"UPDATE account SET suspended_at = CASE WHEN EXISTS (SELECT 1 FROM report AS r WHERE r.reported = account.id "
        f"AND {_STANDS}) OR EXISTS (SELECT 1 FROM suspended_address AS known JOIN report AS r ON r.id = known.report "
        f"WHERE known.digest = account.address_digest AND r.reporter IS DISTINCT FROM account.id AND {_STANDS}) "
        "THEN coalesce(suspended_at, {}) END WHERE id = ANY({}::uuid[])",
        clock.now(),
        sorted(about),
    )


async def keep_addresses(reported: UUID) -> set[UUID]:
    """Keep the digest of a suspended member's address, from now on; which accounts have it.

    Also before their account goes: then the time begins after which the digest goes too.
    """
    now = clock.now()
    await fetch(
        f"UPDATE suspended_address SET kept_at = {{}} WHERE report IN (SELECT r.id FROM report AS r "
        f"WHERE r.reported = {{}} AND {_STANDS})",
        now,
        reported,
    )
    if settings().smtp is None:
        return set()
    kept = await fetch(
        "INSERT INTO suspended_address (report, digest, kept_at) SELECT r.id, a.address_digest, {} FROM report AS r "
        f"JOIN account AS a ON a.id = r.reported WHERE a.id = {{}} AND a.address_digest IS NOT NULL AND {_STANDS} "
        "ON CONFLICT (report, digest) DO UPDATE SET kept_at = excluded.kept_at RETURNING digest",
        now,
        reported,
    )
    found = set()
    for digest in sorted({bytes(row["digest"]) for row in kept}):
        await fetch("SELECT pg_advisory_xact_lock(hashtextextended({}, {}))", digest.hex(), _ADDRESS)
        found |= {row["id"] for row in await fetch("SELECT id FROM account WHERE address_digest = {}", digest)}
    return found


async def hand_on_cases() -> None:
    """Give a case whose account is gone to another one with the same address, if there is one."""
    await fetch(
        "UPDATE report AS r SET reported = a.id FROM suspended_address AS known "
        "JOIN account AS a ON a.address_digest = known.digest "
        "WHERE known.report = r.id AND r.reported IS NULL AND r.reporter IS DISTINCT FROM a.id"
    )


async def forget_suspended_addresses() -> int:
    """Delete the digests of suspended addresses whose account is long gone; how many there were."""
    gone = await fetch(
        "DELETE FROM suspended_address AS known WHERE kept_at <= {} AND NOT EXISTS (SELECT 1 FROM report AS r "
        "WHERE r.id = known.report AND r.reported IS NOT NULL) RETURNING id",
        clock.now() - ADDRESSES_KEPT,
    )
    return len(gone)
