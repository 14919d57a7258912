"""Open requests whose purpose was switched off, and whose end nobody has written down yet, end now."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T11:20:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "Mark open requests whose purpose is off by now."

STAMP = (
    "UPDATE connection_request AS r SET {side}_left_at = now() WHERE state IN ('pending', 'asked') "
    "AND {side} IS NOT NULL AND NOT closed_silently AND NOT EXISTS (SELECT 1 FROM member_purpose AS mp "
    "WHERE mp.member = r.{side} AND mp.purpose = r.purpose AND mp.switched_on_at <= r.opened_at)"
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="connections", description=DESCRIPTION)

    async def run():
        await fetch("SET LOCAL statement_timeout = 0")
        for side in ("sender", "recipient"):
            await fetch(STAMP.format(side=side))

    async def run_backwards():
        pass  # the columns go with the migration before this one

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
