"""Those who only meet online are nowhere in matching."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T07:05:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Take the place from the vectors of members who only meet online."


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="profiles", description=DESCRIPTION)

    async def run():
        await fetch("SET LOCAL statement_timeout = 0")
        await fetch(
            "UPDATE statement_vector SET cell = NULL FROM account "
            "WHERE account.id = statement_vector.member AND account.meets = 'online' AND cell IS NOT NULL"
        )

    async def run_backwards():
        pass

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
