"""Indexes that Piccolo's tables do not name: a member's own passkeys, recovery codes and started sign-ins."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T14:09:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Index passkeys, challenges, recovery codes and started sign-ins by account."

TABLES = ("passkey", "passkey_challenge", "recovery_code", "pending_sign_in")


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="accounts", description=DESCRIPTION)

    async def run():
        for table in TABLES:
            await fetch(f"CREATE INDEX {table}_account ON {table} (account)")

    async def run_backwards():
        for table in TABLES:
            await fetch(f"DROP INDEX {table}_account")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
