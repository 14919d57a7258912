"""The index by which a conversation is read, newest first."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T00:00:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "Read a conversation by its order."


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="conversations", description=DESCRIPTION)

    async def run():
        await fetch("CREATE INDEX message_in_conversation ON message (connection, created_at, id)")

    async def run_backwards():
        await fetch("DROP INDEX message_in_conversation")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
