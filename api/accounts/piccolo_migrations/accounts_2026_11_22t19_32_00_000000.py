"""What a conversation has lifted once stays lifted, also when the other is gone."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T19:32:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "When an account first talked with somebody, and since when that has made it an old one."


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="accounts", description=DESCRIPTION)

    async def run():
        await fetch("ALTER TABLE account ADD COLUMN conversed_at timestamptz")
        await fetch("ALTER TABLE account ADD COLUMN settled_at timestamptz")

    async def run_backwards():
        await fetch("ALTER TABLE account DROP COLUMN settled_at")
        await fetch("ALTER TABLE account DROP COLUMN conversed_at")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
