"""An index of the few accounts that take no part in matching."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T07:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Index accounts that are suspended, erased or paused."


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="accounts", description=DESCRIPTION)

    async def run():
        # Every list computation leaves them out; without it each would read the whole table.
        await fetch(
            "CREATE INDEX account_away ON account (id) "
            "WHERE suspended_at IS NOT NULL OR erased_at IS NOT NULL OR paused_until IS NOT NULL"
        )

    async def run_backwards():
        await fetch("DROP INDEX account_away")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
