"""What a database holds, asked of its own catalogue: whatever version of Wherefore made it."""

from typing import TypeAlias

import asyncpg

from api.backups.schemas import Column, TableCopied
from api.migration_steps import Step

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

# Made anew by whoever does jobs, or about work that is done; what limits count, which a crash loses too; and what
# migrations themselves write.
NOT_COPIED = frozenset({"migration", "pgqueuer_log", "pgqueuer_schedules", "pgqueuer_statistics", "rate_spent"})

_ALIKE_EVERYWHERE = frozenset(
    {
        *("boolean", "smallint", "integer", "bigint", "real", "double precision", "text", "character varying"),
        *("uuid", "date", "timestamp with time zone", "jsonb", "bytea", "vector", "halfvec"),
    }
)
"""Types whose binary form has been the same in all versions."""

OURS = (
    "c.relnamespace = current_schema()::regnamespace AND NOT EXISTS (SELECT FROM pg_depend AS d "
    "WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')"
)
"""Whatever is not part of an extension."""


async def names_of_tables(connection: Connection) -> list[str]:
    """All tables of Wherefore's schema, by name; of those in partitions the whole alone."""
    rows = await connection.fetch(
        f"SELECT c.relname FROM pg_class AS c WHERE {OURS} AND c.relkind IN ('r', 'p') AND NOT c.relispartition "
        'ORDER BY c.relname COLLATE "C"'
    )
    return [row["relname"] for row in rows]


async def tables(connection: Connection) -> tuple[TableCopied, ...]:
    """What is copied, in the order of names."""
    found = []
    for name in await names_of_tables(connection):
        if name not in NOT_COPIED:
            columns = await columns_of(connection, name)
            found.append(TableCopied(name, columns, all(_is_alike(column.type) for column in columns)))
    return tuple(found)


async def columns_of(connection: Connection, table: str) -> tuple[Column, ...]:
    """The columns of a table that can be written."""
    rows = await connection.fetch(
        "SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type FROM pg_attribute AS a "
        "JOIN pg_class AS c ON c.oid = a.attrelid WHERE c.relnamespace = current_schema()::regnamespace "
        "AND c.relname = $1 AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum",
        table,
    )
    return tuple(Column(row["name"], row["type"]) for row in rows)


async def steps(connection: Connection) -> tuple[Step, ...]:
    """The migrations that this database has seen; none if it is empty."""
    if await connection.fetchval("SELECT to_regclass('migration')") is None:
        return ()
    rows = await connection.fetch("SELECT app_name, name FROM migration")
    return tuple(sorted(Step(row["app_name"], row["name"]) for row in rows))


async def sequences(connection: Connection) -> dict[str, int]:
    """How far each sequence has come."""
    rows = await connection.fetch(
        "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema() "
        "AND last_value IS NOT NULL"
    )
    return {row["sequencename"]: row["last_value"] for row in rows}


async def size_of_tables(connection: Connection) -> int:
    """Bytes on the disk, without indexes."""
    found = await connection.fetchval(
        f"SELECT coalesce(sum(pg_table_size(c.oid)), 0)::bigint FROM pg_class AS c WHERE {OURS} AND c.relkind = 'r'"
    )
    return int(found)


async def number_of_members(connection: Connection) -> int:
    """How many accounts there are."""
    if await connection.fetchval("SELECT to_regclass('account')") is None:
        return 0
    return int(await connection.fetchval("SELECT count(*) FROM account"))


def quoted(name: str) -> str:
    """A name as PostgreSQL reads it, whatever letters it has."""
    return '"' + name.replace('"', '""') + '"'


def listed(columns: tuple[Column, ...]) -> str:
    """Columns as they stand in a statement."""
    return ", ".join(quoted(column.name) for column in columns)


def _is_alike(kind: str) -> bool:
    bare = kind.removesuffix("[]").partition("(")[0]
    if kind.endswith("[]") and bare in {"vector", "halfvec"}:
        return False  # carries a number of its type that each database makes up
    return bare in _ALIKE_EVERYWHERE
