"""Who was stopped by which finding, for the day on which they count once."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T11:30:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "Keep for a day who was stopped by which finding."

FORWARDS = (
    "CREATE TABLE finding_counted (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), "
    "member uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE ON UPDATE CASCADE, "
    "code varchar(32) NOT NULL DEFAULT '', judged varchar(16) NOT NULL DEFAULT '', "
    "engine varchar(300) NOT NULL DEFAULT '', day date NOT NULL, "
    "CONSTRAINT finding_counted_once UNIQUE (member, code, judged, engine, day))"
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="disagreements", description=DESCRIPTION)

    async def run():
        await fetch(FORWARDS)

    async def run_backwards():
        await fetch("DROP TABLE finding_counted")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
