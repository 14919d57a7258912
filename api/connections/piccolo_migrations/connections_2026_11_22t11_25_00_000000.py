"""Open requests that one side has left are found without reading all the others."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T11:25:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "An index of the open requests whose purpose was switched off and whose end is still to be written down."

NAME = "connection_request_left"
WHERE = (
    "state IN ('pending', 'asked') "
    "AND (sender_left_at IS NOT NULL OR recipient_left_at IS NOT NULL AND NOT closed_silently)"
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="connections", description=DESCRIPTION)

    async def run():
        await fetch("SET LOCAL statement_timeout = 0")
        await fetch(f"CREATE INDEX {NAME} ON connection_request (id) WHERE {WHERE}")

    async def run_backwards():
        await fetch(f"DROP INDEX {NAME}")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
