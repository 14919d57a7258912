"""Spending: one statement each, that holds across all workers."""

import time
from datetime import timedelta
from typing import Any

import msgspec
import structlog

from api import clock
from api.database import fetch, fetch_one
from api.engine import DatabaseUnavailableError
from api.limits.caller import spent_by_call
from api.limits.errors import TooManyError
from api.limits.keys import key_of
from api.limits.limit import LONGEST_LEASE_SECONDS, Fails, Limit, Standing, Window
from api.limits.policies import windows_of
from api.piccolo_conf import DB

logger = structlog.get_logger()

MOST_LEASES = 20_000
"""Kept by one process; beyond that all of them are forgotten, which costs a statement each."""

CLOCKS_APART = 60
"""Seconds by which the clocks of several machines may differ."""

_MICROSECONDS = 1_000_000
_leases: dict[bytes, tuple[int, float, "Spent"]] = {}


class Spent(msgspec.Struct, frozen=True):
    """What was spent, so that it can be given back."""

    key: bytes
    stamp: int
    standings: tuple[Standing, ...]


async def spend(limit: Limit, *, who: str) -> Spent | None:
    """Count one more for an account or an address, or refuse. None where a limit that fails open could not be asked.

    Never called within a transaction, which could be rolled back and take back what was spent.

    Raises:
        TooManyError: Nothing is left just now. Nothing was spent either.
        DatabaseUnavailableError: The database does not answer, and the limit fails closed.
        RuntimeError: It is called within a transaction.
    """
    if DB.transaction_exists():
        raise RuntimeError(f"The limit {limit.name} is spent within a transaction.")
    key = key_of(limit.name, who)
    if limit.lease > 1 and (leased := _from_lease(key)) is not None:
        return leased
    try:
        return await _spend(limit, key)
    except DatabaseUnavailableError:
        if limit.fails is Fails.CLOSED:
            raise
        return None


async def give_back(spent: Spent | None) -> None:
    """Take one back that turned out not to count, such as a sign-in that was right."""
    if spent is None:
        return
    await fetch(
        "UPDATE rate_spent SET spent = spent[:array_position(spent, {}) - 1] || spent[array_position(spent, {}) + 1:] "
        "WHERE key = {} AND array_position(spent, {}) IS NOT NULL",
        spent.stamp,
        spent.stamp,
        spent.key,
        spent.stamp,
    )


async def give_back_what_call_spent() -> None:
    """Take back what the call that is being answered spent of the limits of its route; that it came still counts."""
    spent = spent_by_call()
    while spent:
        await give_back(spent.pop())


async def forget_spent() -> int:
    """Delete what counts no more; how many rows that were."""
    return len(await fetch("DELETE FROM rate_spent WHERE ends_at <= {} RETURNING 1 AS one", clock.now()))


async def _spend(limit: Limit, key: bytes) -> Spent:
    windows = tuple(Window(max(1, window.most // limit.lease), window.seconds) for window in windows_of(limit))
    now = clock.now()
    stamp = int(now.timestamp() * _MICROSECONDS)
    ends_at = now + timedelta(seconds=max(window.seconds for window in windows))
    ahead = stamp + CLOCKS_APART * _MICROSECONDS
    row = await fetch_one(_statement(windows), key, [stamp], ends_at, ahead, ahead, *_begins(windows, stamp))
    if row is None:
        raise await _too_many(limit, key, windows, stamp)
    spent = Spent(key, row["spent"][-1], _standings(limit, windows, row["spent"], stamp))
    if limit.lease > 1:
        if len(_leases) >= MOST_LEASES:
            _leases.clear()
        _leases[key] = (limit.lease - 1, time.monotonic() + LONGEST_LEASE_SECONDS, spent)
    return spent


def _from_lease(key: bytes) -> Spent | None:
    left, until, spent = _leases.get(key, (0, 0.0, None))
    if spent is None or not left or time.monotonic() >= until:
        return None
    _leases[key] = (left - 1, until, spent)
    return spent


def _statement(windows: tuple[Window, ...]) -> str:
    """Add a stamp where every window has room: the one that would be too many back is before the window's beginning.

    PostgreSQL locks the row before it looks, so that of several at once each sees what those before it spent. Where
    there is no room nothing is written, and no row comes back. What a clock has written that ran ahead counts no more
    when it is right again: nobody is to wait for a time that was wrong.
    """
    most = max(window.most for window in windows)
    room = " AND ".join(
        f"coalesce(kept.spent[cardinality(kept.spent) - {window.most - 1}] <= {{}}, true)" for window in windows
    )
    return (
        "INSERT INTO rate_spent AS kept (key, spent, ends_at) VALUES ({}, {}::bigint[], {}) "
        "ON CONFLICT (key) DO UPDATE SET ends_at = excluded.ends_at, "
        "spent = CASE WHEN kept.spent[cardinality(kept.spent)] > {} THEN excluded.spent ELSE (kept.spent || "
        "greatest(excluded.spent[1], kept.spent[cardinality(kept.spent)] + 1))"
        f"[greatest(1, cardinality(kept.spent) + 2 - {most}):] END "
        f"WHERE kept.spent[cardinality(kept.spent)] > {{}} OR ({room}) RETURNING spent"
    )


def _begins(windows: tuple[Window, ...], stamp: int) -> list[int]:
    return [stamp - window.seconds * _MICROSECONDS for window in windows]


async def _too_many(limit: Limit, key: bytes, windows: tuple[Window, ...], stamp: int) -> TooManyError:
    row: dict[str, Any] = await fetch_one("SELECT spent FROM rate_spent WHERE key = {}", key) or {"spent": []}
    standings = _standings(limit, windows, row["spent"], stamp)
    waits = [standing.resets_in for standing in standings if not standing.remaining]
    return TooManyError(retry_after=max(waits, default=1), standings=standings)


def _standings(limit: Limit, windows: tuple[Window, ...], spent: list[int], stamp: int) -> tuple[Standing, ...]:
    found = []
    for window in windows:
        inside = [one for one in spent if one > stamp - window.seconds * _MICROSECONDS][-window.most :]
        first = inside[0] if inside else stamp
        waits = -(-(first + window.seconds * _MICROSECONDS - stamp) // _MICROSECONDS)
        found.append(
            Standing(
                name=limit.name if len(windows) == 1 else f"{limit.name}-{window.seconds}",
                window=Window(window.most * limit.lease, window.seconds),
                remaining=(window.most - len(inside)) * limit.lease,
                resets_in=max(1, waits),
            )
        )
    return tuple(found)
