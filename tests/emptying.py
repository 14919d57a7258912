"""Taking everything out of the database, as for a test that begins."""

from api.database import fetch, transaction


async def empty() -> None:
    """Take everything out but what migrations keep."""
    names = await fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' "
        "AND tablename NOT IN ('migration', 'sealing_key') AND tablename NOT LIKE 'pgqueuer%' "
        "AND tablename NOT LIKE 'statement\\_vector\\__%'"
    )
    async with transaction():
        # Nothing else takes lines out of the audit trail.
        await fetch("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_stays")
        await fetch("TRUNCATE " + ", ".join(f'"{row["tablename"]}"' for row in names) + " CASCADE")
        await fetch("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_stays")
    await fetch("DELETE FROM pgqueuer")
