"""Taking everything out of the database, as for a test that begins."""

from api.database import fetch, transaction

PAGE = 8192
"""Bytes. Rows of one page come back in the order in which they were written, whatever was deleted before them."""

_TABLES = (
    "SELECT relname AS name, "
    "(SELECT max(pg_relation_size(relid)) FROM pg_partition_tree(pg_class.oid)) > {} AS grown "
    "FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition "
    "AND relname NOT IN ('migration', 'sealing_key') AND relname NOT LIKE 'pgqueuer%'"
)


async def empty() -> None:
    """Take everything out but what migrations keep.

    To truncate all tables means new files for each of them and its indexes, and new plans for every query: it takes
    ten times as long as deleting the few rows that a test leaves.
    """
    tables = {row["name"]: row["grown"] for row in await fetch(_TABLES, PAGE)}
    grown = [name for name, is_grown in tables.items() if is_grown]
    filled = await _filled([name for name, is_grown in tables.items() if not is_grown])
    async with transaction():
        # Nothing else takes lines out of the audit trail.
        if touches_audit := bool(grown) or "audit_entry" in filled:
            await fetch("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_stays")
        if grown:
            await fetch("TRUNCATE " + ", ".join(f'"{name}"' for name in grown) + " CASCADE")
        if filled:
            # One statement, so that it does not matter which of them point at which.
            parts = (f'"empty {name}" AS (DELETE FROM "{name}")' for name in filled)
            await fetch(f"WITH {', '.join(parts)} SELECT 1")
        if touches_audit:
            await fetch("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_stays")
    await fetch("DELETE FROM pgqueuer")


async def _filled(names: list[str]) -> list[str]:
    """The tables with rows."""
    asked = ", ".join(f"CASE WHEN EXISTS (SELECT FROM \"{name}\") THEN '{name}' END" for name in names)
    rows = await fetch(f"SELECT array_remove(ARRAY[{asked}], NULL) AS names")
    return list(rows[0]["names"])
