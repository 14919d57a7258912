"""Maps say nothing any more in words of members."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-23T15:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Areas have no names until they are drawn anew, as names of before may be words that members wrote."


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="interest_map", description=DESCRIPTION)

    async def run():
        await fetch("UPDATE interest_area SET name = '[]', words = '[]'")

    async def run_backwards():
        """Names come back with the next drawing."""

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
