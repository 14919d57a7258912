"""Until when moderators keep a member from sending requests."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T14:21:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Accounts whose requests are paused for a while."


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="accounts", description=DESCRIPTION)

    async def run():
        await fetch("ALTER TABLE account ADD COLUMN requests_paused_until timestamptz")

    async def run_backwards():
        await fetch("ALTER TABLE account DROP COLUMN requests_paused_until")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
