"""No number for each purpose any more: a digest of what a list was computed from says whether it is out of date."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T22:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "The table of epochs goes, by which nothing is decided."


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="profiles", description=DESCRIPTION)

    async def run():
        await fetch("DROP TABLE purpose_epoch")

    async def run_backwards():
        await fetch(
            "CREATE TABLE purpose_epoch (purpose varchar(16) PRIMARY KEY NOT NULL DEFAULT '', "
            "epoch bigint NOT NULL DEFAULT 0)"
        )

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
