"""Sign-ups that wait for their address to be confirmed may be by passkey, without a password."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T14:15:30:000000"
VERSION = "1.38.0"
DESCRIPTION = "Keep the passkey of a sign-up until its address is confirmed."


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="accounts", description=DESCRIPTION)

    async def run():
        await fetch("ALTER TABLE pending_account ADD COLUMN passkey text, ALTER COLUMN password_hash DROP NOT NULL")

    async def run_backwards():
        await fetch("DELETE FROM pending_account WHERE password_hash IS NULL")
        await fetch("ALTER TABLE pending_account DROP COLUMN passkey, ALTER COLUMN password_hash SET NOT NULL")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
