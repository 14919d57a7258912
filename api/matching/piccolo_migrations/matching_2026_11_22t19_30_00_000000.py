"""Lists that are due by what their viewer may read, and no more by what anybody does."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T19:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A digest of what a list was computed from instead of the epoch of its purpose."


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="matching", description=DESCRIPTION)

    async def run():
        await fetch("ALTER TABLE match_list ADD COLUMN others varchar(32) NOT NULL DEFAULT ''")
        await fetch("ALTER TABLE match_list DROP COLUMN epoch")

    async def run_backwards():
        await fetch("ALTER TABLE match_list ADD COLUMN epoch bigint NOT NULL DEFAULT 0")
        await fetch("ALTER TABLE match_list DROP COLUMN others")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
