"""Reminders are few among messages: their indexes hold nothing else."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T11:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Index reminders alone."

FORWARDS = (
    "SET LOCAL statement_timeout = 0",
    "ALTER TABLE message DROP CONSTRAINT message_reminds_once",
    "CREATE UNIQUE INDEX message_reminds_once ON message (reminder_of) WHERE reminder_of IS NOT NULL",
    "CREATE INDEX message_reminds_in_connection ON message (connection) WHERE reminder_of IS NOT NULL",
)
BACKWARDS = (
    "SET LOCAL statement_timeout = 0",
    "DROP INDEX message_reminds_once, message_reminds_in_connection",
    "ALTER TABLE message ADD CONSTRAINT message_reminds_once UNIQUE (reminder_of)",
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="conversations", description=DESCRIPTION)

    async def run():
        for statement in FORWARDS:
            await fetch(statement)

    async def run_backwards():
        for statement in BACKWARDS:
            await fetch(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
