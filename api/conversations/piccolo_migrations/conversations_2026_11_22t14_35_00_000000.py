"""Texts are sealed: the services count their characters, and the database holds that they are sealed."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T14:35:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Make room for sealed texts; they are sealed after all migrations, by api/sealing/resealing.py."


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="conversations", description=DESCRIPTION)

    async def run():
        await fetch("ALTER TABLE message DROP CONSTRAINT message_text_fits")

    async def run_backwards():
        pass  # what is sealed stays sealed, and its characters cannot be counted here

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
