"""How far each model's vectors are."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import BigInt, Timestamptz, Varchar
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-22T07:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Keep how many vectors of a model are missing, and when somebody served with it."

COMMON = {
    "unique": False,
    "index": False,
    "index_method": IndexMethod.btree,
    "choices": None,
    "db_column_name": None,
    "secret": False,
}


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="profiles", description=DESCRIPTION)

    manager.add_table(class_name="ModelCoverage", tablename="model_coverage", schema=None, columns=None)
    for name, kind, params in (
        ("model", Varchar, {"length": 255, "default": "", "null": False, "primary_key": True}),
        ("missing", BigInt, {"default": 0, "null": False, "primary_key": False}),
        ("looked_at", Timestamptz, {"default": None, "null": False, "primary_key": False}),
        ("served_at", Timestamptz, {"default": None, "null": True, "primary_key": False}),
    ):
        manager.add_column(
            table_class_name="ModelCoverage",
            tablename="model_coverage",
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params=COMMON | params,
            schema=None,
        )

    return manager
