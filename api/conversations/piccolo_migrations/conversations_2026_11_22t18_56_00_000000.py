"""Members can say that a conversation may be quiet."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Timestamptz
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-22T18:56:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Keep until when a conversation may be quiet."


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="conversations", description=DESCRIPTION)

    manager.add_column(
        table_class_name="ReadMark",
        tablename="read_mark",
        column_name="put_off_until",
        db_column_name="put_off_until",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    return manager
