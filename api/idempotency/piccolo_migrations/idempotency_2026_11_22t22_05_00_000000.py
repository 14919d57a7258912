"""Replies to calls that came with a key."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T22:05:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Keep the replies to calls that came with a key, sealed, so that they may come again."

FORWARDS = (
    "CREATE TABLE kept_reply (id uuid PRIMARY KEY, "
    "member uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE ON UPDATE CASCADE, "
    "fingerprint bytea NOT NULL, reply text NOT NULL, made_at timestamptz NOT NULL)",
    "CREATE INDEX kept_reply_whose ON kept_reply (member)",
    "CREATE INDEX kept_reply_when ON kept_reply (made_at)",
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="idempotency", description=DESCRIPTION)

    async def run():
        for statement in FORWARDS:
            await fetch(statement)

    async def run_backwards():
        await fetch("DROP TABLE kept_reply")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
