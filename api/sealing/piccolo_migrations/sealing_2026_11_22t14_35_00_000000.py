"""Which keys a database belongs to."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Text, Varchar
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-22T14:35:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Know the keys that texts are sealed with."

PLAIN = {
    "default": None,
    "null": False,
    "primary_key": False,
    "unique": False,
    "index": False,
    "index_method": IndexMethod.btree,
    "choices": None,
    "db_column_name": None,
    "secret": False,
}


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="sealing", description=DESCRIPTION)

    manager.add_table(class_name="SealingKey", tablename="sealing_key", schema=None, columns=None)
    manager.add_column(
        table_class_name="SealingKey",
        tablename="sealing_key",
        column_name="id",
        db_column_name="id",
        column_class_name="Varchar",
        column_class=Varchar,
        params=PLAIN | {"length": 16, "primary_key": True},
        schema=None,
    )
    manager.add_column(
        table_class_name="SealingKey",
        tablename="sealing_key",
        column_name="proof",
        db_column_name="proof",
        column_class_name="Text",
        column_class=Text,
        params=PLAIN | {"default": ""},
        schema=None,
    )

    return manager
