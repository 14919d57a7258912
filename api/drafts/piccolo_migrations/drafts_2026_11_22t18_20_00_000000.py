"""What members have begun to write."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T18:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Keep what members have begun to write, sealed."

FORWARDS = (
    "CREATE TABLE draft (id uuid PRIMARY KEY, "
    "member uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE ON UPDATE CASCADE, "
    "content text NOT NULL, changed_at timestamptz NOT NULL)",
    "CREATE INDEX draft_whose ON draft (member)",
    "CREATE INDEX draft_when ON draft (changed_at)",
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="drafts", description=DESCRIPTION)

    async def run():
        for statement in FORWARDS:
            await fetch(statement)

    async def run_backwards():
        await fetch("DROP TABLE draft")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
