"""Filling a database from a backup: the tables of its time, its rows, their indexes, then this version's tables."""

import itertools
from collections.abc import AsyncIterator, Callable, Iterable

import msgspec

from api import jobs
from api.backups import catalog
from api.backups.archive import ArchiveReader, Part
from api.backups.catalog import OURS, Connection, quoted
from api.backups.errors import BackupError
from api.backups.schemas import About, TableCopied
from api.migration_steps import run_steps
from api.sealing.columns import sealed_columns
from api.sealing.proofs import check_keys
from api.sealing.resealing import seal_what_is_clear

Say = Callable[[str], None]

_INDEXES = (
    "SELECT c.relname AS name, pg_get_indexdef(c.oid) AS made FROM pg_class AS c "
    "JOIN pg_index AS i ON i.indexrelid = c.oid JOIN pg_class AS t ON t.oid = i.indrelid "
    "WHERE c.relnamespace = current_schema()::regnamespace AND NOT c.relispartition "
    "AND NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = c.oid) ORDER BY c.relname"
)
_REFERENCES = (
    "SELECT t.relname AS table, k.conname AS name, pg_get_constraintdef(k.oid) AS made FROM pg_constraint AS k "
    "JOIN pg_class AS t ON t.oid = k.conrelid WHERE t.relnamespace = current_schema()::regnamespace "
    "AND k.contype = 'f' AND k.conparentid = 0 ORDER BY t.relname, k.conname"
)
_TRIGGERS = (
    "SELECT DISTINCT t.relname AS table FROM pg_trigger AS g JOIN pg_class AS t ON t.oid = g.tgrelid "
    "WHERE t.relnamespace = current_schema()::regnamespace AND NOT g.tgisinternal AND g.tgparentid = 0"
)
_QUEUE = "pgqueuer"


class _SetAside(msgspec.Struct, frozen=True):
    """What would slow the rows down or do something for each of them, and the statements that bring it back."""

    indexes: tuple[str, ...]
    references: tuple[str, ...]
    triggers: tuple[str, ...]


async def load(connection: Connection, archive: ArchiveReader, *, say: Say) -> None:
    """Fill an empty schema, within the caller's transaction; all of the archive has been read then.

    Raises:
        BackupError: It cannot be filled so.
        SettingError: The encryption keys here are not those of the backup.
    """
    about = archive.about
    await connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
    await run_steps(set(about.steps))
    await jobs.install(connection)
    await _hold_what_is_sealed(connection, about)
    left_out = await _check_tables(connection, about)
    aside = await _set_aside(connection)
    rows = await _fill(connection, archive, left_out, say)
    if archive.sums is None or {name: total.rows for name, total in archive.sums.tables.items()} != rows:
        raise BackupError("The database took another number of rows than the backup holds.")
    say("Making indexes, and looking whether all belongs together.")
    await _bring_back(connection, aside)
    for name, last in about.sequences.items():
        await connection.execute("SELECT setval(to_regclass($1), $2)", quoted(name), last)
    await run_steps()
    await seal_what_is_clear(connection)
    await check_keys(connection)


async def drop_everything(connection: Connection) -> None:
    """Take every table, function and type of the schema away, but for extensions; within the caller's transaction."""
    for row in await connection.fetch(
        f"SELECT c.relname FROM pg_class AS c WHERE {OURS} AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
    ):
        await connection.execute(f"DROP TABLE IF EXISTS {quoted(row['relname'])} CASCADE")
    for row in await connection.fetch(
        "SELECT p.oid::regprocedure::text AS name FROM pg_proc AS p WHERE p.pronamespace = "
        "current_schema()::regnamespace AND NOT EXISTS (SELECT FROM pg_depend AS d "
        "WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')"
    ):
        await connection.execute(f"DROP FUNCTION IF EXISTS {row['name']} CASCADE")
    for row in await connection.fetch(
        "SELECT t.oid::regtype::text AS name FROM pg_type AS t WHERE t.typnamespace = "
        "current_schema()::regnamespace AND t.typtype IN ('e', 'd') AND NOT EXISTS (SELECT FROM pg_depend AS d "
        "WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')"
    ):
        await connection.execute(f"DROP TYPE IF EXISTS {row['name']} CASCADE")


