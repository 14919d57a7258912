"""Requests that their recipient has put aside for later."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T18:45:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Keep that a recipient has put a request aside for later."


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="connections", description=DESCRIPTION)

    async def run():
        await fetch("ALTER TABLE connection_request ADD COLUMN set_aside_at timestamptz")

    async def run_backwards():
        await fetch("ALTER TABLE connection_request DROP COLUMN set_aside_at")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
