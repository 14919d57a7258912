"""What was spent of limits."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T14:28:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Keep what was spent of limits, without a log: after a crash nothing is spent."

# Room in each page lets a row grow and change where it is, without a new entry in the index.
FORWARDS = (
    "CREATE UNLOGGED TABLE rate_spent (key bytea PRIMARY KEY, spent bigint[] NOT NULL DEFAULT '{}', "
    "ends_at timestamptz NOT NULL) WITH (fillfactor = 60)"
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="limits", description=DESCRIPTION)

    async def run():
        await fetch(FORWARDS.replace("{}", "{{}}"))

    async def run_backwards():
        await fetch("DROP TABLE rate_spent")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
