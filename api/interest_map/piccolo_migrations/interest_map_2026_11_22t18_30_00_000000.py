"""The interest map of each purpose."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T18:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Where what members wrote lies by meaning, without who wrote it."

_MAP = """
    CREATE TABLE interest_map (
        purpose varchar(16) PRIMARY KEY NOT NULL DEFAULT '',
        model varchar(255) NOT NULL DEFAULT '',
        drawn_at timestamptz NOT NULL,
        counts_until timestamptz NOT NULL,
        mean bytea NOT NULL
    )
"""
_AREA = """
    CREATE TABLE interest_area (
        id uuid PRIMARY KEY NOT NULL DEFAULT gen_random_uuid(),
        of_map varchar(16) NOT NULL REFERENCES interest_map (purpose) ON DELETE CASCADE ON UPDATE CASCADE,
        place smallint NOT NULL DEFAULT 0,
        people integer NOT NULL DEFAULT 0,
        name jsonb NOT NULL DEFAULT '[]',
        words jsonb NOT NULL DEFAULT '[]',
        centre bytea NOT NULL,
        CONSTRAINT interest_area_once UNIQUE (of_map, place),
        CONSTRAINT interest_area_people CHECK (people >= 5)
    )
"""


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="interest_map", description=DESCRIPTION)

    async def run():
        await fetch(_MAP)
        await fetch(_AREA)

    async def run_backwards():
        await fetch("DROP TABLE interest_area")
        await fetch("DROP TABLE interest_map")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
