"""Goes through all sealed columns, some rows at a time, and seals what is in clear or under an older key.

Every batch is a transaction of its own, and a row is written only where it is still as it was read, so this can be
stopped anywhere, run again, and run while a site serves.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

import asyncpg

from api.patience import alter
from api.sealing import keys
from api.sealing.columns import SealedColumn, sealed_columns
from api.sealing.tokens import SealBrokenError, key_of, opened, seal
from api.sealing.uses import Connection

AT_A_TIME = 500
"""Rows that are locked together, for some hundredths of a second."""
_TRIES = 5

Tell = Callable[[int, int], None]
"""Is told how many rows were looked at, and how many there are about."""


async def seal_what_is_clear(connection: Connection, *, tell: Tell | None = None) -> int:
    """Seal what was written before its column was a sealed one, and hold from then on that all of it is sealed.

    Returns:
        How many rows were sealed.
    """
    held = {
        row["conname"]: row["convalidated"]
        for row in await connection.fetch("SELECT conname, convalidated FROM pg_constraint WHERE contype = 'c'")
    }
    new = [column for column in sealed_columns() if not held.get(column.constraint)]
    for column in new:
        if column.constraint not in held:  # first, so that nothing more comes in clear
            await alter(
                connection,
                f'ALTER TABLE "{column.table}" ADD CONSTRAINT "{column.constraint}" '
                f"CHECK ({column.condition}) NOT VALID",
            )
    done = await _walk(connection, {column.table for column in new}, tell=tell, clear=True)
    for column in new:
        await alter(connection, f'ALTER TABLE "{column.table}" VALIDATE CONSTRAINT "{column.constraint}"')
    return done


async def reseal(connection: Connection, *, tell: Tell | None = None) -> int:
    """Seal anew all that is under an older key than the present one; how many rows that were."""
    return await _walk(connection, set(_by_table()), tell=tell, clear=False)


def _by_table() -> dict[str, list[SealedColumn]]:
    columns: dict[str, list[SealedColumn]] = defaultdict(list)
    for column in sealed_columns():
        columns[column.table].append(column)
    return columns


async def _walk(connection: Connection, tables: set[str], *, tell: Tell | None, clear: bool) -> int:
    counts = {table: await connection.fetchval(f'SELECT count(*) FROM "{table}"') for table in sorted(tables)}
    looked_at, changed = 0, 0
    for table in counts:
        columns = _by_table()[table]
        after = UUID(int=0)
        while True:
            rows = await _tried(connection, table, columns, after, clear=clear)
            if rows is None:
                break
            after, looked, written = rows
            looked_at, changed = looked_at + looked, changed + written
            if tell is not None:
                tell(looked_at, max(looked_at, sum(counts.values())))
    return changed


async def _tried(
    connection: Connection, table: str, columns: list[SealedColumn], after: UUID, *, clear: bool
) -> tuple[UUID, int, int] | None:
    for tried in range(1, _TRIES + 1):
        try:
            async with connection.transaction():
                return await _batch(connection, table, columns, after, clear=clear)
        except asyncpg.DeadlockDetectedError:  # a member who leaves takes rows in an order of their own
            if tried == _TRIES:
                raise
            await asyncio.sleep(0.1 * tried)
    raise AssertionError


async def _batch(
    connection: Connection, table: str, columns: list[SealedColumn], after: UUID, *, clear: bool
) -> tuple[UUID, int, int] | None:
    """The last id, how many rows were looked at, and how many written; None at the end."""
    names = ", ".join(f'"{column.column}"' for column in columns)
    key = f'"{columns[0].key}"'
    # What is sealed anew says the same as before: tables whose rows are never changed let it pass.
    await connection.execute("SET LOCAL wherefore.sealing_anew = 'on'; SET LOCAL statement_timeout = 0")
    rows = await connection.fetch(
        f'SELECT {key} AS id, {names} FROM "{table}" WHERE {key} > $1 ORDER BY {key} LIMIT $2 FOR NO KEY UPDATE',
        after,
        AT_A_TIME,
    )
    if not rows:
        return None
    fresh = await asyncio.to_thread(_sealed_anew, rows, columns, clear=clear)
    if fresh:
        places = ", ".join(f'"{column.column}" = given.c{place}' for place, column in enumerate(columns))
        given = ", ".join(f"c{place}" for place in range(len(columns)))
        kinds = ", ".join(f"${place + 2}::text[]" for place in range(len(columns)))
        await connection.execute(
            f'UPDATE "{table}" AS kept SET {places} FROM unnest($1::uuid[], {kinds}) AS given (id, {given}) '
            f"WHERE kept.{key} = given.id",
            [row_id for row_id, _ in fresh],
            *[[texts[place] for _, texts in fresh] for place in range(len(columns))],
        )
    return rows[-1]["id"], len(rows), len(fresh)


def _sealed_anew(
    rows: Sequence[Mapping[str, object]], columns: list[SealedColumn], *, clear: bool
) -> list[tuple[object, list[object]]]:
    """The rows that change, each with all its texts as they are to be."""
    present = keys.keys().present
    found = []
    for row in rows:
        before = [row[column.column] for column in columns]
        after = [
            _fresh(text, column, UUID(str(row["id"])), present=present, clear=clear)
            for text, column in zip(before, columns, strict=True)
        ]
        if after != before:
            found.append((row["id"], after))
    return found


def _fresh(text: object, column: SealedColumn, row: UUID, *, present: str, clear: bool) -> object:
    if not isinstance(text, str) or (text == "" and column.empty):
        return text
    try:
        plain = opened(text, about=column.about, row=row)
    except (SealBrokenError, keys.KeyMissingError):
        if not clear:
            raise
        # What somebody wrote before texts were sealed, even if it looks like a sealed one.
        return seal(text, about=column.about, row=row)
    return text if key_of(text) == present else seal(plain, about=column.about, row=row)
