"""What is kept of an address so that a block survives the account."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T14:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Accounts know a keyed digest of their address."

FORWARDS = (
    "ALTER TABLE account ADD COLUMN address_digest bytea",
    "CREATE INDEX account_address_digest ON account (address_digest) WHERE address_digest IS NOT NULL",
    "CREATE INDEX account_without_digest ON account (id) WHERE address_digest IS NULL AND password_hash IS NOT NULL",
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="accounts", description=DESCRIPTION)

    async def run():
        for statement in FORWARDS:
            await fetch(statement)

    async def run_backwards():
        await fetch("ALTER TABLE account DROP COLUMN address_digest")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
