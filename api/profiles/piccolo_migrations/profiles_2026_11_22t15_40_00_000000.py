"""The trigger that applies blocked addresses finds its tables whatever the session's search path is.

A restore of the data alone runs with an empty one (pg_dump sets it), and the triggers are there already.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T15:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A search path of its own for the trigger on blocked addresses."


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="profiles", description=DESCRIPTION)

    async def run():
        # The schema of the tables is the one in which the function was made; pg_temp last, so that nothing hides them.
        await fetch(
            "DO $$ BEGIN EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', "
            "'apply_blocked_addresses()'::regprocedure, current_schema()); END $$"
        )

    async def run_backwards():
        await fetch("ALTER FUNCTION apply_blocked_addresses() RESET search_path")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
