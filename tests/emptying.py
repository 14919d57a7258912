"""Taking everything out of the database, as for a test that begins."""

from api.database import fetch


async def empty() -> None:
    """Take everything out but what migrations keep."""
    names = await fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' "
        "AND tablename <> 'migration' AND tablename NOT LIKE 'pgqueuer%' "
        "AND tablename NOT LIKE 'statement\\_vector\\__%'"
    )
    await fetch("TRUNCATE " + ", ".join(f'"{row["tablename"]}"' for row in names) + " CASCADE")
    await fetch("DELETE FROM pgqueuer")
