"""Finding those who are leaving, among many who are not."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T14:42:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "An index of the members who asked to be erased."


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="accounts", description=DESCRIPTION)

    async def run():
        await fetch("CREATE INDEX account_leaving ON account (erased_at) WHERE erased_at IS NOT NULL")

    async def run_backwards():
        await fetch("DROP INDEX account_leaving")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
