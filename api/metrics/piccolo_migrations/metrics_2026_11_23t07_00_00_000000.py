"""What was measured of the site as a whole, by a job, for every process to tell."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-23T07:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Keep figures about the site as a whole."

FORWARDS = (
    "CREATE TABLE site_figure (name varchar(64) PRIMARY KEY, value double precision NOT NULL, "
    "measured_at timestamptz NOT NULL)"
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="metrics", description=DESCRIPTION)

    async def run():
        await fetch(FORWARDS)

    async def run_backwards():
        await fetch("DROP TABLE site_figure")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
