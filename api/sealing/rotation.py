"""Changing the key that seals: a new one, all texts sealed anew with it, and the old one taken away."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from api.sealing import keys
from api.sealing.proofs import check_keys
from api.sealing.resealing import Tell, reseal
from api.sealing.uses import Connection, sealed_with

SECONDS_TO_SETTLE = 60.0
"""From when a key no longer seals until it can go: whatever was sealed with it just before is written by then."""


_ONE_AT_A_TIME = 0x5345414C  # any constant: the key of an advisory lock


class NotNowError(Exception):
    """The keys cannot be changed just now; the message is one line that says what to do."""


async def rotate(connection: Connection, *, tell: Tell | None = None) -> int:
    """Seal all texts with a new key, or go on where that was stopped; how many rows were sealed anew.

    A site may serve meanwhile: from the moment the new key is in the file, every process seals with it, and all of
    them open what is under either.

    Where the keys are in the environment their last one is the new one: nothing is made here.

    Raises:
        NotNowError: Somebody else is changing the keys.
        SettingError: The keys are damaged, missing, or those of another database.
    """
    async with _alone(connection):
        return await _rotate(connection, tell)


async def _rotate(connection: Connection, tell: Tell | None) -> int:
    await check_keys(connection)
    if not keys.are_in_environment() and not await _older_in_use(connection):
        keys.replace(keys.with_new_key(keys.keys()))
        await check_keys(connection)  # notes the new one
    changed = 0
    while await _older_in_use(connection):
        changed += await reseal(connection, tell=tell)
    return changed


async def retire(connection: Connection) -> list[str]:
    """Take away all keys but the present one; their ids. Waits until nobody can be using one that was just replaced.

    Raises:
        NotNowError: Some texts are sealed with them, or somebody else is changing the keys.
        SettingError: The keys are damaged, missing, or those of another database.
    """
    async with _alone(connection):
        return await _retire(connection)


async def _retire(connection: Connection) -> list[str]:
    await check_keys(connection)
    held = keys.keys()
    old = sorted(held.sealing.keys() - {held.present})
    if not old:
        return []
    if not keys.are_in_environment():
        left = keys.file().stat().st_mtime + SECONDS_TO_SETTLE - time.time()
        await asyncio.sleep(min(max(0.0, left), SECONDS_TO_SETTLE))  # whatever the clock did meanwhile
    if used := await _older_in_use(connection):
        raise NotNowError(
            f"{sum(used.values()):,} texts are still sealed with {', '.join(used)}. "
            "Run `wherefore rotate-keys` first, until it ends by itself."
        )
    await connection.execute("DELETE FROM sealing_key WHERE id = ANY($1::text[])", old)
    if not keys.are_in_environment():
        keys.replace(keys.without(keys.keys(), set(old)))
    return old


@asynccontextmanager
async def _alone(connection: Connection) -> AsyncIterator[None]:
    """Two who write the file at once would lose a key, and all that is sealed with it."""
    if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _ONE_AT_A_TIME):
        raise NotNowError("Somebody else is changing the keys just now. Run this again when they are done.")
    try:
        yield
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", _ONE_AT_A_TIME)


async def _older_in_use(connection: Connection) -> Mapping[str, int]:
    """How many texts are sealed with each key but the present one."""
    present = keys.keys().present
    return {key: texts for key, texts in (await sealed_with(connection)).items() if key != present}