async def _hold_what_is_sealed(connection: Connection, about: About) -> None:
    """Let nothing in that is not sealed, where that was so; else each text would be opened later to see."""
    there = {table.name: {column.name for column in table.columns} for table in about.tables}
    for column in sealed_columns():
        if column.constraint in about.sealed and column.column in there.get(column.table, ()):
            await connection.execute(
                f"ALTER TABLE {quoted(column.table)} ADD CONSTRAINT {quoted(column.constraint)} "
                f"CHECK ({column.condition})"
            )


async def _check_tables(connection: Connection, about: About) -> set[str]:
    """Hold that the tables are those of the backup; which are left out, as they are not ours and have changed."""
    left_out = set()
    for table in about.tables:
        here = {column.name: column.type for column in await catalog.columns_of(connection, table.name)}
        wrong = [column.name for column in table.columns if here.get(column.name) != column.type]
        if wrong and table.name == _QUEUE:
            left_out.add(table.name)
        elif wrong:
            raise BackupError(
                f"The backup's table {table.name} is not the one that its migrations make ({', '.join(wrong)}): "
                "put it back with the version of Wherefore that made it."
            )
    return left_out


async def _set_aside(connection: Connection) -> _SetAside:
    references = await connection.fetch(_REFERENCES)
    for row in references:
        await connection.execute(f"ALTER TABLE {quoted(row['table'])} DROP CONSTRAINT {quoted(row['name'])}")
    indexes = await connection.fetch(_INDEXES)
    for row in indexes:
        await connection.execute(f"DROP INDEX {quoted(row['name'])}")
    triggers = await connection.fetch(_TRIGGERS)
    for row in triggers:
        await connection.execute(f"ALTER TABLE {quoted(row['table'])} DISABLE TRIGGER USER")
    return _SetAside(
        # PostgreSQL tells the index of a table in partitions without those of its partitions.
        indexes=tuple(row["made"].replace(" ON ONLY ", " ON ", 1) for row in indexes),
        references=tuple(
            f"ALTER TABLE {quoted(row['table'])} ADD CONSTRAINT {quoted(row['name'])} {row['made']}"
            for row in references
        ),
        triggers=tuple(f"ALTER TABLE {quoted(row['table'])} ENABLE TRIGGER USER" for row in triggers),
    )


async def _fill(connection: Connection, archive: ArchiveReader, left_out: set[str], say: Say) -> dict[str, int]:
    tables = {table.name: table for table in archive.about.tables}
    rows = dict.fromkeys(tables, 0)
    for name, parts in itertools.groupby(archive.parts(), key=lambda part: part.table):
        if name in left_out:
            say(f"  Jobs that waited are left out: {name} has changed its form.")
            for _ in parts:
                pass
            continue
        rows[name] += await _copied(connection, tables[name], parts)
        if rows[name]:
            say(f"  {name}: {rows[name]:,} rows")
    if archive.sums is not None:
        rows.update({name: archive.sums.tables[name].rows for name in left_out})
    return rows


async def _copied(connection: Connection, table: TableCopied, parts: Iterable[Part]) -> int:
    async def source() -> AsyncIterator[bytes]:
        for part in parts:
            yield part.data

    status = await connection.copy_to_table(
        table.name,
        source=source(),
        columns=[column.name for column in table.columns],
        format="binary" if table.binary else "text",
    )
    return int(status.removeprefix("COPY "))


async def _bring_back(connection: Connection, aside: _SetAside) -> None:
    # Indexes first: with those of keys they make looking after the references quick.
    for statement in (*aside.indexes, *aside.references, *aside.triggers):
        await connection.execute(statement)
