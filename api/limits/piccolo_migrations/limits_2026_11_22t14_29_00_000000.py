"""Who was shown to whom, as nobody can read it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T14:29:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Keep a digest of each pair of a member and somebody whom they were shown."

FORWARDS = (
    "CREATE TABLE person_seen (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), "
    "viewer uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE ON UPDATE CASCADE, "
    "pair bytea NOT NULL, seen_at timestamptz NOT NULL, CONSTRAINT person_seen_once UNIQUE (viewer, pair))",
    "CREATE INDEX person_seen_when ON person_seen (seen_at)",
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="limits", description=DESCRIPTION)

    async def run():
        for statement in FORWARDS:
            await fetch(statement)

    async def run_backwards():
        await fetch("DROP TABLE person_seen")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
