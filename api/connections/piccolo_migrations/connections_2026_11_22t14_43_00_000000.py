"""The words of a connection that has ended go after some days."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Timestamptz
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-22T14:43:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Keep when the words of an ended connection were taken out."


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="connections", description=DESCRIPTION)

    manager.add_column(
        table_class_name="Connection",
        tablename="connection",
        column_name="words_gone_at",
        db_column_name="words_gone_at",
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
